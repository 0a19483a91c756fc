#include "gateway/reading/raw_value.h"

#include <algorithm>
#include <array>
#include <bit>

#include "gateway/base/language.h"

namespace mg {
namespace {

struct Described {
    WireType type;
    std::string_view name;
    int size;
};

constexpr std::array kTypes{
    Described{WireType::u16, "u16", 2},
    Described{WireType::i16, "i16", 2},
    Described{WireType::u32, "u32", 4},
    Described{WireType::i32, "i32", 4},
    Described{WireType::u64, "u64", 8},
    Described{WireType::i64, "i64", 8},
    Described{WireType::f32, "f32", 4},
    Described{WireType::f64, "f64", 8},
    Described{WireType::bcd16, "bcd16", 2},
    Described{WireType::bcd32, "bcd32", 4},
    Described{WireType::bcd64, "bcd64", 8},
    Described{WireType::sm16, "sm16", 2},
    Described{WireType::sm32, "sm32", 4},
    Described{WireType::i32_f32, "i32_f32", 8},
    Described{WireType::f32_hundreds, "f32_hundreds", 8},
};

const Described& described(WireType type) {
    return kTypes[static_cast<std::size_t>(type)];
}

Result<Decimal> from_bcd(std::uint64_t bits, int digits) {
    std::uint64_t value = 0;
    for (int digit = digits - 1; digit >= 0; --digit) {
        const auto nibble = (bits >> static_cast<unsigned>(4 * digit)) & 0xFU;
        if (nibble > 9) {
            return fail(Failure::corrupt, trf("{:#x} is not BCD", "{:#x} 不是 BCD 码", bits));
        }
        value = value * 10 + nibble;
    }
    return Decimal{value, 0};
}

Decimal from_sign_magnitude(std::uint64_t bits, unsigned width) {
    const std::uint64_t sign = std::uint64_t{1} << (width - 1);
    const auto magnitude = static_cast<Int128>(bits & (sign - 1));
    return {(bits & sign) != 0 ? -magnitude : magnitude, 0};
}

Result<Decimal> float_in(std::uint64_t bits) {
    return Decimal::from_float(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
}

}  // namespace

int size_of(WireType type) {
    return described(type).size;
}

std::string_view to_string(WireType type) {
    return described(type).name;
}

std::optional<WireType> wire_type_from(std::string_view name) {
    const auto found = std::ranges::find(kTypes, name, &Described::name);
    if (found == kTypes.end()) return std::nullopt;
    return found->type;
}

Result<Decimal> to_decimal(WireType type, std::uint64_t bits) {
    switch (type) {
        case WireType::u16:
        case WireType::u32:
        case WireType::u64:
            return Decimal{bits, 0};
        case WireType::i16:
            return Decimal{static_cast<std::int16_t>(bits), 0};
        case WireType::i32:
            return Decimal{static_cast<std::int32_t>(bits), 0};
        case WireType::i64:
            return Decimal{static_cast<std::int64_t>(bits), 0};
        case WireType::f32:
            return float_in(bits);
        case WireType::f64:
            return Decimal::from_double(std::bit_cast<double>(bits));
        case WireType::bcd16:
            return from_bcd(bits, 4);
        case WireType::bcd32:
            return from_bcd(bits, 8);
        case WireType::bcd64:
            return from_bcd(bits, 16);
        case WireType::sm16:
            return from_sign_magnitude(bits, 16);
        case WireType::sm32:
            return from_sign_magnitude(bits, 32);
        case WireType::i32_f32: {
            auto fraction = float_in(bits & 0xFFFFFFFFU);
            if (!fraction) return fraction;
            return Decimal{static_cast<std::int32_t>(bits >> 32U), 0}.plus(*fraction);
        }
        case WireType::f32_hundreds: {
            auto hundreds = float_in(bits >> 32U);
            auto rest = float_in(bits & 0xFFFFFFFFU);
            if (!hundreds) return hundreds;
            if (!rest) return rest;
            return hundreds->shifted(2).plus(*rest);
        }
    }
    return fail(Failure::corrupt, "wire type");
}

}  // namespace mg
