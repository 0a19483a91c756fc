#include "gateway/accounting/exact.h"

#include <algorithm>
#include <utility>

#include "gateway/base/check.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

namespace mp = boost::multiprecision;

constexpr std::size_t kLongestText = 4096;
constexpr unsigned kMostDigits = 37;
constexpr int kMostDecimals = 30;

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

}  // namespace

Exact::Exact(const Decimal& value) {
    const mp::cpp_int mantissa{value.mantissa()};
    const auto places = static_cast<unsigned>(std::abs(value.exponent()));
    value_ = value.exponent() >= 0 ? Fraction{mantissa * power_of_ten(places)}
                                   : Fraction{mantissa, power_of_ten(places)};
}

Exact::Exact(std::int64_t numerator, std::int64_t denominator) {
    MG_CHECK(denominator != 0);
    mp::cpp_int over{numerator};
    mp::cpp_int under{denominator};
    if (under < 0) {
        over = -over;
        under = -under;
    }
    value_ = Fraction{over, under};
}

Exact& Exact::operator+=(const Exact& other) {
    value_ += other.value_;
    return *this;
}
Exact& Exact::operator-=(const Exact& other) {
    value_ -= other.value_;
    return *this;
}
Exact& Exact::operator*=(const Exact& other) {
    value_ *= other.value_;
    return *this;
}

Exact Exact::negated() const {
    return Exact{Fraction{-value_}};
}

Result<Exact> Exact::divided_by(const Exact& other) const {
    if (other.is_zero()) {
        return fail(Failure::rejected, std::string(tr("division by zero", "除数为零")));
    }
    return Exact{Fraction{value_ / other.value_}};
}

Result<Decimal> Exact::rounded(int decimals) const {
    MG_CHECK(decimals >= 0 && decimals <= kMostDecimals);
    const mp::cpp_int scaled = mp::abs(mp::numerator(value_)) * power_of_ten(static_cast<unsigned>(decimals));
    const mp::cpp_int divisor = mp::denominator(value_);
    mp::cpp_int quotient;
    mp::cpp_int rest;
    mp::divide_qr(scaled, divisor, quotient, rest);
    const mp::cpp_int twice = rest * 2;
    if (twice > divisor || (twice == divisor && mp::bit_test(quotient, 0))) ++quotient;
    if (quotient >= power_of_ten(kMostDigits)) {
        return fail(Failure::rejected,
                    trf("the number has more than {} digits", "数值超过 {} 位", kMostDigits));
    }
    const auto mantissa = static_cast<Int128>(quotient);
    return Decimal{sign() < 0 ? -mantissa : mantissa, -decimals};
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
    return length(mp::numerator(value_)) + length(mp::denominator(value_));
}

std::string Exact::to_string() const {
    return value_.str();
}

Result<Exact> Exact::parse(std::string_view text) {
    const auto bad = [&] {
        return fail(Failure::corrupt, trf("'{}' is not a fraction", "“{}” 不是分数", text.substr(0, 60)));
    };
    if (text.empty() || text.size() > kLongestText) return bad();
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) {
        if (const auto whole = parse_integer(text)) return Exact{Fraction{*whole}};
        const auto decimal = Decimal::parse(text);
        if (!decimal) return bad();
        return Exact{*decimal};
    }
    const auto numerator = parse_integer(text.substr(0, slash));
    const auto denominator = parse_integer(text.substr(slash + 1));
    if (!numerator || !denominator || *denominator <= 0) return bad();
    return Exact{Fraction{*numerator, *denominator}};
}

std::strong_ordering operator<=>(const Exact& a, const Exact& b) {
    const int order = a.value_.compare(b.value_);
    return order <=> 0;
}

}  // namespace mg
