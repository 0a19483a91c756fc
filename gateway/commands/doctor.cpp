#include <string>

#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/doctor_view.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

int examine(RunningGateway& gateway, bool json) {
    const auto answer = gateway.call("doctor", {});
    if (!answer) return complain(answer.error());
    if (json) {
        print(*answer + '\n');
        return kExitOk;
    }
    const auto view = doctor_view(*answer);
    if (!view) return complain(view.error());
    print(*view);
    return kExitOk;
}

}  // namespace

void add_doctor(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "doctor",
        std::string(tr("Ratios, units and wirings that cannot be right", "检查倍率、单位、接线是否有误")));
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        exit_code = with_gateway(socket_of(*command, *socket), [&](RunningGateway& gateway) {
            return examine(gateway, json->count() > 0);
        });
    });
}

}  // namespace mg
