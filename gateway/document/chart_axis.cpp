#include "gateway/document/chart_axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "gateway/document/cell_text.h"

namespace mg {
namespace {

constexpr double kMostSteps = 6;

struct Reach {
    double low{std::numeric_limits<double>::max()};
    double high{std::numeric_limits<double>::lowest()};
    void take(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
};

Reach stacked_reach(const Chart& chart) {
    Reach reach;
    for (std::size_t i = 0; i < chart.categories.size(); ++i) {
        double up = 0;
        double down = 0;
        for (const Chart::Series& series : chart.series)
            if (i < series.values.size())
                (series.values[i].value_or(0) > 0 ? up : down) += series.values[i].value_or(0);
        reach.take(up);
        reach.take(down);
    }
    return reach;
}

Reach reach_of(const Chart& chart) {
    if (chart.kind == Chart::Kind::stacked_columns) return stacked_reach(chart);
    Reach reach;
    for (const Chart::Series& series : chart.series)
        for (const auto& value : series.values)
            if (value) reach.take(*value);
    return reach;
}

double round_step(double span) {
    const double rough = span / kMostSteps;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough * (1 - 1e-9)) return factor * power;
    return 10 * power;
}

}  // namespace

std::string ChartAxis::text(double value) const {
    const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
    const double shown = std::abs(value) < step * 1e-6 ? 0.0 : value;
    return grouped_digits(fmt::format("{:.{}f}", shown, std::min(decimals, 9)));
}

ChartAxis axis_of(const Chart& chart) {
    Reach reach = reach_of(chart);
    if (chart.bar) reach.take(*chart.bar);
    if (reach.low > reach.high) return {};
    const bool near = chart.kind == Chart::Kind::lines && reach.low > 0 && reach.low > reach.high / 2;
    if (!near) reach.take(0);
    if (reach.high - reach.low < std::max(1e-9, std::abs(reach.high) * 1e-9)) {
        const double apart = std::max(std::abs(reach.high) * 0.1, 1.0);
        reach.take(reach.high + apart);
        if (near) reach.take(reach.low - apart);
    }
    const double step = round_step(reach.high - reach.low);
    return {std::floor(reach.low / step + 1e-9) * step, std::ceil(reach.high / step - 1e-9) * step, step};
}

}  // namespace mg
