#pragma once

#include <cstddef>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/compiled_item.h"
#include "gateway/accounting/item_problem.h"

namespace mg {

/// The versions that enter a total (综合能耗): those of the same enterprise that say 加 or 减, as far as
/// their time meets that of the total.
std::vector<TotalOfItems::Summand> summands_of(const Options& options, std::size_t total);

/// What is wrong with the row's part in totals, whatever its method.
void check_part_in_total(const Options& options, std::size_t row, ItemProblems& problems);

/// The total itself: its unit, the periods of its summands, and that 当量 and 等价 are not mixed.
void compile_total(const Options& options, ItemVersion& total, ItemProblems& problems);

/// Warns of summands that are computed from one another, which would count the inner one twice.
/// `used`: from which versions a version is computed, directly.
void warn_of_double_counting(const Options& options, const std::vector<ItemVersion>& versions,
                             const std::vector<std::vector<std::size_t>>& used, ItemProblems& problems);

}  // namespace mg
