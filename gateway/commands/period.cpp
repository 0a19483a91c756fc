#include <algorithm>
#include <array>
#include <tuple>

#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/dated_order.h"
#include "gateway/commands/dated_view.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/terminal.h"

// The states of periods: open, reported, closed; and what would change closed ones.
namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

struct Asked {
    std::string item;
    std::string type;
    std::string from;
    std::string to;
    bool json{false};
};

int show(RunningGateway& gateway, Asked asked) {
    const auto offset = gateway.utc_offset();
    if (!offset) return complain(offset.error());
    std::ranges::replace(asked.type, '-', '_');
    ControlClient::Arguments arguments{{"item", asked.item}, {"type", asked.type}};
    for (const auto& [name, given, end] :
         {std::tuple{"from", &asked.from, PeriodEnd::begin}, std::tuple{"to", &asked.to, PeriodEnd::end}}) {
        if (given->empty()) continue;
        const auto time = begin_or_end(*given, end, *offset);
        if (!time) return complain(time.error());
        arguments[name] = utc_text(*time);
    }
    const auto json = gateway.call("periods", arguments);
    if (!json) return complain(json.error());
    const auto report = periods_from_json(*json);
    if (!report) return complain(report.error());
    print(asked.json ? *json + '\n' : periods_view(*report, *offset));
    return kExitOk;
}

Result<StatPeriod> period_from(const std::string& given, std::chrono::minutes utc_offset) {
    const auto period = SiteCalendar{.utc_offset = utc_offset}.parse(given);
    if (period && period->type != StatType::real_time) return *period;
    return fail(Failure::rejected, trf("\"{}\" is no day, month or year; allowed: 2026-11-22, 2026-11, 2026",
                                       "“{}”不是日、月或年；可写：2026-11-22、2026-11、2026", given));
}

/// The number of the lock of exactly this period.
Result<DatedId> lock_of(RunningGateway& gateway, const std::string& given) {
    const auto offset = gateway.utc_offset();
    if (!offset) return pass_on(offset.error());
    const auto period = period_from(given, *offset);
    if (!period) return pass_on(period.error());
    const auto json =
        gateway.call("periods", {{"from", utc_text(period->from)}, {"to", utc_text(period->from)}});
    if (!json) return pass_on(json.error());
    const auto report = periods_from_json(*json);
    if (!report) return pass_on(report.error());
    for (const DatedRecord& lock : report->locks) {
        const auto* body = std::get_if<PeriodLock>(&lock.body);
        if (body != nullptr && body->period == *period) return lock.id;
    }
    for (const DatedRecord& lock : report->locks) {
        const auto* body = std::get_if<PeriodLock>(&lock.body);
        if (body == nullptr || body->period.from > period->from || body->period.to < period->to) continue;
        return fail(Failure::rejected, trf("{} is closed as a part of {}, by record {}: open that",
                                           "{} 随 {} 锁定（记录 {}），请解锁后者", given,
                                           SiteCalendar{.utc_offset = *offset}.text(body->period), lock.id));
    }
    return fail(Failure::rejected, trf("{} is not closed", "{} 未锁定", given));
}

CLI::Option* add_period(CLI::App& command) {
    return add_option(command, "period", " ",
                      text("Day, month or year: 2026-11-22, 2026-11 or 2026",
                           "日、月或年：2026-11-22、2026-11 或 2026"))
        ->required();
}

void add_lock(CLI::App& periods, int& exit_code) {
    CLI::App* command =
        periods.add_subcommand("lock", text("Close a period: its figures, and those within, stay as they are",
                                            "锁定：该期间及其内的数值不再变"));
    command->group(text("Commands", "命令"));
    CLI::Option* period = add_period(*command);
    const SigningOptions signing = add_signing_options(*command);
    command->callback([=, &exit_code] {
        exit_code = put_on_record(*command, signing,
                                  [&](RunningGateway&, std::chrono::minutes utc_offset) -> Result<DatedBody> {
                                      const auto closed = period_from(value_of(period), utc_offset);
                                      if (!closed) return pass_on(closed.error());
                                      return PeriodLock{*closed};
                                  });
    });
}

void add_unlock(CLI::App& periods, int& exit_code) {
    CLI::App* command = periods.add_subcommand(
        "unlock",
        text("Open it again: what was asked for becomes a revision", "解锁：待处理的更正随即成为修订"));
    command->group(text("Commands", "命令"));
    CLI::Option* period = add_period(*command);
    CLI::Option* by = add_by_option(*command);
    CLI::Option* remark = add_option(*command, "--remark", "TEXT", text("Why", "原因"))->required();
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        exit_code = with_gateway(socket_of(*command, *socket), [&](RunningGateway& gateway) {
            const auto id = lock_of(gateway, value_of(period));
            if (!id) return complain(id.error());
            return ask_for_change(
                gateway, "dated-revoke",
                {{"record", std::to_string(*id)}, {"by", value_of(by)}, {"remark", value_of(remark)}},
                json->count() > 0);
        });
    });
}

}  // namespace

void add_period(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "period",
        text("Which periods are open, reported or closed, and the changes that closed ones do not take",
             "各期间的状态（未上报、已上报、已锁定）及待处理的更正"));
    CLI::Option* item =
        add_option(*command, "--item", "ID", text("Changes of this item only", "只看该采集项的更正"));
    CLI::Option* type =
        add_option(*command, "--type", "TYPE",
                   text("States and changes of real-time, day, month or year; standard: states of months and "
                        "years, changes of the last three",
                        "只看 real-time（实时）、day（日）、month（月）或 "
                        "year（年）；默认列出月、年的状态和后三种的更正"))
            ->check(CLI::IsMember({"real-time", "day", "month", "year"}));
    CLI::Option* from =
        add_option(*command, "--from", "TIME", text("Of periods that begin then or later", "起始时间"));
    CLI::Option* to = add_option(*command, "--to", "TIME", text("Up to then", "截止时间"));
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    add_lock(*command, exit_code);
    add_unlock(*command, exit_code);
    command->callback([=, &exit_code] {
        if (!command->get_subcommands().empty()) return;
        const Asked asked{.item = value_of(item),
                          .type = value_of(type),
                          .from = value_of(from),
                          .to = value_of(to),
                          .json = json->count() > 0};
        exit_code = with_gateway(socket_of(*command, *socket),
                                 [&](RunningGateway& gateway) { return show(gateway, asked); });
    });
}

}  // namespace mg
