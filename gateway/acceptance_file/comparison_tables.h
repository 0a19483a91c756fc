#pragma once

#include <chrono>
#include <vector>

#include "gateway/acceptance_file/display_comparison.h"
#include "gateway/acceptance_file/platform_comparison.h"
#include "gateway/document/document.h"

namespace mg {

/// A row a point: display, time and photo (empty where a person writes), what was stored, difference and
/// verdict, and room for a signature.
Table display_table(const std::vector<DisplayComparison>& comparisons, std::chrono::minutes utc_offset);

/// A row a record, with room for what the page of the platform shows.
Table platform_table(const std::vector<PlatformComparison>& comparisons, std::chrono::minutes utc_offset);

}  // namespace mg
