#include "gateway/daemon/run.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "config/load.h"
#include "gateway/accounting/item_graph.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/daemon/daemon.h"
#include "gateway/daemon/frame_check.h"
#include "gateway/daemon/instrument_check.h"
#include "gateway/daemon/item_check.h"

namespace mg {
namespace {

constexpr int kStopped = 0;
constexpr int kCouldNotRun = 1;
constexpr int kConfigurationWrong = 2;

int exit_code(const Error& error) {
    return error.kind == Failure::invalid_config ? kConfigurationWrong : kCouldNotRun;
}

void log_problems(const std::vector<Problem>& problems) {
    for (const Problem& problem : problems) {
        if (problem.severity == Severity::error) {
            log::error("{}", problem.to_string());
        } else {
            log::warning("{}", problem.to_string());
        }
    }
}

/// What load_config() cannot know: whether the items can be computed.
bool items_are_right(const Options& options) {
    const CheckedItems checked = check_items(options);
    log_problems(problems_of(checked, options));
    return checked.ok();
}

/// Nor what is on record: whether the instruments are those that figures rest on.
bool instruments_are_right(const Options& options, UtcTime now) {
    const auto problems = instrument_problems_of(options, now);
    log_problems(problems);
    return std::ranges::find(problems, Severity::error, &Problem::severity) == problems.end();
}

bool frame_is_right(const Options& options) {
    const auto problems = frame_problems_of(options);
    log_problems(problems);
    return problems.empty();
}

}  // namespace

int run_daemon(const std::filesystem::path& config_directory) {
    Loaded loaded = load_config(config_directory);
    log_problems(loaded.problems);
    SystemClock clock;
    if (!loaded.ok() || !items_are_right(loaded.options) || !frame_is_right(loaded.options) ||
        !instruments_are_right(loaded.options, clock.utc())) {
        log::error("{}", tr("the configuration has errors: nothing was started", "配置有错误，未启动"));
        return kConfigurationWrong;
    }
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
