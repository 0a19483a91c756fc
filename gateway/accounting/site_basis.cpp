#include "gateway/accounting/site_basis.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "gateway/accounting/register_bank.h"

namespace mg {
namespace {

constexpr std::string_view kItem = "item ";
constexpr std::string_view kMeter = "meter ";
constexpr std::string_view kCoefficient = "coefficient ";

/// The columns of items.csv that figures rest on. What an item is called, and under which code it is sent,
/// changes no figure.
constexpr std::array kColumns{"periods",   "source",     "month_source", "method",     "formula",
                              "unit",      "decimals",   "in_total",     "coal_basis", "coal_factor",
                              "coal_unit", "valid_from", "valid_to",     "day_min",    "day_max"};

class Lines {
public:
    Lines(const Options& options, const ItemGraph& graph, std::span<const DatedRecord> records)
        : options_{options}, graph_{graph}, records_{records} {
        for (const auto& meter : options.meters) meters_.emplace(meter.id.text, &meter);
    }

    std::vector<BasisLine> all() {
        for (const auto& meter : options_.meters) add(meter);
        for (const auto& version : graph_.versions()) add(version);
        for (const auto& value : options_.coefficients) {
            lines_.push_back({fmt::format("{}{}", kCoefficient, value.name), value.valid_from,
                              fmt::format("{} {}", value.value.to_string(), value.unit)});
        }
        std::ranges::sort(lines_);
        return std::move(lines_);
    }

private:
    void add(const MeterOptions& meter) {
        const ModelOptions* model = options_.model(meter.model);
        if (!meter.line || model == nullptr) return;
        std::string text;
        for (const auto& point : model->points) {
            if (point.kind != PointKind::index || (point.circuit != 0 && point.circuit != meter.circuit)) {
                continue;
            }
            const RegisterRules rules = rules_of(meter, *model, point, records_);
            text += fmt::format("{} step {} rollover {} max_per_hour {} multiplier {}; ", point.id.text,
                                text_of(rules.step), text_of(rules.rollover), text_of(rules.max_per_hour),
                                rules.multiplier.to_string());
        }
        lines_.push_back({fmt::format("{}{}", kMeter, meter.id.text), UtcTime{}, std::move(text)});
    }

    void add(const ItemVersion& version) {
        const auto& item = options_.items[version.row];
        std::string text = fmt::format("interval {}", item.interval.count());
        for (const std::string_view column : kColumns) {
            const auto cell = item.row.text(column);
            if (!cell.empty()) text += fmt::format("; {} {}", column, cell);
        }
        for (const auto& reference : version.references) {
            if (reference.kind == Reference::Kind::point) text += unit_of(reference);
        }
        lines_.push_back({fmt::format("{}{}", kItem, item.id), version.from, std::move(text)});
    }

    /// The program converts from it.
    std::string unit_of(const Reference& reference) const {
        const auto meter = meters_.find(reference.name);
        if (meter == meters_.end()) return {};
        const ModelOptions* model = options_.model(meter->second->model);
        if (model == nullptr) return {};
        const auto point = std::ranges::find_if(
            model->points, [&](const PointOptions& each) { return each.id.text == reference.point; });
        if (point == model->points.end()) return {};
        return fmt::format("; {} in {} {}", reference.to_string(), point->unit,
                           static_cast<int>(meter->second->gas_state));
    }

    static std::string text_of(const std::optional<Decimal>& number) {
        return number ? number->to_string() : "-";
    }

    const Options& options_;
    const ItemGraph& graph_;
    std::span<const DatedRecord> records_;
    std::map<std::string_view, const MeterOptions*> meters_;
    std::vector<BasisLine> lines_;
};

/// Those that rest on a subject, what depends on them not included where they are items themselves.
std::set<std::string> items_on(std::string_view subject, const Options& options, const ItemGraph& graph) {
    if (subject.starts_with(kItem)) {
        std::string id{subject.substr(kItem.size())};
        if (std::ranges::find(options.items, id, &ItemOptions::id) == options.items.end()) return {};
        return {std::move(id)};
    }
    Reference input{Reference::Kind::point, {}, {}};
    if (subject.starts_with(kMeter)) {
        input.name = subject.substr(kMeter.size());
    } else {
        input.kind = Reference::Kind::coefficient;
        input.name = subject.substr(kCoefficient.size());
    }
    std::set<std::string> items;
    for (const auto row : graph.depending_on(input)) items.insert(options.items[row].id);
    return items;
}

}  // namespace

std::vector<BasisLine> basis_of(const Options& options, const ItemGraph& graph,
                                std::span<const DatedRecord> records) {
    return Lines{options, graph, records}.all();
}

std::vector<Recomputation> changes_between(std::span<const BasisLine> before, std::span<const BasisLine> now,
                                           const Options& options, const ItemGraph& graph) {
    std::vector<BasisLine> changed;
    std::ranges::set_symmetric_difference(before, now, std::back_inserter(changed));
    std::map<std::string, UtcTime> first;
    for (const auto& line : changed) {
        const auto [place, is_new] = first.emplace(line.subject, line.from);
        if (!is_new) place->second = std::min(place->second, line.from);
    }
    std::map<std::string, UtcTime> items;
    for (const auto& [subject, from] : first) {
        for (const auto& item : items_on(subject, options, graph)) {
            const auto [place, is_new] = items.emplace(item, from);
            if (!is_new) place->second = std::min(place->second, from);
        }
    }
    std::map<UtcTime, Recomputation> work;
    for (const auto& [item, from] : items) {
        auto& of = work[from];
        of.from = from;
        of.items.push_back(item);
        of.cause = kTablesChanged;
    }
    std::vector<Recomputation> all;
    for (auto& [from, each] : work) all.push_back(std::move(each));
    return all;
}

}  // namespace mg
