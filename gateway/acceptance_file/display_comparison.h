#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/acceptance_file/box_readings.h"
#include "gateway/acceptance_file/display_readings.h"

namespace mg {

enum class DisplayVerdict : std::uint8_t {
    blank,       ///< nobody has read the display
    agrees,      ///< between what was stored before and after, give or take one step
    differs,     ///< it is not
    no_reading,  ///< nothing with a value was stored within kNearMoment before it
    too_early,   ///< nothing was stored after it yet
    not_judged,  ///< the index went back in between: rolled over, or another instrument
};
/// "agrees": in JSON.
std::string_view to_string(DisplayVerdict verdict);

/// One point: what a person saw, and what this gateway read (现场示值 ↔ 端设备).
struct DisplayComparison {
    ComparedPoint what;
    std::optional<DisplayReading> noted;
    std::optional<BoxReading> box;      ///< nearest in time; without `noted` the newest
    std::optional<Decimal> difference;  ///< displayed - box
    DisplayVerdict verdict{DisplayVerdict::blank};
};

/// A step is the last digit of the display or of the register, whichever is coarser: displays often show
/// fewer digits than the register has. Pure.
DisplayComparison compare(const ComparedPoint& what, const std::optional<DisplayReading>& noted,
                          const BoxReadings& readings);

}  // namespace mg
