#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/dated_order.h"
#include "gateway/commands/dated_terms.h"

// An instrument was exchanged, or its transformers were.
namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

CLI::Option* add_meter(CLI::App& command) {
    return add_option(command, "meter", " ", text("Id of the metering point", "计量点编号"))->required();
}

struct ReplacementOptions {
    CLI::Option* meter;
    CLI::Option* removed;
    CLI::Option* installed;
    CLI::Option* old_serial;
    CLI::Option* new_serial;
    CLI::Option* registers;
    CLI::Option* multiplier;
    CLI::Option* rollover;
};

Result<DatedBody> replacement_of(const ReplacementOptions& options, std::chrono::minutes utc_offset) {
    Replacement body{.meter = {value_of(options.meter)},
                     .old_serial = value_of(options.old_serial),
                     .new_serial = value_of(options.new_serial)};
    const auto removed = begin_or_end(value_of(options.removed), PeriodEnd::begin, utc_offset);
    if (!removed) return pass_on(removed.error());
    body.removed_at = *removed;
    body.installed_at = *removed;
    if (options.installed->count() > 0) {
        const auto installed = begin_or_end(value_of(options.installed), PeriodEnd::begin, utc_offset);
        if (!installed) return pass_on(installed.error());
        body.installed_at = *installed;
    }
    auto registers = each_as(values_of(options.registers), replaced_register_from);
    if (!registers) return pass_on(registers.error());
    body.registers = std::move(*registers);
    if (options.multiplier->count() > 0) {
        const auto multiplier = multiplier_from(value_of(options.multiplier));
        if (!multiplier) return pass_on(multiplier.error());
        body.multiplier = *multiplier;
    }
    if (options.rollover->count() > 0) {
        const auto rollover = decimal_from(value_of(options.rollover));
        if (!rollover) return pass_on(rollover.error());
        body.rollover = *rollover;
    }
    return body;
}

}  // namespace

void add_replace_meter(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "replace-meter", text("Put on record that an instrument was exchanged", "登记换表"));
    ReplacementOptions options{};
    options.meter = add_meter(*command);
    options.removed =
        add_option(*command, "--removed-at", "TIME",
                   text("When the old one was taken away, in the site's time: \"2026-11-22 10:07\"",
                        "旧表拆下的时间（站点时间）：\"2026-11-22 10:07\""))
            ->required();
    options.installed =
        add_option(*command, "--installed-at", "TIME",
                   text("When the new one began; standard: at once", "新表装上的时间；默认同时"));
    options.old_serial =
        add_option(*command, "--old-serial", "NO", text("Its serial number", "旧表出厂编号"))->required();
    options.new_serial =
        add_option(*command, "--new-serial", "NO", text("That of the new one", "新表出厂编号"))->required();
    options.registers =
        add_option(*command, "--register", "POINT=END:START",
                   text("Last index of the old and first of the new one, as displayed, of every index point; "
                        "POINT=END:START:AMOUNT with an estimate of what was used in between (after the "
                        "multiplier)",
                        "每个示数测点的旧表止码和新表起码（表上示值）；POINT=止码:起码:电量 "
                        "另给换表期间的估计用量（乘倍率后）"))
            ->take_all();
    options.multiplier =
        add_option(*command, "--multiplier", "M",
                   text("Of the new one, where it differs: 80, 800/5, 800/5x10000/100 (CT x PT)",
                        "新表倍率（有变化时）：80、800/5、800/5x10000/100（CT x PT）"));
    options.rollover =
        add_option(*command, "--rollover", "INDEX",
                   text("Where its display starts again, where it differs", "新表满码值（有变化时）"));
    const SigningOptions signing = add_signing_options(*command);
    command->callback([=, &exit_code] {
        exit_code = put_on_record(*command, signing, [&](RunningGateway&, std::chrono::minutes utc_offset) {
            return replacement_of(options, utc_offset);
        });
    });
}

void add_set_multiplier(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "set-multiplier", text("Put on record from when on another multiplier holds", "登记倍率变更"));
    CLI::Option* meter = add_meter(*command);
    CLI::Option* multiplier =
        add_option(*command, "multiplier", " ",
                   text("80, 800/5, 800/5x10000/100 (CT x PT)", "80、800/5、800/5x10000/100（CT x PT）"))
            ->required();
    CLI::Option* at = add_option(*command, "--at", "TIME",
                                 text("From when on, in the site's time; also long ago",
                                      "起始时间（站点时间）；可以是过去"))
                          ->required();
    CLI::Option* registers =
        add_option(*command, "--register", "POINT=INDEX",
                   text("The index then, as displayed; without it, it is interpolated and the period marked",
                        "当时的表上示值；不给则插补并标记该时段"))
            ->take_all();
    const SigningOptions signing = add_signing_options(*command);
    command->callback([=, &exit_code] {
        exit_code = put_on_record(
            *command, signing, [&](RunningGateway&, std::chrono::minutes utc_offset) -> Result<DatedBody> {
                const auto ratio = multiplier_from(value_of(multiplier));
                if (!ratio) return pass_on(ratio.error());
                const auto from = begin_or_end(value_of(at), PeriodEnd::begin, utc_offset);
                if (!from) return pass_on(from.error());
                auto indexes = each_as(values_of(registers), index_from);
                if (!indexes) return pass_on(indexes.error());
                return MultiplierChange{{value_of(meter)}, *from, *ratio, std::move(*indexes)};
            });
    });
}

}  // namespace mg
