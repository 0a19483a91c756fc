#include "config/loaders.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

/// Without zeros that say nothing: 200, 62.5.
std::string plain(const Decimal& value) {
    std::string text = value.to_string();
    if (text.find('.') == std::string::npos || text.find('e') != std::string::npos) return text;
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
    return text;
}

/// primary / secondary of one instrument transformer; 1 when there is none or it is wrong.
Decimal transformer(const Record& record, std::string_view primary_key, std::string_view secondary_key,
                    Reporter& report) {
    const Decimal none{1, 0};
    if (record.has(primary_key) != record.has(secondary_key)) {
        const std::string_view missing = record.has(primary_key) ? secondary_key : primary_key;
        report.error(
            record.place(), missing,
            {trf("is missing: '{}' is given, and a ratio needs both", "缺少此项：已写“{}”，变比要成对",
                 record.has(primary_key) ? primary_key : secondary_key),
             {}});
        return none;
    }
    const auto* primary = record.get<Decimal>(primary_key);
    const auto* secondary = record.get<Decimal>(secondary_key);
    if (primary == nullptr || secondary == nullptr) return none;
    if (*primary < *secondary) {
        report.error(record.place_of(primary_key), primary_key,
                     {std::string(tr("smaller than the secondary side", "小于二次侧")),
                      trf("at least {}", "不小于 {}", plain(*secondary))},
                     record.text(primary_key));
        return none;
    }
    const auto ratio = exact_ratio(*primary, *secondary);
    if (ratio) return *ratio;
    report.error(record.place_of(primary_key), primary_key, ratio.error(),
                 fmt::format("{}/{}", record.text(primary_key), record.text(secondary_key)));
    return none;
}

}  // namespace

Multiplier read_multiplier(const Record& record, Reporter& report) {
    const Multiplier nameplate{transformer(record, "ct_primary", "ct_secondary", report),
                               transformer(record, "pt_primary", "pt_secondary", report)};
    const bool primary = record.get_or<std::string>("reading_side", "secondary") == "primary";
    const Multiplier multiplier = primary ? Multiplier{} : nameplate;
    const auto* stated = record.get<Decimal>("multiplier");
    const auto computed = multiplier.of(Ratio::ct_pt);
    if (stated == nullptr || !computed || *stated == *computed) return multiplier;
    const std::string why = primary ? std::string(tr("the registers are primary already", "寄存器已是一次值"))
                                    : fmt::format("CT {} × PT {} = {}", plain(multiplier.ct),
                                                  plain(multiplier.pt), plain(*computed));
    report.error(record.place_of("multiplier"), "multiplier",
                 {trf("does not fit: {}", "与变比不符：{}", why), plain(*computed)},
                 record.text("multiplier"));
    return multiplier;
}

}  // namespace mg
