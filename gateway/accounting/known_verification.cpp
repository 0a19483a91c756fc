#include "gateway/accounting/known_verification.h"

#include <array>
#include <charconv>

#include "gateway/accounting/dated_check.h"

namespace mg {
namespace {

KnownVerification of_table(const MeterOptions& meter, std::chrono::minutes utc_offset) {
    const TableRow& row = meter.row;
    return {.on = ledger_day(row.text("verified_on"), utc_offset),
            .valid_until = ledger_day(row.text("valid_until"), utc_offset),
            .by = std::string(row.text("verified_by")),
            .certificate = std::string(row.text("certificate")),
            .result = verification_result_written(row.text("verification_state")),
            .traceability = traceability_written(row.text("traceability")),
            .record = 0};
}

KnownVerification of_record(const Verification& body, DatedId record) {
    return {.on = body.on,
            .valid_until = body.valid_until,
            .by = body.by,
            .certificate = body.certificate,
            .result = body.result,
            .traceability = body.traceability,
            .record = record};
}

}  // namespace

KnownVerification known_verification(const MeterOptions& meter, std::span<const DatedRecord> records,
                                     std::chrono::minutes utc_offset, UtcTime at) {
    const std::string in_place = serial_at(meter, records, at);
    KnownVerification known;
    if (in_place.empty() || meter.serial_no.empty() || meter.serial_no == in_place)
        known = of_table(meter, utc_offset);
    if (known.on && *known.on > at) known = {};
    for (const DatedRecord& record : records) {
        const auto* body = std::get_if<Verification>(&record.body);
        if (body == nullptr || !record.in_force() || body->meter != meter.id || body->on > at) continue;
        if (!in_place.empty() && body->serial != in_place) continue;
        if (!known.on || body->on >= *known.on) known = of_record(*body, record.id);
    }
    return known;
}

std::optional<UtcTime> ledger_day(std::string_view text, std::chrono::minutes utc_offset) {
    std::array<int, 3> parts{};
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0 && (at == end || (*at != '-' && *at != '/'))) return std::nullopt;
        if (i > 0) ++at;
        const auto [next, error] = std::from_chars(at, end, parts.at(i));
        if (error != std::errc{} || parts.at(i) < 1) return std::nullopt;
        at = next;
    }
    // The types of chrono are narrow: a greater number would become another date in silence.
    constexpr std::array kMost{9999, 12, 31};
    if (parts[0] > kMost[0] || parts[1] > kMost[1] || parts[2] > kMost[2]) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{parts[0]},
                                           std::chrono::month{static_cast<unsigned>(parts[1])},
                                           std::chrono::day{static_cast<unsigned>(parts[2])}};
    if (at != end || !date.ok()) return std::nullopt;
    return std::chrono::sys_days{date} - utc_offset;
}

std::optional<VerificationResult> verification_result_written(std::string_view text) {
    if (text == "合格") return VerificationResult::passed;
    if (text == "准用") return VerificationResult::limited;
    if (text == "不合格") return VerificationResult::failed;
    return verification_result_from(text);
}

std::optional<Traceability> traceability_written(std::string_view text) {
    if (text == "强制检定") return Traceability::legal;
    if (text == "检定") return Traceability::verification;
    if (text == "校准") return Traceability::calibration;
    return traceability_from(text);
}

}  // namespace mg
