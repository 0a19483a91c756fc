#include "gateway/daemon/run.h"

#include <string>

#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"

namespace mg {

void add_run(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "run", std::string(tr("Run the gateway until SIGTERM", "运行采集网关，直到收到 SIGTERM")));
    add_config_option(*command);
    command->callback([command, &exit_code] { exit_code = run_daemon(config_directory(*command)); });
}

}  // namespace mg
