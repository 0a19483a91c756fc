#include "gateway/accounting/site_plan.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "gateway/accounting/metered_items.h"

namespace mg {
namespace {

/// Puts the flows together, item by item in the order of computing.
class Planner {
public:
    Planner(const Options& options, const ItemGraph& graph) : options_{options}, graph_{graph} {}

    SitePlan plan() {
        for (const auto row : graph_.order()) place_of(options_.items[row].id);
        for (const auto& version : graph_.versions()) {
            plan_.items[places_.at(options_.items[version.row].id)].rows.push_back(version.row);
        }
        for (std::size_t place = 0; place < plan_.items.size(); ++place) {
            for (const auto row : plan_.items[place].rows) add(place, graph_.versions()[row]);
        }
        return std::move(plan_);
    }

private:
    std::size_t place_of(const std::string& item) {
        const auto [found, is_new] = places_.emplace(item, plan_.items.size());
        if (is_new) plan_.items.push_back({.id = item, .rows = {}, .flow = {}, .parts = {}});
        return found->second;
    }

    const ItemOptions& item_of(const ItemVersion& version) const { return options_.items[version.row]; }

    FlowIndex new_flow(std::size_t place, std::string id, const ItemOptions& item) {
        const bool real_time = item.periods.contains(StatType::real_time);
        // Nobody asks what every quarter-hour of every meter came to.
        const bool by_day = is_metered_item(item.id);
        plan_.flows.push_back({.id = std::move(id),
                               .base = by_day ? StatType::day : StatType::real_time,
                               .interval = real_time ? item.interval : options_.site.boundary,
                               .versions = {}});
        plan_.item_of_flow.push_back(place);
        return plan_.flows.size() - 1;
    }

    FlowIndex part(std::size_t place, std::size_t number, const ItemOptions& item) {
        auto& parts = plan_.items[place].parts;
        while (parts.size() <= number) {
            const auto id = fmt::format("{}/{}", item.id, parts.size());
            parts.push_back(new_flow(place, id, item));
        }
        return plan_.items[place].parts[number];
    }

    FlowVersion version_of(const ItemVersion& version) const {
        const auto& item = item_of(version);
        FlowVersion flow;
        if (version.from != UtcTime{}) flow.from = version.from;
        if (version.to) flow.to = *version.to;
        flow.input_type = static_cast<int>(item.source);
        flow.months_entered = item.month_source == InputType::manual && item.source != InputType::manual;
        return flow;
    }

    /// A flow is summed over periods no shorter than those of its inputs.
    void add_version(FlowIndex index, FlowVersion version) {
        auto& flow = plan_.flows[index];
        for (const auto& term : version.terms) {
            const auto* input = std::get_if<FlowIndex>(&term.input);
            if (input != nullptr) flow.base = std::max(flow.base, plan_.flows[*input].base);
        }
        flow.versions.push_back(std::move(version));
    }

    FlowTerm term_of(const LinearTerm& term, const Exact& conversion) {
        FlowTerm flow{RegisterKey{{term.input.name}, {term.input.point}}, term.constant * conversion,
                      term.weight, conversion};
        if (term.input.kind == Reference::Kind::item) {
            flow.input = flow_of(term.input.name);
        }
        return flow;
    }

    FlowIndex flow_of_item(std::size_t place, const ItemOptions& item) {
        if (!plan_.items[place].flow) plan_.items[place].flow = new_flow(place, item.id, item);
        return *plan_.items[place].flow;
    }

    /// Of an item that is an input; it has its place, though in time it may come later.
    FlowIndex flow_of(const std::string& item) {
        const std::size_t place = places_.at(item);
        return flow_of_item(place, options_.items[plan_.items[place].rows.front()]);
    }

    void add(std::size_t place, const ItemVersion& version) {
        std::visit([&](const auto& calculation) { add(place, version, calculation); }, version.calculation);
    }

    void add(std::size_t place, const ItemVersion& version, const SumOfAmounts& sum) {
        FlowVersion flow = version_of(version);
        for (const auto& term : sum.terms) flow.terms.push_back(term_of(term.term, term.conversion));
        add_version(flow_of_item(place, item_of(version)), std::move(flow));
    }

    void add(std::size_t place, const ItemVersion& version, const EnteredByHand&) {
        const auto& item = item_of(version);
        const FlowIndex flow = flow_of_item(place, item);
        const bool by_day = item.periods.contains(StatType::day);
        auto& base = plan_.flows[flow].base;
        base = std::max(base, by_day ? StatType::day : StatType::month);
        plan_.flows[flow].versions.push_back(version_of(version));
    }

    /// The summands have versions of their own: the total is cut wherever one of them begins or ends.
    void add(std::size_t place, const ItemVersion& version, const TotalOfItems& total) {
        const FlowVersion whole = version_of(version);
        std::set<UtcTime> cuts{whole.from, whole.to};
        const auto cut = [&](UtcTime at) {
            if (at > whole.from && at < whole.to) cuts.insert(at);
        };
        for (const auto& summand : total.summands) {
            const FlowVersion of = version_of(graph_.versions()[summand.row]);
            cut(of.from);
            cut(of.to);
        }
        const FlowIndex flow = flow_of_item(place, item_of(version));
        for (auto at = cuts.begin(); std::next(at) != cuts.end(); ++at) {
            FlowVersion piece = whole;
            piece.from = *at;
            piece.to = *std::next(at);
            for (const auto& summand : total.summands) {
                const ItemVersion& other = graph_.versions()[summand.row];
                const FlowVersion of = version_of(other);
                if (of.from > piece.from || of.to < piece.to || !other.coal) continue;
                const Exact factor = other.coal->conversion * total.conversion;
                piece.terms.push_back({flow_of(item_of(other).id), summand.minus ? factor.negated() : factor,
                                       other.coal->factor, factor});
            }
            if (!piece.terms.empty()) add_version(flow, std::move(piece));
        }
    }

    void add(std::size_t place, const ItemVersion& version, const RatioOfSums& ratio) {
        for (std::size_t i = 0; i < ratio.formula.parts.size(); ++i) {
            FlowVersion flow = version_of(version);
            flow.months_entered = false;
            for (const auto& term : ratio.formula.parts[i].terms) {
                flow.terms.push_back(term_of(term, Exact{1}));
            }
            const FlowIndex index = part(place, i, item_of(version));
            if (!flow.terms.empty()) add_version(index, std::move(flow));
        }
    }

    void add(std::size_t place, const ItemVersion& version, const SumOfMeans& means) {
        for (std::size_t i = 0; i < means.terms.size(); ++i) {
            const auto& input = means.terms[i].term.input;
            const MeterId meter{input.name};
            const PointId point{input.point};
            plan_.means.push_back({meter, point});
            FlowVersion sum = version_of(version);
            FlowVersion count = sum;
            sum.terms.push_back({sum_of(meter, point)});
            count.terms.push_back({count_of(meter, point)});
            add_version(part(place, 2 * i, item_of(version)), std::move(sum));
            add_version(part(place, 2 * i + 1, item_of(version)), std::move(count));
        }
    }

    void add(std::size_t, const ItemVersion&, const LastValue& last) {
        for (const auto& reference : references_of(last.expression)) {
            if (reference.kind == Reference::Kind::point) {
                plan_.lasts.push_back({{reference.name}, {reference.point}});
            }
        }
    }

    const Options& options_;
    const ItemGraph& graph_;
    SitePlan plan_;
    std::map<std::string, std::size_t> places_;
};

}  // namespace

RegisterKey sum_of(const MeterId& meter, const PointId& point) {
    return {meter, {point.text + "#sum"}};
}
RegisterKey count_of(const MeterId& meter, const PointId& point) {
    return {meter, {point.text + "#count"}};
}

std::optional<std::size_t> PlannedItem::row_at(const Options& options, const StatPeriod& period) const {
    for (const auto row : rows) {
        if (options.items[row].valid_at(period.to - milliseconds{1})) return row;
    }
    for (const auto row : rows) {
        const auto& item = options.items[row];
        if (item.valid_from < period.to && (!item.valid_to || *item.valid_to > period.from)) return row;
    }
    return {};
}

const PlannedItem* SitePlan::item(const std::string& id) const {
    const auto found = std::ranges::find(items, id, &PlannedItem::id);
    return found == items.end() ? nullptr : &*found;
}

std::vector<FlowIndex> SitePlan::flows_of(const std::vector<std::string>& wanted) const {
    std::vector<FlowIndex> found;
    for (FlowIndex flow = 0; flow < flows.size(); ++flow) {
        const auto& id = items[item_of_flow[flow]].id;
        if (wanted.empty() || std::ranges::find(wanted, id) != wanted.end()) found.push_back(flow);
    }
    return found;
}

std::vector<RegisterKey> SitePlan::registers() const {
    std::set<RegisterKey> keys;
    for (const auto& flow : flows) {
        for (const auto& version : flow.versions) {
            for (const auto& term : version.terms) {
                if (const auto* key = std::get_if<RegisterKey>(&term.input)) keys.insert(*key);
            }
        }
    }
    return {keys.begin(), keys.end()};
}

SitePlan plan_site(const Options& options, const ItemGraph& graph) {
    return Planner{options, graph}.plan();
}

}  // namespace mg
