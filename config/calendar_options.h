#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/table_row.h"
#include "gateway/base/clock.h"

/// The typed configuration of calendars: what the rows of calendars.csv say. Part of options.h, which is what
/// others include.
namespace mg {

// ---- limits ----
inline constexpr std::size_t kMostCalendarRows = 2000;
inline constexpr std::size_t kMostCalendarVersions = 50;  ///< of one calendar
inline constexpr std::size_t kMostCalendarSlots = 24;     ///< of one calendar
inline constexpr std::size_t kMostCalendarRules = 200;    ///< of one version
inline constexpr std::size_t kMostSpecialDays = 400;      ///< that one row names by their dates

/// Days at the site, both included.
struct DateRange {
    std::chrono::sys_days first;
    std::chrono::sys_days last;
    bool operator==(const DateRange&) const = default;
};

/// One row: a stretch of the day that belongs to a slot, on the days that it names.
struct CalendarRule {
    std::size_t slot{0};             ///< in CalendarOptions::slots
    std::uint16_t months{0x0FFF};    ///< bit 0: January
    std::uint8_t weekdays{0x7F};     ///< bit 0: Monday
    std::vector<DateRange> dates{};  ///< days besides those weekdays; of the months as well
    std::chrono::milliseconds from{0};
    std::chrono::milliseconds to{std::chrono::days{1}};  ///< above 24 h: of the day after
    TableRow row{};

    /// Whether a stretch of this rule begins on a day at the site; by its weekday alone, or by its date too.
    [[nodiscard]] bool begins_on_weekday(std::chrono::sys_days day) const;
    [[nodiscard]] bool begins_on(std::chrono::sys_days day) const;
};

/// What decides from valid_from on, until the next version: the first of its rules that has the instant.
struct CalendarVersion {
    UtcTime valid_from{};  ///< midnight at the site; UtcTime{}: since ever (only a first version)
    std::vector<CalendarRule> rules;
};

/// A named division of time into slots: the tariff periods 尖 峰 平 谷 深谷, or shifts. Every instant from
/// the first version on has exactly one slot.
struct CalendarOptions {
    std::string id;
    std::vector<std::string> slots;  ///< in the order in which the table names them first
    std::vector<CalendarVersion> versions;
};

/// A part of one day at the site, by the time since its midnight.
struct RuleStretch {
    std::chrono::milliseconds from{};
    std::chrono::milliseconds to{};
    const CalendarRule* rule{};  ///< nullptr: none has it
};

/// Whether days count that rules name by their date.
enum class SpecialDays : std::uint8_t { count, pass_over };

/// Which rule decides when on one day: in order, from midnight to midnight. A rule that goes over midnight
/// has the hours of the day after by the day on which it began, be that a day of an earlier version.
std::vector<RuleStretch> stretches_of(const CalendarVersion& version, std::chrono::sys_days day,
                                      SpecialDays special = SpecialDays::count);

}  // namespace mg
