#include "gateway/reading/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "gateway/base/language.h"

namespace mg {
namespace {

__extension__ using UInt128 = unsigned __int128;

constexpr int kMostExponent = 400;
constexpr int kPlainPlaces = 30;

bool scale_up(Int128& mantissa, int places) {
    for (; places > 0 && mantissa != 0; --places) {
        if (__builtin_mul_overflow(mantissa, static_cast<Int128>(10), &mantissa)) return false;
    }
    return true;
}

Decimal without_trailing_zeros(Decimal value) {
    Int128 mantissa = value.mantissa();
    int exponent = value.exponent();
    if (mantissa == 0) return {0, 0};
    while (mantissa % 10 == 0) {
        mantissa /= 10;
        ++exponent;
    }
    return {mantissa, exponent};
}

Error overflow() {
    return {Failure::corrupt, std::string(tr("number does not fit 128 bits", "数值超出 128 位"))};
}

/// Both values with one exponent, or false.
bool align(Decimal& a, Decimal& b) {
    const auto raise_to = [](Decimal value, int exponent, Decimal& out) {
        Int128 mantissa = value.mantissa();
        if (!scale_up(mantissa, value.exponent() - exponent)) return false;
        out = Decimal{mantissa, exponent};
        return true;
    };
    int exponent = std::min(a.exponent(), b.exponent());
    if (raise_to(a, exponent, a) && raise_to(b, exponent, b)) return true;
    a = without_trailing_zeros(a);
    b = without_trailing_zeros(b);
    exponent = std::min(a.exponent(), b.exponent());
    return raise_to(a, exponent, a) && raise_to(b, exponent, b);
}

std::string digits_of(Int128 mantissa) {
    UInt128 rest =
        mantissa < 0 ? UInt128{0} - static_cast<UInt128>(mantissa) : static_cast<UInt128>(mantissa);
    std::array<char, 40> text{};
    std::size_t at = text.size();
    do {
        text[--at] = static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
    } while (rest != 0);
    return {text.data() + at, text.size() - at};
}

template <class Float>
Result<Decimal> from_binary(Float value) {
    if (!std::isfinite(value)) {
        return fail(Failure::corrupt, std::string(tr("not a finite number", "不是有限数")));
    }
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return Decimal::parse({text.data(), static_cast<std::size_t>(end - text.data())});
}

}  // namespace

Result<Decimal> Decimal::from_float(float value) {
    return from_binary(value);
}
Result<Decimal> Decimal::from_double(double value) {
    return from_binary(value);
}

Result<Decimal> Decimal::parse(std::string_view text) {
    const auto bad = [&] {
        return fail(Failure::corrupt, trf("'{}' is not a decimal number", "“{}” 不是十进制数", text));
    };
    std::string_view rest = text;
    const bool negative = !rest.empty() && rest.front() == '-';
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
    Int128 mantissa = 0;
    int exponent = 0;
    bool any_digit = false;
    bool after_point = false;
    while (!rest.empty() && rest.front() != 'e' && rest.front() != 'E') {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '.' && !after_point) {
            after_point = true;
            continue;
        }
        if (c < '0' || c > '9') return bad();
        any_digit = true;
        if (__builtin_mul_overflow(mantissa, static_cast<Int128>(10), &mantissa) ||
            __builtin_add_overflow(mantissa, static_cast<Int128>(c - '0'), &mantissa)) {
            return bad();
        }
        if (after_point) --exponent;
    }
    if (!any_digit) return bad();
    if (!rest.empty()) {
        rest.remove_prefix(1);
        if (!rest.empty() && rest.front() == '+') rest.remove_prefix(1);
        int power = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), power);
        if (error != std::errc{} || end != rest.data() + rest.size()) return bad();
        if (power > kMostExponent || power < -kMostExponent) return bad();
        exponent += power;
    }
    return Decimal{negative ? -mantissa : mantissa, exponent};
}

Result<Decimal> Decimal::times(const Decimal& other) const {
    Int128 product = 0;
    if (!__builtin_mul_overflow(mantissa_, other.mantissa_, &product)) {
        return Decimal{product, exponent_ + other.exponent_};
    }
    const Decimal a = without_trailing_zeros(*this);
    const Decimal b = without_trailing_zeros(other);
    if (__builtin_mul_overflow(a.mantissa_, b.mantissa_, &product)) return tl::unexpected(overflow());
    return Decimal{product, a.exponent_ + b.exponent_};
}

Result<Decimal> Decimal::plus(const Decimal& other) const {
    Decimal a = *this;
    Decimal b = other;
    Int128 sum = 0;
    if (!align(a, b) || __builtin_add_overflow(a.mantissa_, b.mantissa_, &sum)) {
        return tl::unexpected(overflow());
    }
    return Decimal{sum, a.exponent_};
}

Result<Decimal> Decimal::minus(const Decimal& other) const {
    return plus(other.negated());
}

std::string Decimal::to_string() const {
    std::string digits = digits_of(mantissa_);
    const std::string sign = mantissa_ < 0 ? "-" : "";
    if (exponent_ > kPlainPlaces || exponent_ < -kPlainPlaces) {
        return sign + digits + "e" + std::to_string(exponent_);
    }
    if (exponent_ >= 0) {
        if (mantissa_ != 0) digits.append(static_cast<std::size_t>(exponent_), '0');
        return sign + digits;
    }
    const auto places = static_cast<std::size_t>(-exponent_);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, 1, '.');
    return sign + digits;
}

std::strong_ordering operator<=>(const Decimal& left, const Decimal& right) {
    const int sign_left = (left.mantissa_ > 0) - (left.mantissa_ < 0);
    const int sign_right = (right.mantissa_ > 0) - (right.mantissa_ < 0);
    if (sign_left != sign_right) return sign_left <=> sign_right;
    Decimal a = left;
    Decimal b = right;
    if (align(a, b)) return a.mantissa_ <=> b.mantissa_;
    // Too far apart to write with one exponent: the one with the higher leading digit is the larger in size.
    const auto magnitude = [](const Decimal& value) {
        return static_cast<int>(digits_of(value.mantissa_).size()) + value.exponent_;
    };
    const auto by_size = magnitude(without_trailing_zeros(left)) <=> magnitude(without_trailing_zeros(right));
    return sign_left > 0 ? by_size : 0 <=> by_size;
}

}  // namespace mg
