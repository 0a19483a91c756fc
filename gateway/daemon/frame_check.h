#pragma once

#include <vector>

#include "config/options.h"
#include "config/problem.h"

namespace mg {

/// Where the tables say other days or shorter periods than those of the figures in the books of the data
/// folder. Books that cannot be read are no problem here (see instrument_problems_of). Blocks for the disk;
/// changes nothing there.
std::vector<Problem> frame_problems_of(const Options& options);

}  // namespace mg
