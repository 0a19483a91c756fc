#pragma once

#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace mg {

/// What the daemon answers to "doctor", as questions in plain words. corrupt: the answer is not as
/// documented.
Result<std::string> doctor_view(std::string_view json);

}  // namespace mg
