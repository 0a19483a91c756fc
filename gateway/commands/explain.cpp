#include <string>

#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/explanation_view.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

int explain(RunningGateway& gateway, const ControlClient::Arguments& arguments, bool json) {
    const auto answer = gateway.call("explain", arguments);
    if (!answer) return complain(answer.error());
    if (json) {
        print(*answer + '\n');
        return kExitOk;
    }
    const auto offset = gateway.utc_offset();
    if (!offset) return complain(offset.error());
    const auto view = explanation_view(*answer, *offset);
    if (!view) return complain(view.error());
    print(*view);
    return kExitOk;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "explain", text("A figure back to the samples it rests on", "从上报值追溯到采样原值，列出计算过程"));
    CLI::Option* item = add_option(*command, "item", " ", text("Id of the item", "采集项编号"))->required();
    CLI::Option* period = add_option(*command, "period", " ",
                                     text("2026, 2026-11, 2026-11-22 or \"2026-11-22 10:15\"",
                                          "2026、2026-11、2026-11-22 或 \"2026-11-22 10:15\""))
                              ->required();
    CLI::Option* revision =
        add_option(*command, "--revision", "N",
                   text("Of an earlier one, what it was and who changed it; standard: the newest",
                        "较早的修订：当时的值、由谁改动；默认最新"));
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        const ControlClient::Arguments arguments{
            {"item", value_of(item)}, {"period", value_of(period)}, {"revision", value_of(revision)}};
        exit_code = with_gateway(socket_of(*command, *socket), [&](RunningGateway& gateway) {
            return explain(gateway, arguments, json->count() > 0);
        });
    });
}

}  // namespace mg
