#include "gateway/accounting/metered_items.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/accounting/units.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::string_view kForward = "energy_import";
constexpr std::string_view kReverse = "energy_export";
constexpr int kMostDecimals = 9;
constexpr int kDecimalsOfFloats = 3;

bool is_float(WireType type) {
    switch (type) {
        case WireType::f32:
        case WireType::f64:
        case WireType::i32_f32:
        case WireType::f32_hundreds:
            return true;
        case WireType::u16:
        case WireType::i16:
        case WireType::u32:
        case WireType::i32:
        case WireType::u64:
        case WireType::i64:
        case WireType::bcd16:
        case WireType::bcd32:
        case WireType::bcd64:
        case WireType::sm16:
        case WireType::sm32:
            return false;
    }
    return false;
}

/// 2 of 0.01, 0 of 210.00.
int decimals_of(const Decimal& step) {
    Int128 mantissa = step.mantissa();
    int exponent = step.exponent();
    while (mantissa != 0 && mantissa % 10 == 0) {
        mantissa /= 10;
        ++exponent;
    }
    return mantissa == 0 ? 0 : std::max(0, -exponent);
}

/// The multiplier may have been 1 in former times, or be so some day.
int decimals_of(const MeterOptions& meter, const PointOptions& point) {
    int decimals = decimals_of(point.scale);
    const auto multiplier = meter.multiplier.of(point.ratio);
    const auto step = multiplier ? point.scale.times(*multiplier) : multiplier;
    if (step) decimals = std::max(decimals, decimals_of(*step));
    if (is_float(point.type) || point.exponent_point) decimals = std::max(decimals, kDecimalsOfFloats);
    return std::min(decimals, kMostDecimals);
}

ItemOptions item_of(const MeterOptions& meter, const PointOptions& point) {
    ItemOptions item;
    item.id = metered_item_id(meter, point);
    item.name = (meter.name.empty() ? meter.id.text : meter.name) + " " +
                std::string(tr(point.name_en, point.name_zh));
    item.energy = meter.energy;
    item.periods = {StatType::day, StatType::month, StatType::year};
    item.formula = item.id;
    item.unit = point.unit;
    item.decimals = decimals_of(meter, point);
    item.uplinks = {.all = false, .named = {}};
    // Where these change, figures are computed again as if a row of the table had changed.
    item.row = TableRow{{},
                        0,
                        {{"formula", 0, item.formula},
                         {"unit", 0, item.unit},
                         {"decimals", 0, std::to_string(item.decimals)}}};
    return item;
}

}  // namespace

MeteredIndexes metered_indexes(const MeterOptions& meter, const Options& options) {
    const ModelOptions* model = options.model(meter.model);
    if (!meter.line || model == nullptr) return {};
    std::vector<const PointOptions*> points;
    for (const PointOptions& point : model->points) {
        const bool is_mine = point.circuit == 0 || point.circuit == meter.circuit;
        if (is_mine && point.kind == PointKind::index) points.push_back(&point);
    }
    if (points.empty()) return {};
    const std::string& unit = meter.index_unit.empty() ? points.front()->unit : meter.index_unit;
    std::erase_if(points, [&](const PointOptions* point) { return point->unit != unit; });
    if (points.empty() || !Unit::parse(unit)) return {};
    const auto called = [&](std::string_view id) -> const PointOptions* {
        const auto found = std::ranges::find(points, id, [](const auto* point) { return point->id.text; });
        return found == points.end() ? nullptr : *found;
    };
    MeteredIndexes found{.main = called(kForward), .reverse = called(kReverse)};
    if (found.main == nullptr) {
        // Of what is both ways at once nothing may be taken off.
        found = {.main = points.front(), .reverse = nullptr};
    }
    return found;
}

std::string metered_item_id(const MeterOptions& meter, const PointOptions& point) {
    return meter.id.text + "." + point.id.text;
}

bool is_metered_item(std::string_view id) {
    return id.find('.') != std::string_view::npos;
}

std::vector<ItemOptions> metered_items(const Options& options) {
    std::vector<ItemOptions> items;
    for (const MeterOptions& meter : options.meters) {
        const MeteredIndexes indexes = metered_indexes(meter, options);
        for (const PointOptions* point : {indexes.main, indexes.reverse}) {
            if (point != nullptr) items.push_back(item_of(meter, *point));
        }
    }
    return items;
}

void add_metered_items(Options& options) {
    if (options.items.empty()) return;
    std::ranges::move(metered_items(options), std::back_inserter(options.items));
}

}  // namespace mg
