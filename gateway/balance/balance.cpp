#include "gateway/balance/balance.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "gateway/accounting/metered_items.h"
#include "gateway/accounting/units.h"
#include "gateway/balance/node_balance.h"

namespace mg {
namespace {

/// The figures of the metered items by item, type and begin, and what is out of service.
class Figures {
public:
    explicit Figures(const MeteredFigures& figures) : figures_{figures} {
        for (const ItemRecord& record : figures.records) {
            records_[{record.item, record.period.type, record.period.from}] = &record;
            if (record.period.type == StatType::day) days_.insert(record.period.from);
        }
    }

    /// With a value; nullptr: there is none.
    [[nodiscard]] const ItemRecord* of(const std::string& item, const StatPeriod& period) const {
        const auto found = records_.find({item, period.type, period.from});
        return found == records_.end() || !found->second->value ? nullptr : found->second;
    }

    /// The days of the period up to the last one of which anything is known.
    [[nodiscard]] std::vector<StatPeriod> days_in(const StatPeriod& period) const {
        std::vector<StatPeriod> days;
        const auto end = days_.lower_bound(period.to);
        if (end == days_.begin()) return days;
        const UtcTime last = *std::prev(end);
        for (UtcTime day = period.from; day <= last; day += std::chrono::days{1})
            days.push_back({StatType::day, day, day + std::chrono::days{1}});
        return days;
    }

    enum class Service : std::uint8_t { in, partly, out };
    [[nodiscard]] Service service(const MeterId& meter, const StatPeriod& period) const {
        Service service = Service::in;
        for (const OutOfService& record : figures_.out_of_service) {
            const UtcTime to = record.to.value_or(UtcTime::max());
            if (record.meter != meter || record.from >= period.to || to <= period.from) continue;
            if (record.from <= period.from && to >= period.to) return Service::out;
            service = Service::partly;
        }
        return service;
    }

private:
    const MeteredFigures& figures_;
    std::map<std::tuple<std::string, StatType, UtcTime>, const ItemRecord*> records_;
    std::set<UtcTime> days_;
};

struct Amount {
    std::optional<Exact> amount;
    bool doubtful{false};
    int days_missing{0};
};

Amount amount_of(const Figures& figures, const std::string& item, const StatPeriod& period) {
    Amount found;
    const auto take = [&](const ItemRecord& record) {
        found.amount = found.amount.value_or(Exact{}) + Exact{*record.value};
        found.doubtful = found.doubtful || record.marks.suspect();
    };
    const ItemRecord* whole = figures.of(item, period);
    if (whole != nullptr) take(*whole);
    if (period.type == StatType::day) return found;
    for (const StatPeriod& day : figures.days_in(period)) {
        const ItemRecord* record = figures.of(item, day);
        if (record == nullptr) ++found.days_missing;
        if (record != nullptr && whole == nullptr) take(*record);
    }
    return found;
}

void note(MeasuredEdge& edge, OpenReason reason) {
    if (std::ranges::find(edge.reasons, reason) == edge.reasons.end()) edge.reasons.push_back(reason);
}

/// A metering point with the metered items by which it counts.
struct MeteredEdge {
    const MeterOptions* meter{};
    MeteredIndexes indexes;
};

class MediumReckoning {
public:
    MediumReckoning(const Figures& figures, std::vector<MeteredEdge> edges)
        : figures_{figures}, edges_{std::move(edges)} {
        for (const MeteredEdge& edge : edges_) {
            const auto unit = unit_of(edge);
            if (unit_ || !unit) continue;
            unit_ = unit;
            unit_text_ = edge.indexes.main->unit;
        }
    }

    [[nodiscard]] const std::string& unit() const { return unit_text_; }

    [[nodiscard]] std::vector<MeasuredEdge> measured(const StatPeriod& period) const {
        std::vector<MeasuredEdge> measured;
        for (const MeteredEdge& edge : edges_) measured.push_back(measured_edge(edge, period));
        return measured;
    }

private:
    [[nodiscard]] static std::optional<Unit> unit_of(const MeteredEdge& edge) {
        if (edge.indexes.main == nullptr) return std::nullopt;
        const auto unit = Unit::parse(edge.indexes.main->unit);
        if (!unit) return std::nullopt;
        return unit->with_gas_state(edge.meter->gas_state);
    }

    [[nodiscard]] MeasuredEdge measured_edge(const MeteredEdge& edge, const StatPeriod& period) const {
        const MeterOptions& meter = *edge.meter;
        MeasuredEdge measured{.meter = meter.id.text,
                              .name = meter.name,
                              .from = meter.from,
                              .to = meter.to,
                              .level = meter.level,
                              .two_way = edge.indexes.reverse != nullptr};
        if (!meter.line) {
            note(measured, OpenReason::ledger_only);
            return measured;
        }
        const auto unit = unit_of(edge);
        if (!unit) {
            note(measured, OpenReason::no_index);
            return measured;
        }
        const auto factor = conversion(*unit, *unit_);
        if (!factor) {
            note(measured, OpenReason::other_unit);
            return measured;
        }
        const auto service = figures_.service(meter.id, period);
        if (service != Figures::Service::in) note(measured, OpenReason::out_of_service);
        if (service == Figures::Service::out) return measured;
        const auto read = [&](const PointOptions* point, std::optional<Exact>& into) {
            if (point == nullptr) return;
            const Amount found = amount_of(figures_, metered_item_id(meter, *point), period);
            if (found.amount) into = *found.amount * *factor;
            measured.doubtful = measured.doubtful || found.doubtful;
            measured.days_missing = std::max(measured.days_missing, found.days_missing);
            if (!found.amount) {
                note(measured, OpenReason::no_figure);
            } else if (found.days_missing > 0) {
                note(measured, OpenReason::days_missing);
            }
        };
        read(edge.indexes.main, measured.forward);
        read(edge.indexes.reverse, measured.reverse);
        return measured;
    }

    const Figures& figures_;
    std::vector<MeteredEdge> edges_;
    std::optional<Unit> unit_;
    std::string unit_text_;
};

std::vector<NodeBalance> balances(const std::vector<std::string>& nodes,
                                  const std::vector<MeasuredEdge>& edges, const Decimal& threshold) {
    std::vector<NodeBalance> made;
    for (const std::string& node : nodes) made.push_back(node_balance(node, edges, threshold));
    return made;
}

}  // namespace

Balance balance_of(const Options& options, const BalanceRules& rules, const StatPeriod& period,
                   const MeteredFigures& figures) {
    Balance balance{.period = period, .utc_offset = options.site.utc_offset, .rules = rules};
    std::vector<std::pair<std::string, std::vector<MeteredEdge>>> media;
    for (const MeterOptions& meter : options.meters) {
        if (meter.from.empty() || meter.to.empty() || meter.from == meter.to) {
            balance.without_place.push_back(meter.id.text);
            continue;
        }
        auto medium = std::ranges::find(media, meter.energy, [](const auto& each) { return each.first; });
        if (medium == media.end()) medium = media.insert(media.end(), {meter.energy, {}});
        medium->second.push_back({&meter, metered_indexes(meter, options)});
    }
    const Figures known{figures};
    for (auto& [energy, edges] : media) {
        const MediumReckoning reckoning{known, std::move(edges)};
        MediumBalance medium{
            .energy = energy, .unit = reckoning.unit(), .threshold = rules.threshold(energy)};
        medium.edges = reckoning.measured(period);
        MediumNodes nodes = nodes_of(medium.edges);
        medium.nodes = balances(nodes.balanced, medium.edges, medium.threshold);
        if (period.type == StatType::month && !nodes.balanced.empty()) {
            for (const StatPeriod& day : known.days_in(period)) {
                medium.days.push_back(
                    {day.from, balances(nodes.balanced, reckoning.measured(day), medium.threshold)});
            }
        }
        medium.sources = std::move(nodes.sources);
        medium.sinks = std::move(nodes.sinks);
        medium.unmetered = std::move(nodes.unmetered);
        balance.media.push_back(std::move(medium));
    }
    return balance;
}

std::string_view to_string(OpenReason reason) {
    switch (reason) {
        case OpenReason::ledger_only:
            return "ledger_only";
        case OpenReason::no_index:
            return "no_index";
        case OpenReason::no_figure:
            return "no_figure";
        case OpenReason::days_missing:
            return "days_missing";
        case OpenReason::out_of_service:
            return "out_of_service";
        case OpenReason::other_unit:
            return "other_unit";
    }
    return "";
}

std::string_view to_string(NodeState state) {
    switch (state) {
        case NodeState::within:
            return "within";
        case NodeState::beyond:
            return "beyond";
        case NodeState::open:
            return "open";
    }
    return "";
}

}  // namespace mg
