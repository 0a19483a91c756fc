#pragma once

#include <string_view>

#include "gateway/base/clock.h"

namespace mg {

/// Of the commit this program was built from (or SOURCE_DATE_EPOCH).
UtcTime build_time();
std::string_view version();

}  // namespace mg
