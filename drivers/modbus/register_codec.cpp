#include "drivers/modbus/register_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mg {
namespace {

// Which byte on the wire is byte `i` of `size` in big-endian order. A 16-bit word keeps its place or mirrors
// it (cdab, dcba); its two bytes keep theirs or swap (badc, dcba). One register has no words to mirror.
std::size_t wire_place(WordOrder order, std::size_t i, std::size_t size) {
    switch (order) {
        case WordOrder::abcd:
            return i;
        case WordOrder::cdab:
            return (size - 1 - i) ^ 1U;
        case WordOrder::badc:
            return i ^ 1U;
        case WordOrder::dcba:
            return size - 1 - i;
    }
    return i;
}

std::uint64_t big_endian(WordOrder order, std::span<const std::uint8_t> wire) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < wire.size(); ++i) bits = bits << 8U | wire[wire_place(order, i, wire.size())];
    return bits;
}

bool is_nan32(std::uint64_t bits) {
    return std::isnan(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
}
bool is_infinite32(std::uint64_t bits) {
    return std::isinf(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
}

Quality quality_of_float(std::uint64_t bits) {
    if (is_nan32(bits)) return Quality::not_available;
    return is_infinite32(bits) ? Quality::corrupt_reply : Quality::good;
}

// Both parts may be numbers and their sum none: 1e38 hundreds and 1e-38 have no exact decimal of 128 bits.
Quality quality_of_total(WireType type, std::uint64_t bits) {
    const bool first_is_float = type == WireType::f32_hundreds;
    if (is_nan32(bits) || (first_is_float && is_nan32(bits >> 32U))) return Quality::not_available;
    return to_decimal(type, bits) ? Quality::good : Quality::corrupt_reply;
}

Quality quality_of_double(std::uint64_t bits) {
    const auto value = std::bit_cast<double>(bits);
    if (std::isnan(value)) return Quality::not_available;
    return std::isinf(value) ? Quality::corrupt_reply : Quality::good;
}

Quality quality_of_bcd(std::uint64_t bits) {
    for (; bits != 0; bits >>= 4U) {
        if ((bits & 0xFU) > 9) return Quality::corrupt_reply;
    }
    return Quality::good;
}

Quality quality_of(WireType type, std::uint64_t bits) {
    switch (type) {
        case WireType::u16:
        case WireType::i16:
        case WireType::u32:
        case WireType::i32:
        case WireType::u64:
        case WireType::i64:
        case WireType::sm16:
        case WireType::sm32:
            return Quality::good;
        case WireType::f32:
            return quality_of_float(bits);
        case WireType::f64:
            return quality_of_double(bits);
        case WireType::bcd16:
        case WireType::bcd32:
        case WireType::bcd64:
            return quality_of_bcd(bits);
        case WireType::i32_f32:
        case WireType::f32_hundreds:
            return quality_of_total(type, bits);
    }
    return Quality::corrupt_reply;
}

}  // namespace

std::uint64_t bits_from_wire(WireType type, WordOrder order, std::span<const std::uint8_t> wire) {
    if (type == WireType::i32_f32 || type == WireType::f32_hundreds) {
        return big_endian(order, wire.first(4)) << 32U | big_endian(order, wire.subspan(4));
    }
    return big_endian(order, wire);
}

Reading decode(const PointOptions& point, std::span<const std::uint8_t> wire) {
    const auto bits = bits_from_wire(point.type, point.order, wire);
    if (std::ranges::find(point.invalid, bits) != point.invalid.end()) return {0, Quality::not_available};
    const auto quality = quality_of(point.type, bits);
    return has_value(quality) ? Reading{bits, quality} : Reading{0, quality};
}

}  // namespace mg
