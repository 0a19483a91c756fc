#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/reading/slot.h"

/// Moments as people at the site write and read them. Pure.
namespace mg {

/// "2026-11-22", "2026-11-22 10:15", "2026-11-22T10:15:30". As the end of a period a date alone includes that
/// day. None: not of that form, or no such date.
enum class PeriodEnd : std::uint8_t { begin, end };
std::optional<Slot> moment_from(std::string_view text, PeriodEnd which, std::chrono::minutes utc_offset);

/// "+08:00".
std::string offset_text(std::chrono::minutes utc_offset);
/// "2026-11-22T10:15:30+08:00"; with milliseconds where there are some.
std::string iso_local(UtcTime time, std::chrono::minutes utc_offset);

}  // namespace mg
