#pragma once

#include <chrono>
#include <string>

#include "gateway/control/trace_report.h"

namespace mg {

/// One line for one frame, with what it says; ends in '\n'. Before it one more where frames were lost.
std::string trace_text(const TraceFrame& frame, std::chrono::minutes utc_offset);

}  // namespace mg
