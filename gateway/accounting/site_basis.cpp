#include "gateway/accounting/site_basis.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "gateway/accounting/metered_items.h"
#include "gateway/accounting/register_bank.h"
#include "gateway/base/language.h"
#include "gateway/reading/local_time.h"

namespace mg {
namespace {

constexpr std::string_view kItem = "item ";
constexpr std::string_view kMeter = "meter ";
constexpr std::string_view kCoefficient = "coefficient ";
constexpr std::string_view kFrameOfSite = "frame";
constexpr std::string_view kFrameOfItem = "frame of ";

/// The columns of items.csv that figures rest on. What an item is called, and under which code it is sent,
/// changes no figure.
constexpr std::array kColumns{"periods",   "source",     "month_source", "method",     "formula",
                              "unit",      "decimals",   "in_total",     "coal_basis", "coal_factor",
                              "coal_unit", "valid_from", "valid_to",     "day_min",    "day_max"};

std::string length_text(long long milliseconds) {
    constexpr long long kMinute = 60'000;
    if (milliseconds % kMinute == 0) return trf("{} min", "{} 分钟", milliseconds / kMinute);
    return trf("{} s", "{} 秒", static_cast<double>(milliseconds) / 1000);
}

std::vector<BasisLine> frame_of(const Options& options) {
    std::vector<BasisLine> lines{
        {std::string(kFrameOfSite), UtcTime{}, std::to_string(options.site.utc_offset.count())}};
    std::set<std::string> items;
    for (const auto& item : options.items) {
        // What metering points measured has no shorter periods than days.
        if (is_metered_item(item.id) || !items.insert(item.id).second) continue;
        lines.push_back(
            {fmt::format("{}{}", kFrameOfItem, item.id), UtcTime{},
             std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(item.interval).count())});
    }
    return lines;
}

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
        for (auto& line : frame_of(options_)) lines_.push_back(std::move(line));
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
    if (subject.starts_with(kFrameOfSite)) return {};
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

std::vector<FrameProblem> frame_problems(std::span<const BasisLine> before, const Options& options) {
    std::vector<FrameProblem> problems;
    for (const auto& now : frame_of(options)) {
        const auto was = std::ranges::find(before, now.subject, &BasisLine::subject);
        if (was == before.end() || was->text == now.text) continue;
        const auto number = [](const std::string& text) { return std::strtoll(text.c_str(), nullptr, 10); };
        if (now.subject == kFrameOfSite) {
            problems.push_back(
                {{},
                 trf("figures are on record by the days of {0}: with another offset they would be other "
                     "days. "
                     "Put {0} back, or begin new books",
                     "已有数值按 {0} 划分日期，改变时差后日期将不同：请恢复 {0}，或启用新的核算库",
                     offset_text(std::chrono::minutes{number(was->text)}))});
            continue;
        }
        const auto id = std::string_view{now.subject}.substr(kFrameOfItem.size());
        const auto row = std::ranges::find(options.items, id, &ItemOptions::id);
        problems.push_back(
            {static_cast<std::size_t>(row - options.items.begin()),
             trf("figures of {0} are on record in steps of {1}, now it would be {2} (interval_min, or "
                 "site.boundary where there are no real-time values): put it back, or give the item another "
                 "id",
                 "{0} 已有数值的间隔为 {1}，现将变为 {2}（interval_min；无实时值时为 site.boundary）："
                 "请恢复原间隔，或为该采集项另取编号",
                 id, length_text(number(was->text)), length_text(number(now.text)))});
    }
    return problems;
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
