#include "gateway/commands/span_sums.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/span_view.h"
#include "gateway/commands/terminal.h"
#include "gateway/control/span_report.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

/// What is asked of each item alike.
Result<ControlClient::Arguments> arguments_of(const SumQuestion& question, std::chrono::minutes utc_offset) {
    ControlClient::Arguments arguments;
    if (!question.calendar.empty()) arguments["calendar"] = question.calendar;
    if (!question.bill.empty()) {
        arguments["bill"] = question.bill;
        if (!question.bill_day.empty()) arguments["bill_day"] = question.bill_day;
        return arguments;
    }
    const auto from = begin_or_end(question.from, PeriodEnd::begin, utc_offset);
    if (!from) return pass_on(from.error());
    const auto to = begin_or_end(question.to, PeriodEnd::end, utc_offset);
    if (!to) return pass_on(to.error());
    arguments["from"] = utc_text(*from);
    arguments["to"] = utc_text(*to);
    return arguments;
}

}  // namespace

bool SumOptions::is_asked() const {
    return sum->count() > 0 || by->count() > 0 || bill->count() > 0;
}

SumOptions add_sum_options(CLI::App& command) {
    SumOptions options;
    options.sum =
        add_flag(command, "--sum", text("What the items came to in all of the time", "整段时间的合计"));
    options.by = add_option(
        command, "--by", "CALENDAR",
        text("The sum, split by a calendar of calendars.csv", "按 calendars.csv 中的一个日历分摊合计"));
    options.bill = add_option(command, "--bill", "MONTH",
                              text("The sum of the bill of this month, in place of --from and --to",
                                   "该月账单的合计，代替 --from 和 --to"));
    options.bill_day = add_option(command, "--bill-day", "DAY",
                                  text("1 to 31: bills end at 00:00 of it; standard: the billing day of "
                                       "the metering points",
                                       "1 至 31：账单截止于该日零点；默认为计量点的抄表日"))
                           ->needs(options.bill);
    return options;
}

int show_sums(RunningGateway& gateway, const SumQuestion& question) {
    const auto offset = gateway.utc_offset();
    if (!offset) return complain(offset.error());
    auto arguments = arguments_of(question, *offset);
    if (!arguments) return complain(arguments.error());
    std::vector<SpanReport> sums;
    for (const std::string& item : question.items) {
        (*arguments)["item"] = item;
        const auto json = gateway.call("records-sum", *arguments);
        if (!json) return complain(json.error());
        auto some = spans_from_json(*json);
        if (!some) return complain(some.error());
        std::ranges::move(*some, std::back_inserter(sums));
    }
    print(question.json ? spans_to_json(sums) + '\n' : spans_view(sums, *offset));
    return kExitOk;
}

}  // namespace mg
