#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/base/clock.h"

/// When the instrument that is in place was verified or calibrated last. Pure.
namespace mg {

struct KnownVerification {
    std::optional<UtcTime> on;           ///< midnight of the day at the site
    std::optional<UtcTime> valid_until;  ///< midnight of the last day on which it holds
    std::string by;
    std::string certificate;
    std::optional<VerificationResult> result;
    std::optional<Traceability> traceability;
    DatedId record{0};  ///< 0: meters.csv says so

    [[nodiscard]] bool empty() const { return !on && !valid_until && by.empty() && certificate.empty(); }
};

/// The newest of what meters.csv says and what is on record of the instrument in place at `at`; of the same
/// day the record. The table counts for the instrument that it names only; later verifications than `at` do
/// not count.
KnownVerification known_verification(const MeterOptions& meter, std::span<const DatedRecord> records,
                                     std::chrono::minutes utc_offset, UtcTime at);

/// "2026-3-2", "2026/03/02": midnight at the site. None: no date.
std::optional<UtcTime> ledger_day(std::string_view text, std::chrono::minutes utc_offset);
/// Words of the table or their keys: 合格, passed. None: nothing, or none of them.
std::optional<VerificationResult> verification_result_written(std::string_view text);
std::optional<Traceability> traceability_written(std::string_view text);

}  // namespace mg
