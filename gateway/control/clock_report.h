#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/buffer/clock_book.h"
#include "gateway/control/status.h"

namespace mg {

/// What vouches for the wall clock, and what did before; docs/control-socket.md, clock.
struct ClockReport {
    ClockStatus clock;
    std::vector<ClockNote> notes;  ///< newest first
};

std::string clock_report_to_json(const ClockReport& report);
Result<ClockReport> clock_report_from_json(std::string_view json);

}  // namespace mg
