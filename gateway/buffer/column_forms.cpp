#include "gateway/buffer/column_forms.h"

#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace mg {
namespace {

std::uint64_t sign_magnitude(std::uint64_t bits, int width) {
    const std::uint64_t sign = std::uint64_t{1} << static_cast<unsigned>(width - 1);
    return (bits & sign) != 0 ? ~bits & mask_of(width) : bits | sign;
}
std::uint64_t from_sign_magnitude(std::uint64_t number, int width) {
    const std::uint64_t sign = std::uint64_t{1} << static_cast<unsigned>(width - 1);
    return (number & sign) != 0 ? number ^ sign : ~number & mask_of(width);
}

bool from_bcd(std::uint64_t bits, int width, std::uint64_t& number) {
    number = 0;
    for (int nibble = width / 4; nibble-- > 0;) {
        const std::uint64_t digit = (bits >> (4U * static_cast<unsigned>(nibble))) & 15U;
        if (digit > 9) return false;
        number = number * 10 + digit;
    }
    return true;
}
std::uint64_t to_bcd(std::uint64_t number, int width) {
    std::uint64_t bits = 0;
    for (unsigned at = 0; at < static_cast<unsigned>(width); at += 4) {
        bits |= (number % 10) << at;
        number /= 10;
    }
    return bits;
}

constexpr std::array<double, kMostDigits + 1> kPowers{1, 10, 100, 1000, 10000};

std::uint64_t from_decimal(std::uint64_t number, int digits) {
    const auto shown = static_cast<double>(widened(number, 32)) / kPowers[static_cast<std::size_t>(digits)];
    return std::bit_cast<std::uint32_t>(static_cast<float>(shown));
}
bool to_decimal(std::uint64_t bits, int digits, std::uint64_t& number) {
    const double value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    const double scaled = value * kPowers[static_cast<std::size_t>(digits)];
    constexpr double kMost = std::numeric_limits<std::int32_t>::max();
    if (!(std::abs(scaled) <= kMost)) return false;  // NaN too
    number = static_cast<std::uint64_t>(std::llround(scaled)) & mask_of(32);
    return from_decimal(number, digits) == bits;
}

}  // namespace

std::uint64_t mask_of(int bits) {
    return bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << static_cast<unsigned>(bits)) - 1;
}

int bits_of(ColumnForm form) {
    switch (form) {
        case ColumnForm::number16:
        case ColumnForm::signed16:
        case ColumnForm::bcd16:
            return 16;
        case ColumnForm::number32:
        case ColumnForm::signed32:
        case ColumnForm::float32:
        case ColumnForm::bcd32:
            return 32;
        case ColumnForm::number64:
        case ColumnForm::signed64:
        case ColumnForm::bcd64:
            return 64;
    }
    return 64;
}

bool is_sign_magnitude(ColumnForm form) {
    return form == ColumnForm::signed16 || form == ColumnForm::signed32 || form == ColumnForm::signed64 ||
           form == ColumnForm::float32;
}
bool is_bcd(ColumnForm form) {
    return form == ColumnForm::bcd16 || form == ColumnForm::bcd32 || form == ColumnForm::bcd64;
}

bool map_all(std::uint8_t mapping, int bits, std::span<const std::uint64_t> values,
             std::vector<std::uint64_t>& mapped) {
    mapped.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (mapping == kPlain) {
            mapped[i] = values[i];
        } else if (mapping == kSignMagnitude) {
            mapped[i] = sign_magnitude(values[i], bits);
        } else if (mapping == kBcd) {
            if (!from_bcd(values[i], bits, mapped[i])) return false;
        } else if (!to_decimal(values[i], mapping - kDecimal, mapped[i])) {
            return false;
        }
    }
    return true;
}

bool unmap_all(std::uint8_t mapping, int bits, std::span<std::uint64_t> values) {
    if (mapping == kPlain) return true;
    if (mapping == kSignMagnitude) {
        for (std::uint64_t& value : values) value = from_sign_magnitude(value, bits);
        return true;
    }
    if (mapping == kBcd) {
        for (std::uint64_t& value : values) value = to_bcd(value, bits);
        return true;
    }
    const int digits = mapping - kDecimal;
    if (digits > kMostDigits || bits != 32) return false;
    for (std::uint64_t& value : values) value = from_decimal(value, digits);
    return true;
}

}  // namespace mg
