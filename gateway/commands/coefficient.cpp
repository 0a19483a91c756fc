#include <algorithm>

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

// The dated values of coefficients.
namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

/// Of one name, or all.
int show(RunningGateway& gateway, const std::string& name, bool as_json) {
    const auto json = gateway.call("coefficients", {});
    if (!json) return complain(json.error());
    auto all = coefficients_from_json(*json);
    if (!all) return complain(all.error());
    if (!name.empty()) {
        std::erase_if(*all, [&](const CoefficientReport& each) { return each.name != name; });
        if (all->empty()) {
            return complain({Failure::rejected, trf("no coefficient \"{}\"", "没有系数“{}”", name)});
        }
    }
    if (as_json) {
        print(coefficients_to_json(*all) + '\n');
        return kExitOk;
    }
    const auto offset = gateway.utc_offset();
    if (!offset) return complain(offset.error());
    print(coefficients_view(*all, *offset));
    return kExitOk;
}

}  // namespace

void add_coefficient(CLI::App& app, int& exit_code) {
    CLI::App* command =
        app.add_subcommand("coefficient", text("Coefficients and their values by date; with a value, puts it "
                                               "on record",
                                               "系数及各时期数值；给出数值则登记"));
    CLI::Option* name =
        add_option(*command, "name", " ", text("As in formulas, without \"coef.\"", "系数名称，不带 coef."));
    CLI::Option* value = add_option(*command, "value", " ", text("Its new value", "新数值"));
    CLI::Option* unit =
        add_option(*command, "--unit", "U", text("That of the coefficient: tce/t", "单位，如 tce/t"));
    CLI::Option* from =
        add_option(*command, "--from", "DATE", text("The first day of it: 2026-11-01", "生效日：2026-11-01"));
    CLI::Option* source =
        add_option(*command, "--source", "TEXT",
                   text("What it rests on: an analysis, a standard", "来源：化验单、标准等"));
    CLI::Option* year = add_option(*command, "--year", "YEAR", text("Of the source", "来源年份"));
    CLI::Option* region = add_option(*command, "--region", "NAME", text("Where it holds", "适用地区"));
    for (CLI::Option* needed : {unit, from, source}) {
        needed->needs(value);
        value->needs(needed);
    }
    const SigningOptions signing = add_signing_options(*command);
    command->callback([=, &exit_code] {
        if (value->count() == 0) {
            exit_code = with_gateway(socket_of(*command, *signing.socket), [&](RunningGateway& gateway) {
                return show(gateway, value_of(name), signing.json->count() > 0);
            });
            return;
        }
        exit_code = put_on_record(
            *command, signing, [&](RunningGateway&, std::chrono::minutes utc_offset) -> Result<DatedBody> {
                const auto number = decimal_from(value_of(value));
                if (!number) return pass_on(number.error());
                const auto day = begin_or_end(value_of(from), PeriodEnd::begin, utc_offset);
                if (!day) return pass_on(day.error());
                return CoefficientValue{.name = value_of(name),
                                        .value = *number,
                                        .unit = value_of(unit),
                                        .from = *day,
                                        .source = value_of(source),
                                        .year = value_of(year),
                                        .region = value_of(region)};
            });
    });
}

}  // namespace mg
