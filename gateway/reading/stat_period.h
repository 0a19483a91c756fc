#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"

namespace mg {

/// What a reported figure is a figure of. The numbers are the platform's statType and are stored on disk:
/// never renumber.
enum class StatType : std::uint8_t { real_time = 0, day = 1, month = 2, year = 3 };

/// [from, to) at the site's wall clock.
struct StatPeriod {
    StatType type{StatType::real_time};
    UtcTime from{};
    UtcTime to{};
    auto operator<=>(const StatPeriod&) const = default;
};

/// Where periods begin and end. The site's offset from UTC is fixed, so days have 24 hours.
struct SiteCalendar {
    std::chrono::minutes utc_offset{480};
    /// Length of a real-time period: divides an hour.
    milliseconds real_time{900'000};

    [[nodiscard]] StatPeriod containing(StatType type, UtcTime time) const;
    [[nodiscard]] StatPeriod after(const StatPeriod& period) const;
    [[nodiscard]] StatPeriod before(const StatPeriod& period) const;
    /// Midnight of 1 January at the site.
    [[nodiscard]] UtcTime year_start(UtcTime time) const;

    /// "2026", "2026-11", "2026-11-22", "2026-11-22 10:15" (with seconds where there are some).
    [[nodiscard]] std::string text(const StatPeriod& period) const;
    /// The same forms, and with / for -. None: not of that form, no such date, or no begin of a period.
    [[nodiscard]] std::optional<StatPeriod> parse(std::string_view text) const;
};

/// "real_time", "day", "month", "year".
std::string_view to_string(StatType type);
std::optional<StatType> stat_type_from(std::string_view name);

}  // namespace mg
