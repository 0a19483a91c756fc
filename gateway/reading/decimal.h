#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace mg {

__extension__ using Int128 = __int128;

/// An exact decimal number, mantissa × 10^exponent with a 128-bit mantissa. 1234567 × 10^-2 is kept, sent and
/// compared as that, never as a nearby double. Arithmetic is exact; what does not fit is an error, not a
/// rounding.
class Decimal {
public:
    constexpr Decimal() = default;
    /// exponent: -400 … 400.
    constexpr Decimal(Int128 mantissa, int exponent) : mantissa_{mantissa}, exponent_{exponent} {}

    /// The shortest decimal that reads back as the same float; NaN and infinities are errors (corrupt).
    static Result<Decimal> from_float(float value);
    static Result<Decimal> from_double(double value);
    /// "-12.340", "1e-3". Anything else, or more than 37 digits, is an error (corrupt).
    static Result<Decimal> parse(std::string_view text);

    [[nodiscard]] Int128 mantissa() const { return mantissa_; }
    [[nodiscard]] int exponent() const { return exponent_; }

    [[nodiscard]] Result<Decimal> times(const Decimal& other) const;
    [[nodiscard]] Result<Decimal> plus(const Decimal& other) const;
    [[nodiscard]] Result<Decimal> minus(const Decimal& other) const;
    /// × 10^by; exact and free.
    [[nodiscard]] Decimal shifted(int by) const { return {mantissa_, exponent_ + by}; }
    [[nodiscard]] Decimal negated() const { return {-mantissa_, exponent_}; }

    /// Plain digits with the decimals the value was made with ("123.450"); beyond 30 places with an
    /// exponent ("5e-33"). Always a valid JSON number.
    [[nodiscard]] std::string to_string() const;

    /// By numeric value: 1.50 equals 1.5.
    friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);
    friend bool operator==(const Decimal& a, const Decimal& b) { return (a <=> b) == 0; }

private:
    Int128 mantissa_{0};
    int exponent_{0};
};

}  // namespace mg
