#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "config/options.h"

/// Times as provincial platforms write them: local, to the second. Pure.
namespace mg {

/// The fraction of a second is cut off.
std::string platform_time(UtcTime time, std::chrono::minutes utc_offset, DateForm form);

/// "2024-03-12" of a day that a person wrote, "2024/3/12" or "2024-03-12 0:00"; empty where it is none.
std::string platform_day(std::string_view written);

/// "2026-11-22 10:15:00", also with /, T, or milliseconds behind a space or a dot, and 20261122101500. None:
/// not of these forms, or no such time.
std::optional<UtcTime> platform_time_from(std::string_view text, std::chrono::minutes utc_offset);

/// A time of day, "01:38:00" or "01:38". None: something else.
std::optional<std::chrono::seconds> time_of_day_from(std::string_view text);

}  // namespace mg
