#pragma once

#include <span>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/item_graph.h"

/// What figures rest on that tables say, so that a changed table is noticed at the next start and what rests
/// on the change is computed again. Pure.
namespace mg {

/// In order. Of a meter: how its registers count, by the ratio that was there first.
std::vector<BasisLine> basis_of(const Options& options, const ItemGraph& graph,
                                std::span<const DatedRecord> records);

/// The cause of revisions that follow from changed tables.
inline constexpr std::string_view kTablesChanged = "tables changed";

/// What is to be computed again where `now` took the place of `before`: of every item that a changed line is
/// about, from where that line holds. An item that is new is computed from its begin on. What tables no
/// longer name stays as it is.
std::vector<Recomputation> changes_between(std::span<const BasisLine> before, std::span<const BasisLine> now,
                                           const Options& options, const ItemGraph& graph);

}  // namespace mg
