#pragma once

#include <cstdint>
#include <span>

#include "config/options.h"
#include "gateway/reading/sample.h"

namespace mg {

/// The bits of a value in big-endian order, right-aligned, from its bytes as they were on the wire.
/// `wire` holds size_of(type) bytes. The totals in two halves (i32_f32, f32_hundreds) apply the order to each
/// half.
std::uint64_t bits_from_wire(WireType type, WordOrder order, std::span<const std::uint8_t> wire);

/// What a point's registers say: the value as read, or why there is none: not_available for the model's
/// invalid marks and NaN, corrupt_reply for BCD digits above 9 and infinities. Exactly the bits arrive; scale
/// is not applied.
Reading decode(const PointOptions& point, std::span<const std::uint8_t> wire);

}  // namespace mg
