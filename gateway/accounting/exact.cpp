#include "gateway/accounting/exact.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include <boost/multiprecision/cpp_int.hpp>

#include "gateway/base/check.h"
#include "gateway/base/language.h"

namespace mg {

namespace mp = boost::multiprecision;

struct LargeFraction {
    mp::cpp_rational value;
};

namespace {

constexpr std::size_t kLongestText = 4096;
constexpr unsigned kMostDigits = 37;
constexpr int kMostDecimals = 30;
constexpr unsigned kShortPowers = 19;  // of ten, in 64 bits

constexpr auto kPowersOfTen = [] {
    std::array<Int128, kMostDigits + 1> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
}();

mp::cpp_int power_of_ten(unsigned exponent) {
    return mp::pow(mp::cpp_int{10}, exponent);
}

std::optional<mp::cpp_int> parse_integer(std::string_view text) {
    std::string_view digits = text;
    if (!digits.empty() && digits.front() == '-') digits.remove_prefix(1);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return {};
    mp::cpp_int value;
    for (const char digit : digits) value = value * 10 + (digit - '0');
    return text.front() == '-' ? mp::cpp_int{-value} : value;
}

// ---- fractions that fit ----

/// Of a fraction in lowest terms; none: it does not fit.
std::optional<SmallFraction> fitting(Int128 numerator, Int128 denominator) {
    constexpr Int128 kMost = std::numeric_limits<std::int64_t>::max();
    if (numerator > kMost || numerator < -kMost || denominator > kMost) return {};
    return SmallFraction{static_cast<std::int64_t>(numerator), static_cast<std::int64_t>(denominator)};
}

/// Knuth, The Art of Computer Programming, 4.5.1: divisors are looked for in small numbers only, and what
/// comes out is in lowest terms.
std::optional<SmallFraction> sum(const SmallFraction& a, const SmallFraction& b) {
    const std::int64_t common = std::gcd(a.denominator, b.denominator);
    const std::int64_t rest_of_a = a.denominator / common;
    const Int128 over = Int128{a.numerator} * (b.denominator / common) + Int128{b.numerator} * rest_of_a;
    if (common == 1) return fitting(over, Int128{rest_of_a} * b.denominator);
    const std::int64_t divisor = std::gcd(static_cast<std::int64_t>(over % common), common);
    return fitting(over / divisor, Int128{rest_of_a} * (b.denominator / divisor));
}

std::optional<SmallFraction> product(const SmallFraction& a, const SmallFraction& b) {
    const std::int64_t first = std::gcd(a.numerator, b.denominator);
    const std::int64_t second = std::gcd(b.numerator, a.denominator);
    return fitting(Int128{a.numerator / first} * (b.numerator / second),
                   Int128{a.denominator / second} * (b.denominator / first));
}

SmallFraction inverse(const SmallFraction& of) {
    return of.numerator < 0 ? SmallFraction{-of.denominator, -of.numerator}
                            : SmallFraction{of.denominator, of.numerator};
}

std::optional<std::int64_t> parse_small(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

/// Of two numbers that are not negative.
template <class Integer>
Integer quotient_to_even(const Integer& over, const Integer& under) {
    Integer quotient = over / under;
    const Integer twice = (over % under) * 2;
    if (twice > under || (twice == under && quotient % 2 != 0)) ++quotient;
    return quotient;
}

Result<Decimal> too_long() {
    return fail(Failure::rejected, trf("the number has more than {} digits", "数值超过 {} 位", kMostDigits));
}

}  // namespace

Exact::Exact(const LargeFraction& value) {
    const mp::cpp_int over = mp::numerator(value.value);
    const mp::cpp_int under = mp::denominator(value.value);
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (under <= kMost && over <= kMost && over >= -kMost)
        small_ = {static_cast<std::int64_t>(over), static_cast<std::int64_t>(under)};
    else
        large_ = std::make_shared<const LargeFraction>(value);
}

Exact::Exact(const Decimal& value) {
    const auto places = static_cast<unsigned>(std::abs(value.exponent()));
    if (const auto mantissa = fitting(value.mantissa(), 1); mantissa && places < kShortPowers) {
        const auto power = static_cast<std::int64_t>(kPowersOfTen[places]);
        const SmallFraction scale = value.exponent() >= 0 ? SmallFraction{power, 1} : SmallFraction{1, power};
        if (const auto scaled = product(*mantissa, scale)) {
            small_ = *scaled;
            return;
        }
    }
    const mp::cpp_int mantissa{value.mantissa()};
    *this = Exact{LargeFraction{value.exponent() >= 0 ? mp::cpp_rational{mantissa * power_of_ten(places)}
                                                      : mp::cpp_rational{mantissa, power_of_ten(places)}}};
}

Exact::Exact(std::int64_t numerator, std::int64_t denominator) {
    MG_CHECK(denominator != 0);
    const auto over = fitting(numerator, 1);
    const auto under = fitting(denominator, 1);
    const auto quotient = over && under ? product(*over, inverse(*under)) : std::nullopt;
    if (quotient) {
        small_ = *quotient;
        return;
    }
    const mp::cpp_int sign{denominator < 0 ? -1 : 1};
    *this = Exact{LargeFraction{{sign * numerator, sign * denominator}}};
}

LargeFraction Exact::large() const {
    return large_ ? *large_ : LargeFraction{{small_.numerator, small_.denominator}};
}

Exact& Exact::operator+=(const Exact& other) {
    const auto fits = large_ || other.large_ ? std::nullopt : sum(small_, other.small_);
    return *this = fits ? Exact{*fits} : Exact{LargeFraction{large().value + other.large().value}};
}
Exact& Exact::operator-=(const Exact& other) {
    return *this += other.negated();
}
Exact& Exact::operator*=(const Exact& other) {
    const auto fits = large_ || other.large_ ? std::nullopt : product(small_, other.small_);
    return *this = fits ? Exact{*fits} : Exact{LargeFraction{large().value * other.large().value}};
}

int Exact::sign() const {
    if (large_) return large_->value.sign();
    return (small_.numerator > 0) - (small_.numerator < 0);
}

Exact Exact::negated() const {
    if (large_) return Exact{LargeFraction{-large_->value}};
    return Exact{SmallFraction{-small_.numerator, small_.denominator}};
}

Result<Exact> Exact::divided_by(const Exact& other) const {
    if (other.is_zero()) {
        return fail(Failure::rejected, std::string(tr("division by zero", "除数为零")));
    }
    if (!other.large_) return *this * Exact{inverse(other.small_)};
    return Exact{LargeFraction{large().value / other.large_->value}};
}

Result<Decimal> Exact::rounded(int decimals) const {
    MG_CHECK(decimals >= 0 && decimals <= kMostDecimals);
    const auto with_sign = [&](Int128 digits) { return Decimal{sign() < 0 ? -digits : digits, -decimals}; };
    Int128 scaled{};
    const Int128 power = kPowersOfTen[static_cast<std::size_t>(decimals)];
    if (!large_ && !__builtin_mul_overflow(Int128{std::abs(small_.numerator)}, power, &scaled)) {
        const Int128 digits = quotient_to_even(scaled, Int128{small_.denominator});
        if (digits >= kPowersOfTen[kMostDigits]) return too_long();
        return with_sign(digits);
    }
    const auto all = large().value;
    const mp::cpp_int digits = quotient_to_even<mp::cpp_int>(
        mp::abs(mp::numerator(all)) * power_of_ten(static_cast<unsigned>(decimals)), mp::denominator(all));
    if (digits >= power_of_ten(kMostDigits)) return too_long();
    return with_sign(static_cast<Int128>(digits));
}

std::string Exact::readable() const {
    for (int decimals = 0; decimals <= kMostDecimals; ++decimals) {
        const auto short_enough = rounded(decimals);
        if (!short_enough) break;
        if (Exact{*short_enough} == *this) return short_enough->to_string();
    }
    return to_string();
}

std::size_t Exact::bits() const {
    const auto length = [](const mp::cpp_int& part) {
        return part.is_zero() ? std::size_t{0} : static_cast<std::size_t>(mp::msb(mp::abs(part))) + 1;
    };
    const auto all = large().value;
    return length(mp::numerator(all)) + length(mp::denominator(all));
}

std::string Exact::to_string() const {
    if (large_) return large_->value.str();
    std::string text = std::to_string(small_.numerator);
    if (small_.denominator != 1) text.append("/").append(std::to_string(small_.denominator));
    return text;
}

Result<Exact> Exact::parse(std::string_view text) {
    const auto bad = [&] {
        return fail(Failure::corrupt, trf("'{}' is not a fraction", "“{}” 不是分数", text.substr(0, 60)));
    };
    if (text.empty() || text.size() > kLongestText) return bad();
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) {
        if (const auto whole = parse_small(text)) return Exact{*whole};
        if (const auto whole = parse_integer(text)) return Exact{LargeFraction{{*whole}}};
        const auto decimal = Decimal::parse(text);
        if (!decimal) return bad();
        return Exact{*decimal};
    }
    const auto over = text.substr(0, slash);
    const auto under = text.substr(slash + 1);
    const auto small_over = parse_small(over);
    const auto small_under = parse_small(under);
    if (small_over && small_under && *small_under > 0) return Exact{*small_over, *small_under};
    const auto numerator = parse_integer(over);
    const auto denominator = parse_integer(under);
    if (!numerator || !denominator || *denominator <= 0) return bad();
    return Exact{LargeFraction{{*numerator, *denominator}}};
}

std::strong_ordering operator<=>(const Exact& a, const Exact& b) {
    if (a.large_ || b.large_) return a.large().value.compare(b.large().value) <=> 0;
    return Int128{a.small_.numerator} * b.small_.denominator <=>
           Int128{b.small_.numerator} * a.small_.denominator;
}

bool operator==(const Exact& a, const Exact& b) {
    if (a.large_ && b.large_) return a.large_->value == b.large_->value;
    return !a.large_ && !b.large_ && a.small_ == b.small_;
}

}  // namespace mg
