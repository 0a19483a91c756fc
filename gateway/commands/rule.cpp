#include <algorithm>
#include <optional>

#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/dated_order.h"
#include "gateway/commands/dated_terms.h"
#include "gateway/commands/dated_view.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/terminal.h"

// Steps of indexes that nobody has explained, and what people say they were.
namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

struct RuleOptions {
    CLI::Option* meter;
    CLI::Option* point;
    CLI::Option* verdict;
    CLI::Option* at;
    CLI::Option* before;
    CLI::Option* after;
    CLI::Option* until;
};

int show(RunningGateway& gateway, bool as_json) {
    const auto json = gateway.call("breaks", {});
    if (!json) return complain(json.error());
    const auto breaks = breaks_from_json(*json);
    if (!breaks) return complain(breaks.error());
    if (as_json) {
        print(*json + '\n');
        return kExitOk;
    }
    const auto offset = gateway.utc_offset();
    if (!offset) return complain(offset.error());
    print(breaks_view(*breaks, *offset));
    return kExitOk;
}

/// The only step of this register that stands.
Result<UtcTime> the_only_break(RunningGateway& gateway, const IndexRuling& body) {
    const auto json = gateway.call("breaks", {});
    if (!json) return pass_on(json.error());
    auto breaks = breaks_from_json(*json);
    if (!breaks) return pass_on(breaks.error());
    std::erase_if(*breaks, [&](const BreakReport& each) {
        return each.meter != body.meter || each.point != body.point;
    });
    if (breaks->size() == 1) return breaks->front().first_after;
    return fail(Failure::rejected,
                breaks->empty()
                    ? trf("no step of {} {} waits for a ruling; for another one give --at",
                          "{} {} 没有待裁定的跳变；其他时刻请给 --at", body.meter.text, body.point.text)
                    : trf("{} steps of {} {} wait for a ruling: say which with --at",
                          "{1} {2} 有 {0} 处跳变待裁定，请用 --at 指明", breaks->size(), body.meter.text,
                          body.point.text));
}

Result<std::optional<UtcTime>> optional_time(const CLI::Option* option, std::chrono::minutes utc_offset) {
    if (option->count() == 0) return std::nullopt;
    const auto time = begin_or_end(value_of(option), PeriodEnd::begin, utc_offset);
    if (!time) return pass_on(time.error());
    return *time;
}

Result<std::optional<Decimal>> optional_number(const CLI::Option* option) {
    if (option->count() == 0) return std::nullopt;
    const auto number = decimal_from(value_of(option));
    if (!number) return pass_on(number.error());
    return *number;
}

Result<DatedBody> ruling_of(const RuleOptions& options, RunningGateway& gateway,
                            std::chrono::minutes utc_offset) {
    std::string verdict = value_of(options.verdict);
    std::ranges::replace(verdict, '-', '_');
    IndexRuling body{.meter = {value_of(options.meter)},
                     .point = {value_of(options.point)},
                     .verdict = index_verdict_from(verdict).value_or(IndexVerdict::genuine)};
    const auto before = optional_number(options.before);
    if (!before) return pass_on(before.error());
    body.before = *before;
    const auto after = optional_number(options.after);
    if (!after) return pass_on(after.error());
    body.after = *after;
    const auto until = optional_time(options.until, utc_offset);
    if (!until) return pass_on(until.error());
    body.until = *until;
    const auto given = optional_time(options.at, utc_offset);
    if (!given) return pass_on(given.error());
    const auto at = *given ? Result<UtcTime>{**given} : the_only_break(gateway, body);
    if (!at) return pass_on(at.error());
    body.at = *at;
    return body;
}

}  // namespace

void add_rule(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "rule", text("Steps of indexes that nobody has explained; with a verdict, says what one was",
                     "待裁定的示数跳变；给出结论则登记裁定"));
    RuleOptions options{};
    options.meter = add_option(*command, "meter", " ", text("Id of the metering point", "计量点编号"));
    options.point = add_option(*command, "point", " ", text("Index point", "示数测点"));
    options.verdict =
        add_option(*command, "verdict", " ",
                   text("genuine, rolled-over (once), was-reset, false-value",
                        "genuine（属实）、rolled-over（满码翻转一次）、was-reset（被清零或改写）、"
                        "false-value（读数错误）"))
            ->check(CLI::IsMember({"genuine", "rolled-over", "was-reset", "false-value"}));
    options.meter->needs(options.verdict);
    options.at = add_option(*command, "--at", "TIME",
                            text("Slot of the first reading after the step, in the site's time; standard: "
                                 "the only one that waits",
                                 "跳变后首个读数的时刻（站点时间）；只有一处待裁定时可省"));
    options.before = add_option(*command, "--before", "INDEX",
                                text("was-reset: what it showed before; standard: the last good reading",
                                     "was-reset：改写前的示数；默认为最后可信读数"));
    options.after =
        add_option(*command, "--after", "INDEX",
                   text("was-reset: what it was set to; standard: 0", "was-reset：改写后的示数；默认 0"));
    options.until = add_option(*command, "--until", "TIME",
                               text("false-value: up to, without this slot; standard: that one reading",
                                    "false-value：截止时刻（不含）；默认只此一个读数"));
    for (CLI::Option* option : {options.at, options.before, options.after, options.until}) {
        option->needs(options.verdict);
    }
    const SigningOptions signing = add_signing_options(*command);
    command->callback([=, &exit_code] {
        if (options.verdict->count() == 0) {
            exit_code = with_gateway(socket_of(*command, *signing.socket), [&](RunningGateway& gateway) {
                return show(gateway, signing.json->count() > 0);
            });
            return;
        }
        exit_code =
            put_on_record(*command, signing, [&](RunningGateway& gateway, std::chrono::minutes utc_offset) {
                return ruling_of(options, gateway, utc_offset);
            });
    });
}

}  // namespace mg
