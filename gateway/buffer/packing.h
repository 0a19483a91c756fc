#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/reading/sample.h"

namespace mg {

/// The readings of one sample as bytes, in the order of its layout. Pure.
///
///   byte 0     format: 1 = one quality for all, 2 = one quality for each point
///   qualities  format 1: 1 byte; format 2: the number of points minus one, then one byte a point
///   values     big-endian at the width of the wire type, one after another; only of points that have a value
using Packed = std::vector<std::uint8_t>;

/// readings.size() equals layout.points.size().
Packed pack(const Layout& layout, std::span<const Reading> readings);

/// corrupt: an unknown format or quality, or not exactly as many bytes as the layout asks for.
Result<std::vector<Reading>> unpack(const Layout& layout, std::span<const std::uint8_t> packed);

/// `now` has every value that `before` has and at least one more. A sample of another number of points only
/// counts as bringing values when the earlier one had none. What is damaged has no values.
bool adds_values(std::span<const std::uint8_t> before, std::span<const std::uint8_t> now);

bool is_known_quality(std::uint8_t byte);

}  // namespace mg
