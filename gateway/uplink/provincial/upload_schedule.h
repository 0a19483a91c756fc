#pragma once

#include <chrono>
#include <optional>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/reading/stat_period.h"

namespace mg {

/// When records are sent: at the time of day that the platform gave this box (uploadTime), and real-time ones
/// as they come or with the others. A little later than the minute sharp, each box at its own second. Pure.
struct UploadSchedule {
    SiteCalendar calendar;
    RealTimeUpload real_time{RealTimeUpload::as_they_come};
    std::optional<std::chrono::seconds> time_of_day;  ///< at the site; none: everything as it comes
    std::chrono::seconds jitter{0};                   ///< after it, 0 … kMostJitter

    static constexpr std::chrono::seconds kMostJitter{60};
    /// The same box always has the same.
    static std::chrono::seconds jitter_of(std::string_view name);

    /// Periods that begin before this are due at `now`: those that have ended when the upload of their type
    /// was last begun.
    [[nodiscard]] UtcTime begins_before(StatType type, UtcTime now) const;
    /// When the next upload of a day begins; none without a time of day.
    [[nodiscard]] std::optional<UtcTime> next(UtcTime now) const;

private:
    [[nodiscard]] UtcTime last_upload(StatType type, UtcTime now) const;
};

}  // namespace mg
