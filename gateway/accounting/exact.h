#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/reading/decimal.h"

namespace mg {

/// In lowest terms; the denominator is positive, the numerator never INT64_MIN.
struct SmallFraction {
    std::int64_t numerator{0};
    std::int64_t denominator{1};
    bool operator==(const SmallFraction&) const = default;
};
struct LargeFraction;

/// An exact fraction of unbounded size: what the accounting calculates with, so that a third of a
/// quarter-hour is a third and the parts of a bridged span add up to it. Rounded only where a record is made.
///
/// What fits into two 64-bit numbers is kept and calculated as those: nearly everything that a meter shows.
class Exact {
public:
    Exact() = default;
    explicit Exact(std::int64_t value) : Exact{value, 1} {}
    explicit Exact(const Decimal& value);
    /// numerator / denominator; the denominator is not 0.
    Exact(std::int64_t numerator, std::int64_t denominator);

    Exact& operator+=(const Exact& other);
    Exact& operator-=(const Exact& other);
    Exact& operator*=(const Exact& other);
    friend Exact operator+(Exact a, const Exact& b) { return a += b; }
    friend Exact operator-(Exact a, const Exact& b) { return a -= b; }
    friend Exact operator*(Exact a, const Exact& b) { return a *= b; }
    [[nodiscard]] Exact negated() const;
    /// rejected: division by zero.
    [[nodiscard]] Result<Exact> divided_by(const Exact& other) const;

    [[nodiscard]] bool is_zero() const { return sign() == 0; }
    /// -1, 0, 1.
    [[nodiscard]] int sign() const;

    /// Half to even (GB/T 8170), with exactly `decimals` places, 0 … 30. rejected: more than 37 digits.
    [[nodiscard]] Result<Decimal> rounded(int decimals) const;

    /// As people write it: "0.0001", and "7/3" where the decimals do not end within 30 places.
    [[nodiscard]] std::string readable() const;
    /// How much room the number takes; grows with every multiplication.
    [[nodiscard]] std::size_t bits() const;

    /// "7/3", "-12": exact, for storing. parse() takes that and plain decimals.
    [[nodiscard]] std::string to_string() const;
    /// corrupt: not a fraction, or longer than 4096 characters.
    static Result<Exact> parse(std::string_view text);

    friend std::strong_ordering operator<=>(const Exact& a, const Exact& b);
    friend bool operator==(const Exact& a, const Exact& b);

private:
    explicit Exact(SmallFraction value) : small_{value} {}
    explicit Exact(const LargeFraction& value);
    [[nodiscard]] LargeFraction large() const;

    SmallFraction small_;
    /// What does not fit into small_, and only that: equal values look equal. It never changes, so that
    /// copies may share it.
    std::shared_ptr<const LargeFraction> large_;
};

}  // namespace mg
