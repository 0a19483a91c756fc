#pragma once

#include <string>

#include "gateway/control/raw_report.h"

namespace mg {

/// The bytes, and what they may mean: registers as whole numbers and, by pairs, in the four word orders.
std::string raw_text(const RawReport& report);

}  // namespace mg
