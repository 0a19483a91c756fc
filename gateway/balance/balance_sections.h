#pragma once

#include <vector>

#include "gateway/balance/balance.h"
#include "gateway/document/document.h"

namespace mg {

/// For each medium the nodes with what came in, what left and the difference, what each metering point
/// measured, a picture of it where there are such nodes, and of a month the differences day by day. Without
/// the days `in_short`.
std::vector<Section> balance_sections(const Balance& balance, bool in_short = false);

}  // namespace mg
