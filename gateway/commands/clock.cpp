#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/clock_view.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

constexpr std::size_t kWithSeconds = 19;  // "2026-11-22 10:15:20"

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

int show(RunningGateway& gateway, const std::string& command, const ControlClient::Arguments& arguments,
         bool as_json) {
    const auto json = gateway.call(command, arguments);
    if (!json) return complain(json.error());
    const auto report = clock_report_from_json(*json);
    if (!report) return complain(report.error());
    print(as_json ? *json + '\n' : clock_view(*report));
    return kExitOk;
}

Result<UtcTime> time_of(const std::string& given, std::chrono::minutes utc_offset) {
    const auto time = begin_or_end(given, PeriodEnd::begin, utc_offset);
    if (time && given.size() == kWithSeconds) return time;
    return fail(Failure::rejected, trf("\"{}\": write date and time to the second: 2026-11-22 10:15:20",
                                       "“{}”：请写到秒，如 2026-11-22 10:15:20", given));
}

void add_confirm(CLI::App& clock, int& exit_code) {
    CLI::App* command = clock.add_subcommand(
        "confirm", text("Say what a clock that is right shows now: the box compares its own with it",
                        "填写准确时钟此刻的读数，由本机核对自己的时钟"));
    command->group(text("Commands", "命令"));
    CLI::Option* time =
        add_option(*command, "--time", "TIME",
                   text("What that clock shows, at the site's offset: \"2026-11-22 10:15:20\"",
                        "该时钟的读数（站点时区）：“2026-11-22 10:15:20”"))
            ->required();
    CLI::Option* by = add_by_option(*command);
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        exit_code = with_gateway(socket_of(*command, *socket), [&](RunningGateway& gateway) {
            const auto offset = gateway.utc_offset();
            if (!offset) return complain(offset.error());
            const auto theirs = time_of(value_of(time), *offset);
            if (!theirs) return complain(theirs.error());
            return show(gateway, "clock-confirm", {{"time", utc_text(*theirs)}, {"by", value_of(by)}},
                        json->count() > 0);
        });
    });
}

}  // namespace

void add_clock(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "clock", text("What vouches for the clock of the box, and what did before", "时钟的依据及其历史"));
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    add_confirm(*command, exit_code);
    command->require_subcommand(0, 1);
    command->callback([=, &exit_code] {
        if (!command->get_subcommands().empty()) return;
        exit_code = with_gateway(socket_of(*command, *socket), [&](RunningGateway& gateway) {
            return show(gateway, "clock", {}, json->count() > 0);
        });
    });
}

}  // namespace mg
