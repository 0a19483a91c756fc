#include "gateway/reading/sample.h"

#include <algorithm>

#include "gateway/base/check.h"

namespace mg {
namespace {

constexpr int kMostDecimalShift = 20;

/// Wire value × scale, without the power of ten of another point.
Result<Decimal> scaled_value(const Sample& sample, std::size_t point) {
    const LayoutPoint& described = sample.layout->points[point];
    const Reading& reading = sample.readings[point];
    if (!has_value(reading.quality)) return fail(Failure::corrupt, std::string(label(reading.quality)));
    const auto value = to_decimal(described.type, reading.bits);
    return value ? value->times(described.scale) : value;
}

}  // namespace

bool Sample::missing() const {
    return std::ranges::none_of(readings, [](const Reading& r) { return has_value(r.quality); });
}

Sample missing_sample(LayoutRef layout, Slot slot, Quality why) {
    MG_CHECK(!has_value(why));
    Sample sample{.layout = std::move(layout),
                  .slot = slot,
                  .taken_at = {},
                  .epoch = 0,
                  .boundary = false,
                  .readings = {}};
    sample.readings.assign(sample.layout->points.size(), Reading{0, why});
    return sample;
}

Result<Decimal> displayed_value(const Sample& sample, std::size_t point) {
    const LayoutPoint& described = sample.layout->points[point];
    auto value = scaled_value(sample, point);
    if (!value || !described.exponent_from) return value;
    // A power of ten has none of its own; a damaged layout may lead from one to the next in a ring.
    auto exponent = scaled_value(sample, *described.exponent_from);
    if (!exponent) return exponent;
    auto whole = exponent->plus(Decimal{described.exponent_offset, 0});
    if (!whole) return whole;
    if (whole->exponent() != 0 || whole->mantissa() > kMostDecimalShift ||
        whole->mantissa() < -kMostDecimalShift) {
        return fail(Failure::corrupt, described.id.text + ": 10^" + whole->to_string());
    }
    return value->shifted(static_cast<int>(whole->mantissa()));
}

}  // namespace mg
