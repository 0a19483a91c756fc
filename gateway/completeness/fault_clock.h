#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "gateway/accounting/day_strip.h"
#include "gateway/base/clock.h"
#include "gateway/reading/quality.h"

/// How long something has been without a value. Pure.
namespace mg {

/// The rule of one province, taken from a page that quotes it; not verified.
inline constexpr int kRepairWithin = 3;  ///< working days

/// A metering point or an item to be sent that has no value now.
struct Fault {
    StripKind kind{StripKind::meter};
    std::string id;
    std::string name;
    UtcTime since{};        ///< the first slot without a value
    bool or_longer{false};  ///< nothing older was looked at
    milliseconds lasts{0};
    std::optional<Quality> reason;  ///< of the last boundary that anything is stored about
    UtcTime repair_until{};         ///< kRepairWithin after `since`

    /// 0, 24, 48, 72: the highest of these thresholds that is reached.
    [[nodiscard]] int hours_passed() const;
};

/// The same time of day so many working days later. Saturday and Sunday do not count, and what begins on one
/// begins on Monday at 00:00; public holidays are not known.
UtcTime working_days_after(UtcTime begin, int days, std::chrono::minutes utc_offset);

}  // namespace mg
