#pragma once

#include <vector>

#include "gateway/completeness/completeness.h"
#include "gateway/document/document.h"

namespace mg {

/// What has no value now, where the time asked for has not ended; each subject with what became of what was
/// due; a table of days (of more than 31: of months) × subjects, and a chart of the same against the bar.
/// Without those two `in_short`.
std::vector<Section> completeness_sections(const Completeness& completeness, bool in_short = false);

}  // namespace mg
