#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/hour_records.h"
#include "gateway/commands/item_view.h"
#include "gateway/commands/running_gateway.h"
#include "gateway/commands/span_sums.h"
#include "gateway/commands/terminal.h"
#include "gateway/control/control_client.h"
#include "gateway/control/item_report.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

Result<std::vector<ItemReport>> items_of(RunningGateway& gateway, bool metered) {
    const auto json = gateway.call("items", {{"metered", metered ? "true" : "false"}});
    return json ? items_from_json(*json) : pass_on(json.error());
}

struct Asked {
    std::vector<std::string> items;
    std::string from;
    std::string to;
    std::string type;
    bool metered{false};
    bool revisions{false};
    bool json{false};
};

int show_items(RunningGateway& gateway, bool metered, bool json) {
    const auto items = items_of(gateway, metered);
    if (!items) return complain(items.error());
    if (json) {
        print(items_to_json(*items) + '\n');
        return kExitOk;
    }
    const auto offset = gateway.utc_offset();
    if (!offset) return complain(offset.error());
    print(items_view(*items, *offset));
    return kExitOk;
}

constexpr std::string_view kHour = "hour";

/// Hours are sums of real-time values.
bool has_hours(const ItemReport& item) {
    return std::ranges::all_of(item.versions, [](const ItemVersionReport& version) {
        return is_additive(version.method) &&
               std::ranges::find(version.periods, StatType::real_time) != version.periods.end();
    });
}

/// All records of one item: the daemon gives them in pieces.
Result<> collect(RunningGateway& gateway, ControlClient::Arguments arguments,
                 std::vector<RecordReport>& records) {
    while (true) {
        const auto json = gateway.call("records", arguments);
        if (!json) return pass_on(json.error());
        auto piece = records_from_json(*json);
        if (!piece) return pass_on(piece.error());
        std::ranges::move(piece->records, std::back_inserter(records));
        if (!piece->next) return {};
        std::string next = utc_text(*piece->next);
        if (next >= arguments["to"]) return {};
        arguments["from"] = std::move(next);
    }
}

/// Of those asked for by name each must have hours; of all those that do.
Result<> choose_items(Asked& asked, const std::vector<ItemReport>& items, bool by_hour) {
    for (const std::string& id : asked.items) {
        const auto item = std::ranges::find(items, id, &ItemReport::id);
        if (!by_hour || item == items.end() || has_hours(*item)) continue;
        return fail(Failure::rejected,
                    trf("{}: no hours: they are sums of real-time values; allowed: --type day, month, year",
                        "{}：没有小时值，小时值是实时值之和；可用 --type day、month、year", id));
    }
    if (!asked.items.empty()) return {};
    for (const ItemReport& item : items) {
        if (!by_hour || has_hours(item)) asked.items.push_back(item.id);
    }
    return {};
}

int show_records(RunningGateway& gateway, Asked asked) {
    const auto offset = gateway.utc_offset();
    if (!offset) return complain(offset.error());
    const auto from = begin_or_end(asked.from, PeriodEnd::begin, *offset);
    if (!from) return complain(from.error());
    const auto to = begin_or_end(asked.to, PeriodEnd::end, *offset);
    if (!to) return complain(to.error());
    const bool by_hour = asked.type == kHour;
    const auto items = items_of(gateway, asked.metered || by_hour);
    if (!items) return complain(items.error());
    if (const auto chosen = choose_items(asked, *items, by_hour); !chosen) return complain(chosen.error());
    std::ranges::replace(asked.type, '-', '_');
    RecordsReport all;
    for (const std::string& item : asked.items) {
        std::vector<RecordReport> records;
        const auto collected =
            collect(gateway,
                    {{"item", item},
                     {"type", by_hour ? std::string(to_string(StatType::real_time)) : asked.type},
                     {"from", utc_text(*from)},
                     {"to", utc_text(*to)},
                     {"revisions", asked.revisions ? "true" : "false"}},
                    records);
        if (!collected) return complain(collected.error());
        if (by_hour) {
            auto hours = hours_of(records, *offset);
            if (!hours) return complain(hours.error());
            records = std::move(*hours);
        }
        std::ranges::move(records, std::back_inserter(all.records));
    }
    print(asked.json ? records_to_json(all) + '\n' : records_view(all.records));
    return kExitOk;
}

CLI::Option* add_metered_flag(CLI::App& command) {
    return add_flag(command, "--metered",
                    text("What each metering point measured as well", "同时列出各计量点自身的计量值"));
}

/// As CLI11 says it of an option that is always required.
void demand(std::initializer_list<CLI::Option*> options) {
    for (const CLI::Option* each : options) {
        if (each->count() == 0) throw CLI::RequiredError(each->get_name());
    }
}

}  // namespace

void add_items(CLI::App& app, int& exit_code) {
    CLI::App* command =
        app.add_subcommand("items", text("What is reported, and its newest figures", "采集项及其最新数值"));
    CLI::Option* metered = add_metered_flag(*command);
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        exit_code = with_gateway(socket_of(*command, *socket), [&](RunningGateway& gateway) {
            return show_items(gateway, metered->count() > 0, json->count() > 0);
        });
    });
}

void add_records(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "records", text("Reported figures of a time, or their sum", "一段时间的上报记录或其合计"));
    CLI::Option* items =
        add_option(*command, "item", " ", text("Ids of items; standard: all", "采集项编号；默认全部"))
            ->expected(1, -1)
            ->allow_extra_args();
    CLI::Option* from = add_option(*command, "--from", "TIME",
                                   text("Periods that begin then or later, in the site's time: 2026, "
                                        "2026-11, 2026-11-22 or \"2026-11-22 10:15\"",
                                        "起始时间（站点时间）：2026、2026-11、2026-11-22 或 "
                                        "\"2026-11-22 10:15\""));
    CLI::Option* to = add_option(*command, "--to", "TIME",
                                 text("Up to then; a year, month or day alone is included",
                                      "截止时间；只写年、月、日则含该年、月、日"));
    CLI::Option* type =
        add_option(*command, "--type", "TYPE",
                   text("real-time, hour, day, month or year",
                        "real-time（实时）、hour（小时）、day（日）、month（月）或 year（年）"))
            ->check(CLI::IsMember({"real-time", "hour", "day", "month", "year"}));
    CLI::Option* revisions = add_flag(*command, "--revisions",
                                      text("Every revision, not only the newest", "显示全部修订，不只最新"));
    CLI::Option* metered = add_metered_flag(*command);
    const SumOptions sums = add_sum_options(*command);
    metered->excludes(items);
    for (CLI::Option* other : {type, revisions, metered}) {
        for (CLI::Option* sum : {sums.sum, sums.by, sums.bill}) other->excludes(sum);
    }
    for (CLI::Option* end : {from, to}) end->excludes(sums.bill);
    CLI::Option* socket = add_socket_option(*command);
    CLI::Option* json = add_json_flag(*command);
    command->callback([=, &exit_code] {
        const bool sums_asked = sums.is_asked();
        if (sums.bill->count() == 0) demand({from, to});
        if (!sums_asked) demand({type});
        if (sums_asked) {
            demand({items});
            const SumQuestion question{.items = items->as<std::vector<std::string>>(),
                                       .from = value_of(from),
                                       .to = value_of(to),
                                       .calendar = value_of(sums.by),
                                       .bill = value_of(sums.bill),
                                       .bill_day = value_of(sums.bill_day),
                                       .json = json->count() > 0};
            exit_code = with_gateway(socket_of(*command, *socket),
                                     [&](RunningGateway& gateway) { return show_sums(gateway, question); });
            return;
        }
        Asked asked{.items = {},
                    .from = value_of(from),
                    .to = value_of(to),
                    .type = value_of(type),
                    .metered = metered->count() > 0,
                    .revisions = revisions->count() > 0,
                    .json = json->count() > 0};
        if (items->count() > 0) asked.items = items->as<std::vector<std::string>>();
        exit_code = with_gateway(socket_of(*command, *socket),
                                 [&](RunningGateway& gateway) { return show_records(gateway, asked); });
    });
}

}  // namespace mg
