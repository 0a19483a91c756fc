#include "gateway/accounting/item_catalogue.h"

#include <algorithm>

#include "gateway/base/language.h"
#include "gateway/base/nearest.h"
#include "gateway/reading/stat_period.h"

namespace mg {
namespace {

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : map) keys.push_back(key);
    return keys;
}

}  // namespace

ItemCatalogue::ItemCatalogue(const Options& options, ItemProblems& problems) : options_{options} {
    for (std::size_t row = 0; row < options.items.size(); ++row) items_[options.items[row].id].push_back(row);
    for (const MeterOptions& meter : options.meters) meters_.emplace(meter.id.text, &meter);
    for (std::size_t row = 0; row < options.coefficients.size(); ++row) {
        const CoefficientOptions& value = options.coefficients[row];
        const auto [known, is_first] = coefficients_.try_emplace(value.name);
        if (!is_first) continue;
        const auto unit = Unit::parse(value.unit);
        if (!unit) problems.coefficient_error(row, "unit", unit.error().what);
        known->second = {unit ? std::optional{*unit} : std::nullopt, value.valid_from};
    }
}

ItemCatalogue::Found<ItemCatalogue::Point> ItemCatalogue::point(const Reference& reference) const {
    const auto known = meters_.find(reference.name);
    if (known == meters_.end()) {
        if (items_.contains(reference.name)) {
            return tl::unexpected(trf("{} is an item and has no points: write it without .{}",
                                      "{} 是采集项，没有测点：请去掉“.{}”", reference.name, reference.point));
        }
        return tl::unexpected(trf("there is no metering point '{}'", "没有计量点“{}”", reference.name) +
                              nearest(reference.name, keys_of(meters_)));
    }
    const MeterOptions& meter = *known->second;
    const ModelOptions* model = options_.model(meter.model);
    if (model == nullptr) {
        return tl::unexpected(trf(
            "metering point {} is in the ledger only and read by nobody: the method of its figures is 手工",
            "计量点 {} 只进台账、不采集：其数据的统计方法应为“手工”", meter.id.text));
    }
    std::vector<std::string> names;
    for (const PointOptions& point : model->points) {
        if (point.circuit != 0 && point.circuit != meter.circuit) continue;
        names.push_back(point.id.text);
        if (point.id.text != reference.point) continue;
        const auto unit = Unit::parse(point.unit);
        if (!unit) return tl::unexpected(reference.to_string() + ": " + unit.error().what);
        return Point{&meter, &point, unit->with_gas_state(meter.gas_state)};
    }
    return tl::unexpected(trf("metering point {} (model {}) has no point '{}'",
                              "计量点 {}(采集模板 {})没有测点“{}”", meter.id.text, model->id,
                              reference.point) +
                          nearest(reference.point, names));
}

ItemCatalogue::Found<ItemCatalogue::Coefficient> ItemCatalogue::coefficient(const std::string& name) const {
    const auto known = coefficients_.find(name);
    if (known != coefficients_.end()) return known->second;
    return tl::unexpected(trf("coefficients.csv has no '{}'", "系数表 coefficients.csv 中没有“{}”", name) +
                          nearest(name, keys_of(coefficients_)));
}

ItemCatalogue::Found<const std::vector<std::size_t>*> ItemCatalogue::item(const std::string& id) const {
    const auto known = items_.find(id);
    if (known != items_.end()) return &known->second;
    if (meters_.contains(id)) {
        return tl::unexpected(trf("{} is a metering point: say which of its points, as in {}.energy_import",
                                  "{} 是计量点，请写明测点，例如 {}.energy_import", id, id));
    }
    return tl::unexpected(trf("there is no item '{}'", "没有采集项“{}”", id) + nearest(id, keys_of(items_)));
}

std::string ItemCatalogue::date(UtcTime midnight) const {
    const SiteCalendar calendar{.utc_offset = options_.site.utc_offset};
    return calendar.text(calendar.containing(StatType::day, midnight));
}

std::string ItemCatalogue::nearest(std::string_view text, const std::vector<std::string>& names) const {
    if (names.empty() || nearest_left_-- <= 0) return {};
    return trf(", nearest is '{}'", "，最接近的是“{}”", nearest_of(text, names));
}

}  // namespace mg
