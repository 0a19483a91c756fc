#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/compiled_item.h"
#include "gateway/accounting/item_problem.h"

namespace mg {

/// All versions of all items, and what is computed from what. Immutable; answers are positions in
/// Options::items, which are positions in versions() too.
class ItemGraph {
public:
    [[nodiscard]] const std::vector<ItemVersion>& versions() const { return versions_; }
    /// The version of an item that is valid at an instant; nullptr when none is.
    [[nodiscard]] const ItemVersion* version(std::string_view item, UtcTime at) const;

    /// Every version after those that it is computed from.
    [[nodiscard]] const std::vector<std::size_t>& order() const { return order_; }
    /// Whatever is computed from it, directly or through other items, in the order of computing; of an item
    /// its own versions first. A point without name stands for all points of the meter.
    [[nodiscard]] std::vector<std::size_t> depending_on(const Reference& input) const;
    /// The points and coefficients that a version is computed from in the end, each once.
    [[nodiscard]] std::vector<Reference> inputs_of(std::size_t row) const;

private:
    friend struct CheckedItems check_items(const Options& options);

    std::vector<ItemVersion> versions_;
    std::vector<std::size_t> order_;
    std::vector<std::vector<std::size_t>> used_;  ///< versions that a version is computed from
    std::map<std::string, std::vector<std::size_t>, std::less<>> by_id_;
};

/// Problems of all items at once, by row. With errors the graph is incomplete and must not be used.
struct CheckedItems {
    ItemGraph graph;
    std::vector<ItemProblem> problems;

    [[nodiscard]] bool ok() const;
};

/// Formulas against points, items and coefficients; units; methods; periods; cycles; what is counted twice.
/// Pure.
CheckedItems check_items(const Options& options);

}  // namespace mg
