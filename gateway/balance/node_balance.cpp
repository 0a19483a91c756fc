#include "gateway/balance/node_balance.h"

#include <algorithm>

namespace mg {
namespace {

constexpr int kShareDecimals = 4;

bool is_on_wire(const MeasuredEdge& edge) {
    return std::ranges::find(edge.reasons, OpenReason::ledger_only) == edge.reasons.end();
}

}  // namespace

MediumNodes nodes_of(const std::vector<MeasuredEdge>& edges) {
    std::vector<std::string> names;
    for (const MeasuredEdge& edge : edges) {
        for (const std::string& name : {edge.from, edge.to}) {
            if (std::ranges::find(names, name) == names.end()) names.push_back(name);
        }
    }
    MediumNodes nodes;
    for (const std::string& name : names) {
        const auto enters = [&](const MeasuredEdge& edge) { return edge.to == name; };
        const auto leaves = [&](const MeasuredEdge& edge) { return edge.from == name; };
        const bool is_metered =
            std::ranges::any_of(edges, [&](const auto& edge) { return enters(edge) && is_on_wire(edge); }) &&
            std::ranges::any_of(edges, [&](const auto& edge) { return leaves(edge) && is_on_wire(edge); });
        if (is_metered) {
            nodes.balanced.push_back(name);
        } else if (std::ranges::none_of(edges, enters)) {
            nodes.sources.push_back(name);
        } else if (std::ranges::none_of(edges, leaves)) {
            nodes.sinks.push_back(name);
        } else {
            nodes.unmetered.push_back(name);
        }
    }
    return nodes;
}

NodeBalance node_balance(const std::string& node, const std::vector<MeasuredEdge>& edges,
                         const Decimal& threshold) {
    NodeBalance balance{.node = node};
    const auto add = [](Exact& to, const std::optional<Exact>& amount) {
        if (amount) to += *amount;
    };
    for (const MeasuredEdge& edge : edges) {
        if (edge.from != node && edge.to != node) continue;
        if (edge.to == node) {
            add(balance.incoming, edge.forward);
            add(balance.outgoing, edge.reverse);
        } else {
            add(balance.outgoing, edge.forward);
            add(balance.incoming, edge.reverse);
        }
        if (edge.is_open()) balance.open_because.push_back(edge.meter);
    }
    balance.difference = balance.incoming - balance.outgoing;
    if (const auto share = balance.difference.divided_by(balance.incoming)) {
        if (const auto rounded = share->rounded(kShareDecimals)) balance.share = *rounded;
    }
    if (!balance.open_because.empty()) {
        balance.state = NodeState::open;
        return balance;
    }
    const Exact allowed = balance.incoming * Exact{threshold};
    const Exact size = balance.difference.sign() < 0 ? balance.difference.negated() : balance.difference;
    balance.state = size > allowed ? NodeState::beyond : NodeState::within;
    return balance;
}

}  // namespace mg
