#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stop_token>
#include <string>

#include <CLI/CLI.hpp>

#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/status_view.h"
#include "gateway/commands/terminal.h"
#include "gateway/control/control_client.h"

namespace mg {
namespace {

constexpr milliseconds kPatience{10'000};
constexpr std::chrono::seconds kRefresh{1};
constexpr std::string_view kClearScreen = "\033[H\033[2J";

struct StatusArguments {
    std::filesystem::path socket;
    StatusDetail detail{StatusDetail::summary};
    bool json{false};
    bool watch{false};
};

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

/// The overview needs the meters too, to count them; only their points are left out.
std::string asked_detail(StatusDetail detail) {
    return detail == StatusDetail::points ? "points" : "meters";
}

Result<std::string> ask(const StatusArguments& arguments, Clock& clock) {
    auto daemon = ControlClient::connect(arguments.socket, clock);
    if (!daemon) return pass_on(daemon.error());
    return daemon->call("status", {{"detail", asked_detail(arguments.detail)}}, kPatience);
}

Result<std::string> view(const StatusArguments& arguments, Clock& clock) {
    auto json = ask(arguments, clock);
    if (!json) return json;
    if (arguments.json) return *json + '\n';
    const auto status = status_from_json(*json);
    if (!status) return pass_on(status.error());
    return status_view(*status, arguments.detail);
}

int complain(const Error& error) {
    print_error(error.what);
    return error.kind == Failure::session_lost ? kExitNotRunning : kExitFailed;
}

int show_status(const StatusArguments& arguments) {
    SystemClock clock;
    while (true) {
        const auto shown = view(arguments, clock);
        if (!shown) return complain(shown.error());
        if (arguments.watch && !arguments.json) print(kClearScreen);
        print(*shown);
        if (!arguments.watch) return kExitOk;
        if (std::fflush(stdout) != 0) return kExitOk;  // nobody reads any more
        clock.wait_until(clock.steady() + kRefresh, std::stop_token{});
    }
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "status", text("Show how the running gateway is doing", "显示正在运行的网关的状态"));
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* meters = add_flag(*command, "--meters", text("List every metering point", "列出所有计量点"));
    CLI::Option* points = add_flag(*command, "--points", text("List every last value", "列出所有最近读数"));
    CLI::Option* watch =
        add_flag(*command, "--watch", text("Again every second, until Ctrl-C", "每秒刷新，按 Ctrl-C 结束"));
    CLI::Option* json =
        add_flag(*command, "--json",
                 text("As JSON, see docs/control-socket.md", "输出 JSON，见 docs/control-socket.md"));
    command->callback([=, &exit_code] {
        StatusArguments arguments{.socket = socket_of(*command, *socket),
                                  .detail = StatusDetail::summary,
                                  .json = json->count() > 0,
                                  .watch = watch->count() > 0};
        if (meters->count() > 0) arguments.detail = StatusDetail::meters;
        if (points->count() > 0) arguments.detail = StatusDetail::points;
        exit_code = show_status(arguments);
    });
}

}  // namespace mg
