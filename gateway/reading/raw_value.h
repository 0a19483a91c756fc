#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/reading/decimal.h"

namespace mg {

/// How an instrument writes a number on the wire, after its bytes were put into big-endian order.
/// The numbers are stored on disk: never renumber.
enum class WireType : std::uint8_t {
    u16 = 0,
    i16 = 1,
    u32 = 2,
    i32 = 3,
    u64 = 4,
    i64 = 5,
    f32 = 6,
    f64 = 7,
    bcd16 = 8,   ///< 4 digits, unsigned
    bcd32 = 9,   ///< 8 digits, unsigned
    bcd64 = 10,  ///< 16 digits, unsigned
    sm16 = 11,   ///< sign and magnitude: the top bit is the sign
    sm32 = 12,
    /// A total in two registers pairs: i32 whole units, then f32 fraction (TUF-2000M). Each pair has the word
    /// order.
    i32_f32 = 13,
    /// A total in two register pairs: f32 hundreds, then f32 rest (vortex totalisers): total = first × 100 +
    /// second.
    f32_hundreds = 14,
};

/// Bytes on the wire: 2, 4 or 8.
int size_of(WireType type);
std::string_view to_string(WireType type);
std::optional<WireType> wire_type_from(std::string_view name);

/// The number in `bits` (right-aligned, big-endian order). Errors (corrupt): a BCD nibble above 9, NaN,
/// infinity.
Result<Decimal> to_decimal(WireType type, std::uint64_t bits);

}  // namespace mg
