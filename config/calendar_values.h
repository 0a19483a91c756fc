#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "config/calendar_options.h"
#include "config/values.h"

/// The cells of calendars.csv, pure. Lists are separated by spaces, commas, semicolons and the Chinese signs
/// for them; ranges are written with -, ~ or 至 and go over the end of the year or week: 11-2.
namespace mg {

/// "7-8", "1,12": bit 0 is January.
Parsed<std::uint16_t> parse_months(std::string_view text);

struct CalendarDays {
    std::uint8_t weekdays{0};  ///< bit 0: Monday
    std::vector<DateRange> dates;
};
/// "1-5", "6,7", "2026-10-01/2026-10-07", also mixed and with the slashes of spreadsheets. At most
/// kMostSpecialDays dates.
Parsed<CalendarDays> parse_days(std::string_view text);

/// "8:00", "08:30", "24:00", with seconds as spreadsheets append them. Since midnight.
Parsed<std::chrono::milliseconds> parse_time_of_day(std::string_view text);
/// "08:30"; with seconds where there are some.
std::string print_time_of_day(std::chrono::milliseconds time);

}  // namespace mg
