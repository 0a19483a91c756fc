#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gateway/control/span_report.h"

namespace mg {

/// Amounts of items in spans of time, as people read them, in their language: a line an item, or a table an
/// item where they are split by a calendar.
std::string spans_view(const std::vector<SpanReport>& spans, std::chrono::minutes utc_offset);

}  // namespace mg
