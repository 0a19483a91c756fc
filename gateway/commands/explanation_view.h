#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace mg {

/// What the daemon answers to "explain", to read and to compute again by hand. Times at the site. corrupt:
/// the answer is not as documented.
Result<std::string> explanation_view(std::string_view json, std::chrono::minutes utc_offset);

}  // namespace mg
