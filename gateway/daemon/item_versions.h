#pragma once

#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/base/result.h"

namespace mg {

/// All versions of an item of the configuration, by date; rejected with the nearest where there is none of
/// this id.
Result<std::vector<const ItemOptions*>> versions_of(const Options& options, const std::string& id);

}  // namespace mg
