#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/flow.h"
#include "gateway/accounting/item_graph.h"

namespace mg {

/// A point whose mean is asked for enters the sums as two registers of its meter: the sum of its values, and
/// how many they were.
RegisterKey sum_of(const MeterId& meter, const PointId& point);
RegisterKey count_of(const MeterId& meter, const PointId& point);

/// How one item is computed.
struct PlannedItem {
    std::string id;
    std::vector<std::size_t> rows;  ///< its versions, by time: positions in Options::items
    std::optional<FlowIndex> flow;  ///< of the additive versions
    /// Of the others: part k of a ratio, or sum (2k) and count (2k + 1) of the k-th term of a mean.
    std::vector<FlowIndex> parts;

    /// The version that a record of a period is computed by.
    [[nodiscard]] std::optional<std::size_t> row_at(const Options& options, const StatPeriod& period) const;
};

/// All items of the site as flows, and which flows an item's records are made of. Immutable.
struct SitePlan {
    std::vector<Flow> flows;  ///< each after those it is made of
    std::vector<PlannedItem> items;
    std::vector<std::size_t> item_of_flow;  ///< position in `items`
    /// Points whose means and whose last values are asked for.
    std::vector<RegisterKey> means;
    std::vector<RegisterKey> lasts;

    [[nodiscard]] const PlannedItem* item(const std::string& id) const;
    /// Those of the items, in the order of `flows`; empty: all.
    [[nodiscard]] std::vector<FlowIndex> flows_of(const std::vector<std::string>& items) const;
    /// The index registers that flows read.
    [[nodiscard]] std::vector<RegisterKey> registers() const;
};

/// `graph` is without errors.
SitePlan plan_site(const Options& options, const ItemGraph& graph);

}  // namespace mg
