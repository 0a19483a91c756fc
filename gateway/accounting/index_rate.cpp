#include "gateway/accounting/index_rate.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "gateway/reading/quality.h"

namespace mg {
namespace {

struct Pair {
    std::string_view index;
    std::string_view rate;
    std::int64_t times{1};
    std::int64_t divided_by{1};
};
constexpr std::array kPairs{Pair{"kWh", "kW"},
                            Pair{"kWh", "W", 1, 1000},
                            Pair{"MWh", "MW"},
                            Pair{"MWh", "kW", 1, 1000},
                            Pair{"m3", "m3/h"},
                            Pair{"t", "t/h"},
                            Pair{"t", "kg/h", 1, 1000},
                            Pair{"kg", "kg/h"},
                            Pair{"kg", "t/h", 1000},
                            Pair{"GJ", "GJ/h"},
                            Pair{"GJ", "MJ/h", 1, 1000},
                            Pair{"MJ", "MJ/h"},
                            Pair{"L", "L/h"}};
constexpr milliseconds::rep kHour = 3'600'000;

}  // namespace

std::optional<IndexRate> rate_of_index(const Layout& layout, std::size_t index) {
    const LayoutPoint& of = layout.points[index];
    const auto same_unit = [&](const LayoutPoint& point) {
        return point.kind == PointKind::index && point.unit == of.unit;
    };
    if (!same_unit(of) || std::ranges::find_if(layout.points, same_unit) - layout.points.begin() !=
                              static_cast<std::ptrdiff_t>(index)) {
        return {};
    }
    for (const Pair& pair : kPairs) {
        if (pair.index != of.unit) continue;
        IndexRate rate{{}, Exact{pair.times, pair.divided_by}};
        std::optional<std::size_t> total;
        for (std::size_t i = 0; i < layout.points.size(); ++i) {
            const LayoutPoint& point = layout.points[i];
            if (point.kind != PointKind::momentary || point.unit != pair.rate || point.ratio != of.ratio)
                continue;
            rate.places.push_back(i);
            if (point.id.text.find("total") != std::string::npos) total = i;
        }
        if (total) rate.places = {*total};
        if (rate.places.size() == 1 || rate.places.size() == 3) return rate;
    }
    return {};
}

Exact flowed(const IndexRate& rate, const Sample& sample, milliseconds time) {
    Exact sum;
    for (const std::size_t place : rate.places) {
        if (!has_value(sample.readings[place].quality)) return {};
        const auto value = displayed_value(sample, place);
        if (!value) return {};
        sum += Exact{*value};
    }
    if (sum.sign() <= 0) return {};
    return sum * rate.per_hour * Exact{time.count(), kHour};
}

}  // namespace mg
