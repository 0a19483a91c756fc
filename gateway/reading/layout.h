#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/reading/decimal.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/raw_value.h"

namespace mg {

/// What a point is for. Index points are read at every boundary and carry the accounting.
enum class PointKind : std::uint8_t { index, momentary, state };

/// Which of the instrument transformers' ratios leads from the displayed value to the primary one.
enum class Ratio : std::uint8_t { none, ct, pt, ct_pt };

/// One point as the model described it when the sample was taken.
struct LayoutPoint {
    PointId id;
    WireType type{};
    PointKind kind{PointKind::momentary};
    Ratio ratio{Ratio::none};
    Decimal scale{1, 0};  ///< displayed value = wire value × scale
    std::string unit;     ///< of the displayed value: "kWh", "V"; empty for none
    /// Another point of the same layout holds a power of ten that applies as well: displayed value =
    /// wire value × scale × 10^(that point + exponent_offset). TUF-2000M totals are written so.
    std::optional<std::uint16_t> exponent_from;
    int exponent_offset{0};

    bool operator==(const LayoutPoint&) const = default;
};

/// Which value of a stored sample is which point. Stored beside the samples, so that a model may change at
/// noon.
struct Layout {
    MeterId meter;
    std::string model;
    std::vector<LayoutPoint> points;

    bool operator==(const Layout&) const = default;
};

/// Immutable and shared by every sample taken with it (docs/adr/0003).
using LayoutRef = std::shared_ptr<const Layout>;

std::string_view to_string(PointKind kind);
std::optional<PointKind> point_kind_from(std::string_view name);
std::string_view to_string(Ratio ratio);
std::optional<Ratio> ratio_from(std::string_view name);

}  // namespace mg
