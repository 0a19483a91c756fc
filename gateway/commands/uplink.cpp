#include <algorithm>
#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/fields.h"
#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/terminal.h"
#include "gateway/commands/uplink_view.h"
#include "gateway/control/control_client.h"
#include "gateway/control/status.h"
#include "gateway/control/uplink_report.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

constexpr milliseconds kPatience{20'000};
constexpr std::chrono::seconds kRefresh{1};
constexpr std::chrono::hours kHistory{24};

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

int complain(const Error& error) {
    print_error(error.what);
    return error.kind == Failure::session_lost ? kExitNotRunning : kExitFailed;
}

struct Asked {
    std::string uplink;
    bool json{false};
    std::string from;
    std::string to;
    std::string since;
    std::vector<std::string> meters;
    std::uint64_t call_off{0};
    bool wait{false};
};

/// The running gateway, and what it said about the uplink that is meant.
class Daemon {
public:
    Daemon(ControlClient client, Clock& clock) : client_{std::move(client)}, clock_{clock} {}

    Result<GatewayStatus> status() {
        const auto json = client_.call("status", {{"detail", "summary"}}, kPatience);
        return json ? status_from_json(*json) : tl::unexpected(json.error());
    }
    Result<std::string> call(const std::string& command, const ControlClient::Arguments& arguments) {
        return client_.call(command, arguments, kPatience);
    }
    void rest() { clock_.wait_until(clock_.steady() + kRefresh, std::stop_token{}); }

private:
    ControlClient client_;
    Clock& clock_;
};

const UplinkStatus* find(const GatewayStatus& status, const std::string& id) {
    const auto found = std::ranges::find(status.uplinks, id, [](const UplinkStatus& u) { return u.id.text; });
    return found == status.uplinks.end() ? nullptr : &*found;
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

int show(Daemon& /*daemon*/, const Asked& asked, const GatewayStatus& status) {
    if (asked.json) {
        print(status_to_json(status) + '\n');
        return kExitOk;
    }
    bool first = true;
    for (const UplinkStatus& uplink : status.uplinks) {
        if (!asked.uplink.empty() && uplink.id.text != asked.uplink) continue;
        if (!std::exchange(first, false)) print("\n");
        print(uplink_view(uplink, status.clock));
    }
    return kExitOk;
}

int order(Daemon& daemon, const Asked& asked, const std::string& command, const std::string& done) {
    const auto answer = daemon.call(command, {{"uplink", asked.uplink}});
    if (!answer) return complain(answer.error());
    print(asked.json ? *answer + '\n' : done + '\n');
    return kExitOk;
}

int pause(Daemon& daemon, const Asked& asked, const GatewayStatus& /*status*/) {
    return order(daemon, asked, "uplink-pause", trf("{} is paused", "{} 已暂停", asked.uplink));
}

int resume(Daemon& daemon, const Asked& asked, const GatewayStatus& /*status*/) {
    return order(daemon, asked, "uplink-resume", trf("{} goes on", "{} 已恢复", asked.uplink));
}

/// Shows how far the order is, until it is through.
int wait_for(Daemon& daemon, const Asked& asked, std::uint64_t number) {
    std::string last;
    while (true) {
        const auto status = daemon.status();
        if (!status) return complain(status.error());
        const UplinkStatus* uplink = find(*status, asked.uplink);
        if (uplink == nullptr) return kExitFailed;
        const auto mine = std::ranges::find(uplink->resends, number, &Resend::id);
        if (mine == uplink->resends.end()) break;
        std::string line = resend_line(*mine, status->clock.utc_offset);
        if (line != last) print_plain_error(line);
        last = std::move(line);
        daemon.rest();
    }
    if (!asked.json) print(trf("order {} is through\n", "指令 {} 已完成\n", number));
    return kExitOk;
}

int call_off(Daemon& daemon, const Asked& asked, const GatewayStatus& status) {
    const UplinkStatus* uplink = find(status, asked.uplink);
    if (uplink == nullptr || std::ranges::count(uplink->resends, asked.call_off, &Resend::id) == 0) {
        print_error(trf("no order {} is under way", "没有进行中的指令 {}", asked.call_off));
        return kExitFailed;
    }
    const auto answer =
        daemon.call("uplink-call-off", {{"uplink", asked.uplink}, {"order", std::to_string(asked.call_off)}});
    if (!answer) return complain(answer.error());
    print(asked.json ? *answer + '\n' : trf("order {} is called off\n", "指令 {} 已取消\n", asked.call_off));
    return kExitOk;
}

int resend(Daemon& daemon, const Asked& asked, const GatewayStatus& status) {
    if (asked.call_off > 0) return call_off(daemon, asked, status);
    const auto from = moment_from(asked.from, PeriodEnd::begin, status.clock.utc_offset);
    if (!from) return no_time(asked.from);
    const auto to = moment_from(asked.to, PeriodEnd::end, status.clock.utc_offset);
    if (!to) return no_time(asked.to);
    std::string meters;
    for (const std::string& meter : asked.meters) meters += (meters.empty() ? "" : " ") + meter;
    const auto answer = daemon.call("uplink-resend", {{"uplink", asked.uplink},
                                                      {"from", utc_text(from->at)},
                                                      {"to", utc_text(to->at)},
                                                      {"meters", meters}});
    if (!answer) {
        print_error(answer.error().what);
        return answer.error().kind == Failure::rejected ? kExitUsage : kExitFailed;
    }
    const auto number = order_from_json(*answer);
    if (!number) return complain(number.error());
    print(asked.json ? *answer + '\n' : trf("order {} is given\n", "指令 {} 已下达\n", *number));
    return asked.wait ? wait_for(daemon, asked, *number) : kExitOk;
}

int history(Daemon& daemon, const Asked& asked, const GatewayStatus& status) {
    auto since = std::optional{Slot{status.clock.utc - kHistory}};
    if (!asked.since.empty()) since = moment_from(asked.since, PeriodEnd::begin, status.clock.utc_offset);
    if (!since) return no_time(asked.since);
    const auto answer =
        daemon.call("uplink-history", {{"uplink", asked.uplink}, {"since", utc_text(since->at)}});
    if (!answer) return complain(answer.error());
    const auto receipts = receipts_from_json(*answer);
    if (!receipts) return complain(receipts.error());
    print(asked.json ? *answer + '\n' : receipts_view(*receipts, status.clock.utc_offset));
    return kExitOk;
}

int set_aside(Daemon& daemon, const Asked& asked, const GatewayStatus& status) {
    const auto answer = daemon.call("uplink-set-aside", {{"uplink", asked.uplink}});
    if (!answer) return complain(answer.error());
    const auto items = set_aside_from_json(*answer);
    if (!items) return complain(items.error());
    print(asked.json ? *answer + '\n' : set_aside_view(*items, status.clock.utc_offset));
    return kExitOk;
}

using Action = int (*)(Daemon&, const Asked&, const GatewayStatus&);

int run(Action action, const std::filesystem::path& socket, const Asked& asked) {
    SystemClock clock;
    auto client = ControlClient::connect(socket, clock);
    if (!client) return complain(client.error());
    Daemon daemon{std::move(*client), clock};
    const auto status = daemon.status();
    if (!status) return complain(status.error());
    if (!asked.uplink.empty() && find(*status, asked.uplink) == nullptr) {
        return no_such_uplink(*status, asked.uplink);
    }
    return action(daemon, asked, *status);
}

struct Verb {
    const char* name;
    std::string description;
    Action action;
    bool needs_uplink{true};
};

/// What all of them have, and what only some have.
void add_verb(CLI::App& uplink, const Verb& verb, int& exit_code) {
    CLI::App* command = uplink.add_subcommand(verb.name, verb.description);
    command->group(text("Commands", "命令"));
    CLI::Option* id = add_option(*command, "uplink", " ", text("Id of the uplink", "上传目标编号"));
    if (verb.needs_uplink) id->required();
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json =
        add_flag(*command, "--json",
                 text("As JSON, see docs/control-socket.md", "输出 JSON，见 docs/control-socket.md"));
    const std::string name = verb.name;
    CLI::Option* since = nullptr;
    CLI::Option* from = nullptr;
    CLI::Option* to = nullptr;
    CLI::Option* meters = nullptr;
    CLI::Option* wait = nullptr;
    CLI::Option* cancel = nullptr;
    if (name == "history") {
        since = add_option(*command, "--since", "TIME",
                           text("From when on, in the site's time; standard: the last 24 h",
                                "起始时间（站点时间）；默认最近 24 小时"));
    }
    if (name == "resend") {
        from = add_option(*command, "--from", "TIME",
                          text("First slot, in the site's time: 2026-11-22 or \"2026-11-22 10:15\"",
                               "起始时刻（站点时间）：2026-11-22 或 \"2026-11-22 10:15\""));
        to = add_option(*command, "--to", "TIME",
                        text("Up to, without this slot; a date alone includes that day",
                             "截止时刻（不含）；只写日期则含当日"));
        meters = add_option(
            *command, "--meter", "ID",
            text("Only this metering point; may be given several times", "只补传该计量点；可多次给出"));
        meters->take_all();
        wait = add_flag(*command, "--wait", text("Until it is through", "等待直至完成"));
        cancel = add_option(*command, "--call-off", "ORDER", text("End this order", "取消该指令"));
        from->needs(to);
        to->needs(from);
        cancel->excludes(from);
    }
    command->callback([=, action = verb.action, &exit_code] {
        const auto value = [](const CLI::Option* option) {
            return option != nullptr && option->count() > 0 ? option->as<std::string>() : std::string{};
        };
        Asked asked{.uplink = value(id),
                    .json = json->count() > 0,
                    .from = value(from),
                    .to = value(to),
                    .since = value(since),
                    .meters = {},
                    .call_off = 0,
                    .wait = wait != nullptr && wait->count() > 0};
        if (meters != nullptr && meters->count() > 0) asked.meters = meters->as<std::vector<std::string>>();
        if (cancel != nullptr && cancel->count() > 0) asked.call_off = cancel->as<std::uint64_t>();
        if (cancel != nullptr && cancel->count() == 0 && from->count() == 0) {
            throw CLI::RequiredError("--from");
        }
        exit_code = run(action, socket_of(*command, *socket), asked);
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
         text("Send nothing until it is resumed; data wait in the buffer",
              "暂停上传，数据留在本地，直到恢复"),
         &pause},
        {"resume", text("End a pause, or try again at once", "恢复上传，或立即重试"), &resume},
        {"resend", text("Send a period again", "补传一段时间的数据"), &resend},
        {"history", text("What was confirmed, and by which answer", "送达记录及回执"), &history},
        {"set-aside", text("What the destination rejected, and why", "被拒收而搁置的数据及原因"),
         &set_aside}};
    for (const Verb& verb : verbs) add_verb(*command, verb, exit_code);
}

}  // namespace mg
