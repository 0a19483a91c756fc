#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gateway/buffer/column_codec.h"

/// The bits of a column as numbers whose order is the order of its values, so that neighbours in time become
/// neighbours in number. For column_*.cpp only. Pure.
namespace mg {

// What the bits were turned into. On disk: never renumber. From kDecimal on: a decimal number with so many
// digits after the point.
inline constexpr std::uint8_t kPlain = 0;
inline constexpr std::uint8_t kSignMagnitude = 1;
inline constexpr std::uint8_t kBcd = 2;
inline constexpr std::uint8_t kDecimal = 3;
inline constexpr int kMostDigits = 4;

std::uint64_t mask_of(int bits);
/// A difference that wrapped at so many bits, with its sign.
inline std::int64_t widened(std::uint64_t difference, int bits) {
    const auto unused = static_cast<unsigned>(64 - bits);
    return static_cast<std::int64_t>(difference << unused) >> unused;
}

bool is_sign_magnitude(ColumnForm form);
bool is_bcd(ColumnForm form);

/// False: some value is none of that kind.
bool map_all(std::uint8_t mapping, int bits, std::span<const std::uint64_t> values,
             std::vector<std::uint64_t>& mapped);
/// False: no such mapping.
bool unmap_all(std::uint8_t mapping, int bits, std::span<std::uint64_t> values);

}  // namespace mg
