#pragma once

#include <string>

#include "gateway/accounting/explanation.h"

namespace mg {

/// docs/control-socket.md, explain. Exact numbers are texts: decimals, or fractions ("7/3") where those do
/// not end. One line.
std::string json_of(const Explanation& explanation);

}  // namespace mg
