#include "gateway/commands/running_gateway.h"

#include <utility>

#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/terminal.h"
#include "gateway/control/status.h"
#include "gateway/reading/stat_period.h"

namespace mg {
namespace {

constexpr std::chrono::milliseconds kPatience{60'000};

}  // namespace

Result<std::string> RunningGateway::call(const std::string& command,
                                         const ControlClient::Arguments& arguments) {
    return client_.call(command, arguments, kPatience);
}

Result<std::chrono::minutes> RunningGateway::utc_offset() {
    const auto json = call("status", {{"detail", "summary"}});
    if (!json) return pass_on(json.error());
    return status_from_json(*json).map([](const GatewayStatus& status) { return status.clock.utc_offset; });
}

int with_gateway(const std::filesystem::path& socket, const std::function<int(RunningGateway&)>& action) {
    SystemClock clock;
    auto client = ControlClient::connect(socket, clock);
    if (!client) return complain(client.error());
    RunningGateway gateway{std::move(*client)};
    return action(gateway);
}

int complain(const Error& error) {
    print_error(error.what);
    if (error.kind == Failure::session_lost) return kExitNotRunning;
    return error.kind == Failure::rejected ? kExitUsage : kExitFailed;
}

Result<UtcTime> begin_or_end(const std::string& given, PeriodEnd which, std::chrono::minutes utc_offset) {
    const auto period = SiteCalendar{.utc_offset = utc_offset}.parse(given);
    if (period && period->type != StatType::real_time) {
        return which == PeriodEnd::end ? period->to : period->from;
    }
    if (const auto slot = moment_from(given, which, utc_offset)) return slot->at;
    return fail(Failure::rejected,
                trf("\"{}\" is not a time; allowed: 2026, 2026-11, 2026-11-22, \"2026-11-22 10:15\"",
                    "“{}”不是时间；可写：2026、2026-11、2026-11-22、\"2026-11-22 10:15\"", given));
}

CLI::Option* add_json_flag(CLI::App& command) {
    return add_flag(
        command, "--json",
        std::string(tr("As JSON, see docs/control-socket.md", "输出 JSON，见 docs/control-socket.md")));
}

CLI::Option* add_by_option(CLI::App& command) {
    return add_option(command, "--by", "NAME",
                      std::string(tr("Who answers for it; standard: who gives the command",
                                     "责任人；默认为执行命令的用户")));
}

std::string value_of(const CLI::Option* option) {
    return option->count() > 0 ? option->as<std::string>() : std::string{};
}

}  // namespace mg
