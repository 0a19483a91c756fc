#pragma once

#include <vector>

#include "config/options.h"
#include "config/problem.h"
#include "gateway/base/clock.h"

namespace mg {

/// Where meters.csv says another serial number or ratio than what is on record in the books of the data
/// folder, each at its cell. Books that cannot be read are one warning; none at all are no problem. Blocks
/// for the disk; changes nothing there.
std::vector<Problem> instrument_problems_of(const Options& options, UtcTime now);

}  // namespace mg
