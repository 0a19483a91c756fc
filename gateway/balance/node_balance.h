#pragma once

#include <string>
#include <vector>

#include "gateway/balance/balance.h"

namespace mg {

/// The nodes of a medium by what meters.csv says of its edges, in that order.
struct MediumNodes {
    std::vector<std::string> balanced;  ///< with an edge on a wire both in and out
    std::vector<std::string> sources;
    std::vector<std::string> sinks;
    std::vector<std::string> unmetered;
};
MediumNodes nodes_of(const std::vector<MeasuredEdge>& edges);

/// What flowed into the node and out of it. `threshold` is a share of what came in.
NodeBalance node_balance(const std::string& node, const std::vector<MeasuredEdge>& edges,
                         const Decimal& threshold);

}  // namespace mg
