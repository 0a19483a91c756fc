#pragma once

#include <vector>

#include "config/options.h"
#include "config/problem.h"
#include "gateway/accounting/item_graph.h"

namespace mg {

/// What accounting finds wrong with items.csv and coefficients.csv, each at its cell.
std::vector<Problem> problems_of(const CheckedItems& checked, const Options& options);

}  // namespace mg
