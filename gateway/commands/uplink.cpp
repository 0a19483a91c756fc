#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/ranges.h>

#include "config/fields.h"
#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/data_options.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/platform_uplink_actions.h"
#include "gateway/commands/platform_uplink_view.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/terminal.h"
#include "gateway/commands/uplink_options.h"
#include "gateway/commands/uplink_view.h"
#include "gateway/control/control_client.h"
#include "gateway/control/status.h"
#include "gateway/control/uplink_report.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

constexpr std::chrono::seconds kRefresh{1};
constexpr std::chrono::hours kHistory{24};

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

Result<GatewayStatus> status_of(RunningGateway& gateway) {
    const auto json = gateway.call("status", {{"detail", "summary"}});
    return json ? status_from_json(*json) : pass_on(json.error());
}

const UplinkStatus* find(const GatewayStatus& status, const std::string& id) {
    const auto found = std::ranges::find(status.uplinks, id, [](const UplinkStatus& u) { return u.id.text; });
    return found == status.uplinks.end() ? nullptr : &*found;
}

bool is_platform(const GatewayStatus& status, const UplinkAsked& asked) {
    const UplinkStatus* uplink = find(status, asked.uplink);
    return uplink != nullptr && uplink->platform;
}

std::string joined(const std::vector<std::string>& ids) {
    return fmt::format("{}", fmt::join(ids, " "));
}

RecordsAsked records_asked(const UplinkAsked& asked) {
    return {.uplink = asked.uplink,
            .items = asked.items,
            .type = asked.type,
            .from = asked.from,
            .to = asked.to,
            .meters = joined(asked.meters),
            .since = asked.since,
            .form = {.json = asked.json, .csv = asked.csv}};
}

int only_for(const UplinkAsked& asked, std::string_view options, bool platform) {
    print_error(platform ? trf("{0} is a platform: {1} is for brokers", "{0} 是平台：{1} 只用于 MQTT 目标",
                               asked.uplink, options)
                         : trf("{0} is a broker: {1} is for platforms", "{0} 是 MQTT 目标：{1} 只用于平台",
                               asked.uplink, options));
    return kExitUsage;
}

int no_such_uplink(const GatewayStatus& status, const std::string& wanted) {
    std::vector<std::string> ids;
    for (const UplinkStatus& uplink : status.uplinks) ids.push_back(uplink.id.text);
    print_error(trf("no uplink \"{}\"; the nearest is \"{}\"", "没有上传目标“{}”；最接近的是“{}”", wanted,
                    nearest_of(wanted, ids)));
    return kExitUsage;
}

int no_time(const std::string& given) {
    print_error(trf("\"{}\" is not a time; allowed: 2026-11-22, \"2026-11-22 10:15\", 2026-11-22T10:15:30",
                    "“{}”不是时间；可写：2026-11-22、\"2026-11-22 10:15\"、2026-11-22T10:15:30", given));
    return kExitUsage;
}

int show(RunningGateway& /*gateway*/, const UplinkAsked& asked, const GatewayStatus& status) {
    if (asked.json) {
        print(status_to_json(status) + '\n');
        return kExitOk;
    }
    bool first = true;
    for (const UplinkStatus& uplink : status.uplinks) {
        if (!asked.uplink.empty() && uplink.id.text != asked.uplink) continue;
        if (!std::exchange(first, false)) print("\n");
        print(uplink.platform ? platform_uplink_view(uplink, status.clock)
                              : uplink_view(uplink, status.clock));
    }
    return kExitOk;
}

int order(RunningGateway& gateway, const UplinkAsked& asked, const std::string& command,
          const std::string& done) {
    const auto answer = gateway.call(command, {{"uplink", asked.uplink}});
    if (!answer) return complain(answer.error());
    print(asked.json ? *answer + '\n' : done + '\n');
    return kExitOk;
}

int pause(RunningGateway& gateway, const UplinkAsked& asked, const GatewayStatus& /*status*/) {
    return order(gateway, asked, "uplink-pause", trf("{} is paused", "{} 已暂停", asked.uplink));
}

int resume(RunningGateway& gateway, const UplinkAsked& asked, const GatewayStatus& /*status*/) {
    return order(gateway, asked, "uplink-resume", trf("{} goes on", "{} 已恢复", asked.uplink));
}

/// Shows how far the order is, until it is through.
int wait_for(RunningGateway& gateway, const UplinkAsked& asked, std::uint64_t number) {
    SystemClock clock;
    std::string last;
    while (true) {
        const auto status = status_of(gateway);
        if (!status) return complain(status.error());
        const UplinkStatus* uplink = find(*status, asked.uplink);
        if (uplink == nullptr) return kExitFailed;
        const auto mine = std::ranges::find(uplink->resends, number, &Resend::id);
        if (mine == uplink->resends.end()) break;
        std::string line = resend_line(*mine, status->clock.utc_offset);
        if (line != last) print_plain_error(line);
        last = std::move(line);
        clock.wait_until(clock.steady() + kRefresh, std::stop_token{});
    }
    if (!asked.json) print(trf("order {} is through\n", "指令 {} 已完成\n", number));
    return kExitOk;
}

int call_off(RunningGateway& gateway, const UplinkAsked& asked, const GatewayStatus& status) {
    const UplinkStatus* uplink = find(status, asked.uplink);
    if (uplink == nullptr || std::ranges::count(uplink->resends, asked.call_off, &Resend::id) == 0) {
        print_error(trf("no order {} is under way", "没有进行中的指令 {}", asked.call_off));
        return kExitFailed;
    }
    const auto answer = gateway.call("uplink-call-off",
                                     {{"uplink", asked.uplink}, {"order", std::to_string(asked.call_off)}});
    if (!answer) return complain(answer.error());
    print(asked.json ? *answer + '\n' : trf("order {} is called off\n", "指令 {} 已取消\n", asked.call_off));
    return kExitOk;
}

int resend(RunningGateway& gateway, const UplinkAsked& asked, const GatewayStatus& status) {
    if (is_platform(status, asked)) {
        if (asked.call_off > 0 || asked.wait) return only_for(asked, "--call-off, --wait", true);
        return resend_records(gateway, records_asked(asked), status.clock.utc_offset);
    }
    if (asked.call_off > 0) return call_off(gateway, asked, status);
    const auto from = moment_from(asked.from, PeriodEnd::begin, status.clock.utc_offset);
    if (!from) return no_time(asked.from);
    const auto to = moment_from(asked.to, PeriodEnd::end, status.clock.utc_offset);
    if (!to) return no_time(asked.to);
    const auto answer = gateway.call("uplink-resend", {{"uplink", asked.uplink},
                                                       {"from", utc_text(from->at)},
                                                       {"to", utc_text(to->at)},
                                                       {"meters", joined(asked.meters)},
                                                       {"items", joined(asked.items)},
                                                       {"type", asked.type}});
    if (!answer) return complain(answer.error());
    const auto number = order_from_json(*answer);
    if (!number) return complain(number.error());
    print(asked.json ? *answer + '\n' : trf("order {} is given\n", "指令 {} 已下达\n", *number));
    return asked.wait ? wait_for(gateway, asked, *number) : kExitOk;
}

int history(RunningGateway& gateway, const UplinkAsked& asked, const GatewayStatus& status) {
    if (is_platform(status, asked)) {
        return show_record_receipts(gateway, records_asked(asked), status.clock.utc_offset, status.clock.utc);
    }
    if (!(asked.from + asked.to + asked.type + asked.csv).empty() || !asked.items.empty())
        return only_for(asked, "--from, --to, --item, --type, --csv", false);
    auto since = std::optional{Slot{status.clock.utc - kHistory}};
    if (!asked.since.empty()) since = moment_from(asked.since, PeriodEnd::begin, status.clock.utc_offset);
    if (!since) return no_time(asked.since);
    const auto answer =
        gateway.call("uplink-history", {{"uplink", asked.uplink}, {"since", utc_text(since->at)}});
    if (!answer) return complain(answer.error());
    const auto receipts = receipts_from_json(*answer);
    if (!receipts) return complain(receipts.error());
    print(asked.json ? *answer + '\n' : receipts_view(*receipts, status.clock.utc_offset));
    return kExitOk;
}

int set_aside(RunningGateway& gateway, const UplinkAsked& asked, const GatewayStatus& status) {
    if (is_platform(status, asked))
        return show_records_set_aside(gateway, records_asked(asked), status.clock.utc_offset);
    const auto answer = gateway.call("uplink-set-aside", {{"uplink", asked.uplink}});
    if (!answer) return complain(answer.error());
    const auto items = set_aside_from_json(*answer);
    if (!items) return complain(items.error());
    print(asked.json ? *answer + '\n' : set_aside_view(*items, status.clock.utc_offset));
    return kExitOk;
}

int release(RunningGateway& gateway, const UplinkAsked& asked, const GatewayStatus& /*status*/) {
    return release_records(gateway, records_asked(asked));
}

using Action = int (*)(RunningGateway&, const UplinkAsked&, const GatewayStatus&);

int run(Action action, const std::filesystem::path& socket, const UplinkAsked& asked) {
    return with_gateway(socket, [&](RunningGateway& gateway) {
        const auto status = status_of(gateway);
        if (!status) return complain(status.error());
        if (!asked.uplink.empty() && find(*status, asked.uplink) == nullptr) {
            return no_such_uplink(*status, asked.uplink);
        }
        return action(gateway, asked, *status);
    });
}

bool nobody_listens(const std::filesystem::path& socket) {
    SystemClock clock;
    const auto client = ControlClient::connect(socket, clock);
    return !client && client.error().kind == Failure::session_lost;
}

/// None: the running gateway is asked. With --data, or of a platform while no gateway runs, the books answer.
std::optional<int> run_without_gateway(const CLI::App& command, const std::filesystem::path& socket,
                                       const UplinkAsked& asked) {
    if (command.get_option("--data")->count() > 0) {
        const auto place = data_place(command);
        return place ? show_receipts_in_books(*place, records_asked(asked)) : kExitConfiguration;
    }
    if (command.get_option("--config")->count() == 0 || !nobody_listens(socket)) return std::nullopt;
    Loaded loaded = load_config(config_directory(command));
    const bool known =
        std::ranges::count(loaded.options.provincial, UplinkId{asked.uplink}, &ProvincialOptions::id) > 0;
    if (!known || !loaded.ok()) return std::nullopt;
    print_error(tr("no gateway is running: from the books", "网关未运行：直接读取核算库"));
    const StorageOptions storage = loaded.options.storage;
    const SiteOptions site = loaded.options.site;
    return show_receipts_in_books({storage, site, std::move(loaded.options)}, records_asked(asked));
}

struct Verb {
    const char* name;
    std::string description;
    Action action;
    bool needs_uplink{true};
};

void add_verb(CLI::App& uplink, const Verb& verb, int& exit_code) {
    CLI::App* command = uplink.add_subcommand(verb.name, verb.description);
    command->group(text("Commands", "命令"));
    const UplinkOptionsOf options = add_uplink_options(*command, verb.name, verb.needs_uplink);
    command->callback([=, action = verb.action, &exit_code] {
        const UplinkAsked asked = options();
        const auto path = socket_of(*command, *command->get_option("--socket"));
        std::optional<int> done;
        if (action == &history) done = run_without_gateway(*command, path, asked);
        exit_code = done ? *done : run(action, path, asked);
    });
}

}  // namespace

void add_uplink(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "uplink",
        text("Look at the uplinks, pause them, send a period again", "查看上传目标，暂停、恢复或补传"));
    command->require_subcommand(1);
    const std::vector<Verb> verbs{
        {"status", text("Everything about one or all", "一个或全部上传目标的详细状态"), &show, false},
        {"pause",
         text("Send nothing until it is resumed; data wait on disk", "暂停上传，数据留在本地，直到恢复"),
         &pause},
        {"resume", text("End a pause, or try again at once", "恢复上传，或立即重试"), &resume},
        {"resend", text("Send a period again", "补传一段时间的数据"), &resend},
        {"history", text("What was answered to what was sent", "送达记录及回执"), &history},
        {"set-aside", text("What the destination rejected, and why", "被拒收而搁置的数据及原因"), &set_aside},
        {"release", text("Of platforms: send again what was set aside", "平台：把搁置的记录恢复待传"),
         &release}};
    for (const Verb& verb : verbs) add_verb(*command, verb, exit_code);
}

}  // namespace mg
