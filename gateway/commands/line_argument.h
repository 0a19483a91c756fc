#pragma once

#include <string>

#include "config/options.h"

namespace mg {

/// The line of that id; nullptr: there is none, and stderr says which is the nearest.
const LineOptions* line_or_complain(const Options& options, const std::string& id);

}  // namespace mg
