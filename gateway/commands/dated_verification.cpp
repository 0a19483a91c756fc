#include "gateway/commands/dated_verification.h"

#include <CLI/CLI.hpp>

#include "gateway/accounting/known_verification.h"
#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/dated_order.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

struct VerificationOptions {
    CLI::Option* meter;
    CLI::Option* serial;
    CLI::Option* on;
    CLI::Option* valid_until;
    CLI::Option* by_whom;
    CLI::Option* certificate;
    CLI::Option* result;
    CLI::Option* traceability;
};

tl::unexpected<Error> not_one_of(const std::string& given, std::string_view allowed) {
    return fail(Failure::rejected, trf("\"{}\" is none of: {}", "“{}”不是其中之一：{}", given, allowed));
}

Result<UtcTime> day_of(const std::string& given, std::chrono::minutes utc_offset) {
    if (const auto day = ledger_day(given, utc_offset)) return *day;
    return fail(Failure::rejected,
                trf("\"{}\" is no day such as 2026-11-22", "“{}”不是日期，如 2026-11-22", given));
}

Result<DatedBody> body_of(const VerificationOptions& options, std::chrono::minutes utc_offset) {
    Verification body{.meter = {value_of(options.meter)}, .serial = value_of(options.serial)};
    const auto on = day_of(value_of(options.on), utc_offset);
    if (!on) return pass_on(on.error());
    body.on = *on;
    if (options.valid_until->count() > 0) {
        const auto until = day_of(value_of(options.valid_until), utc_offset);
        if (!until) return pass_on(until.error());
        body.valid_until = *until;
    }
    body.by = value_of(options.by_whom);
    body.certificate = value_of(options.certificate);
    if (options.result->count() > 0) {
        const auto result = verification_result_written(value_of(options.result));
        if (!result) return not_one_of(value_of(options.result), "合格 passed, 准用 limited, 不合格 failed");
        body.result = *result;
    }
    const auto traceability = traceability_written(value_of(options.traceability));
    if (!traceability) {
        return not_one_of(value_of(options.traceability),
                          "强制检定 legal, 检定 verification, 校准 calibration");
    }
    body.traceability = *traceability;
    return body;
}

}  // namespace

void add_dated_verification(CLI::App& dated, int& exit_code) {
    CLI::App* command = dated.add_subcommand(
        "verification", text("An instrument was verified or calibrated", "登记一次检定或校准"));
    command->group(text("Commands", "命令"));
    VerificationOptions options{};
    options.meter =
        add_option(*command, "meter", " ", text("Id of the metering point", "计量点编号"))->required();
    options.serial =
        add_option(*command, "--serial", "NO", text("Serial number of the instrument", "器具出厂编号"))
            ->required();
    options.on =
        add_option(*command, "--on", "DATE", text("The day: 2026-11-22", "检定日期：2026-11-22"))->required();
    options.valid_until = add_option(*command, "--valid-until", "DATE",
                                     text("The last day on which it holds", "有效期至（含当日）"));
    options.by_whom =
        add_option(*command, "--verified-by", "TEXT", text("The institute that did it", "检定机构"))
            ->required();
    options.certificate =
        add_option(*command, "--certificate", "NO", text("Number of the certificate", "证书编号"));
    options.result = add_option(*command, "--result", "RESULT",
                                text("passed, limited (for some uses only), failed; standard: passed",
                                     "合格、准用、不合格；默认合格"));
    options.traceability = add_option(*command, "--kind", "KIND",
                                      text("legal, verification or calibration", "强制检定、检定、校准"))
                               ->required();
    const SigningOptions signing = add_signing_options(*command);
    command->callback([=, &exit_code] {
        exit_code = put_on_record(*command, signing, [&](RunningGateway&, std::chrono::minutes utc_offset) {
            return body_of(options, utc_offset);
        });
    });
}

}  // namespace mg
