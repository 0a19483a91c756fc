#pragma once

#include <string>

#include "gateway/document/document.h"

namespace mg {

/// The upright axis of a chart: it begins, ends and is marked at multiples of a round step (1, 2 or 5 times a
/// power of ten). Pure.
struct ChartAxis {
    double low{0};
    double high{1};
    double step{0.2};

    /// Of a multiple of the step, with the decimals that the step has: "12,500", "0.25".
    [[nodiscard]] std::string text(double value) const;
    /// 0 at the low end, 1 at the high one.
    [[nodiscard]] double share(double value) const { return (value - low) / (high - low); }
};

/// Columns stand on zero, so the axis contains it. Lines need not, where their ups and downs are less than
/// half of what they are; the bar is in sight always.
ChartAxis axis_of(const Chart& chart);

}  // namespace mg
