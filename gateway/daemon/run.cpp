#include "gateway/daemon/run.h"

#include <cstdio>
#include <string>

#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/daemon/daemon.h"

namespace mg {
namespace {

constexpr int kStopped = 0;
constexpr int kCouldNotRun = 1;
constexpr int kConfigurationWrong = 2;

int exit_code(const Error& error) {
    return error.kind == Failure::invalid_config ? kConfigurationWrong : kCouldNotRun;
}

}  // namespace

int run_daemon(const std::filesystem::path& config_directory) {
    Loaded loaded = load_config(config_directory);
    for (const Problem& problem : loaded.problems) {
        if (problem.severity == Severity::error) {
            log::error("{}", problem.to_string());
        } else {
            log::warning("{}", problem.to_string());
        }
    }
    if (!loaded.ok()) {
        log::error("{}", tr("the configuration has errors: nothing was started", "配置有错误，未启动"));
        return kConfigurationWrong;
    }
    SystemClock clock;
    auto daemon = Daemon::build(std::move(loaded.options), clock);
    if (!daemon) {
        log::error("{}", daemon.error().what);
        return exit_code(daemon.error());
    }
    const Result<> ran = (*daemon)->run();
    if (!ran) {
        log::error("{}", ran.error().what);
        return exit_code(ran.error());
    }
    return kStopped;
}

}  // namespace mg
