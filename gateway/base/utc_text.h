#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"

namespace mg {

/// "2026-11-22T12:45:34.250Z", as on the control socket.
std::string utc_text(UtcTime time);
/// Exactly what utc_text() writes; anything else is none.
std::optional<UtcTime> utc_from_text(std::string_view text);
/// As people and other programs write it: "2026-11-22T20:45", seconds and up to three decimals where there
/// are some, always with Z or an offset ("+08:00"). Anything else is none: a time without an offset is a
/// guess.
std::optional<UtcTime> utc_from_iso(std::string_view text);
/// "2026-11-22 20:45:34", for people, at the site's offset.
std::string local_text(UtcTime time, std::chrono::minutes utc_offset);

}  // namespace mg
