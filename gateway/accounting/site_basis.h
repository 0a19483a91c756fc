#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
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

/// Something that tables say otherwise although figures stand that do not go together with it.
struct FrameProblem {
    std::optional<std::size_t> row;  ///< of Options::items; none: it is the site's
    std::string what;                ///< one line, in the language of the user
};
/// What cannot change once there are figures, because periods would be others than those in the books: the
/// site's days, and the length of an item's shortest periods. Lines of `before` that say nothing of it are no
/// problem.
std::vector<FrameProblem> frame_problems(std::span<const BasisLine> before, const Options& options);

/// What is to be computed again where `now` took the place of `before`: of every item that a changed line is
/// about, from where that line holds. An item that is new is computed from its begin on. What tables no
/// longer name stays as it is.
std::vector<Recomputation> changes_between(std::span<const BasisLine> before, std::span<const BasisLine> now,
                                           const Options& options, const ItemGraph& graph);

}  // namespace mg
