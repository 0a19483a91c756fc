#pragma once

#include <string>

#include "gateway/control/clock_report.h"

namespace mg {

/// What vouches for the clock, in a few lines: for status and for `metergate clock`.
std::string clock_lines(const ClockStatus& clock);

/// The same and its history.
std::string clock_view(const ClockReport& report);

}  // namespace mg
