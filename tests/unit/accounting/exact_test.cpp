#include "gateway/accounting/exact.h"

#include <cstdint>
#include <limits>
#include <utility>

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mg {
namespace {

Exact exact(std::string_view text) {
    return Exact::parse(text).value();
}

TEST(Exact, ThirdsAddUpToTheWhole) {
    const Exact third = Exact{10}.divided_by(Exact{3}).value();
    EXPECT_EQ(third + third + third, Exact{10});
}

TEST(Exact, KnowsADecimalAsItIs) {
    EXPECT_EQ(exact("0.1") + exact("0.2"), exact("0.3"));
    EXPECT_EQ((Exact{Decimal{5, 3}}), Exact{5000});
    EXPECT_EQ((Exact{Decimal{-125, -2}}), exact("-5/4"));
}

TEST(Exact, RoundsHalvesToTheEvenDigit) {
    struct Case {
        const char* value;
        int decimals;
        const char* rounded;
    };
    for (const Case& c : {Case{"0.125", 2, "0.12"}, Case{"0.135", 2, "0.14"}, Case{"-0.125", 2, "-0.12"},
                          Case{"0.1250001", 2, "0.13"}, Case{"2.5", 0, "2"}, Case{"3.5", 0, "4"},
                          Case{"1/3", 4, "0.3333"}, Case{"-2/3", 4, "-0.6667"}, Case{"0", 2, "0.00"}}) {
        EXPECT_EQ(exact(c.value).rounded(c.decimals).value().to_string(), c.rounded) << c.value;
    }
}

TEST(Exact, DivisionByZeroIsAnError) {
    EXPECT_EQ(Exact{1}.divided_by(Exact{}).error().kind, Failure::rejected);
}

TEST(Exact, WhatIsTooLongForARecordIsAnErrorAndNotACrash) {
    Exact huge{1};
    for (int i = 0; i < 50; ++i) huge *= Exact{10};
    EXPECT_EQ(huge.rounded(0).error().kind, Failure::rejected);
}

TEST(Exact, RefusesWhatIsNoFraction) {
    for (const char* text : {"", "/", "1/", "/3", "1/0", "1/-3", "a", "1//3", "0x10"}) {
        EXPECT_FALSE(Exact::parse(text)) << text;
    }
}

/// Numbers around the place where 64 bits end, and small ones.
rc::Gen<std::int64_t> edge_numbers() {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    return rc::gen::oneOf(
        rc::gen::inRange<std::int64_t>(-12, 13), rc::gen::inRange(kMost - 5, kMost),
        rc::gen::element(kMost, -kMost, -kMost - 1, kMost / 2, kMost / 3),
        rc::gen::map(rc::gen::inRange(0, 63), [](int bit) { return std::int64_t{1} << bit; }),
        rc::gen::arbitrary<std::int64_t>());
}

rc::Gen<std::int64_t> non_zero_edge_numbers() {
    return rc::gen::suchThat(edge_numbers(), [](std::int64_t number) { return number != 0; });
}

RC_GTEST_PROP(Exact, CalculatesAsUnboundedFractionsDo, ()) {
    using Fraction = boost::multiprecision::cpp_rational;
    const auto some = [] { return std::pair{*edge_numbers(), *non_zero_edge_numbers()}; };
    const auto [a, b] = some();
    const auto [c, d] = some();
    const Exact x{a, b};
    const Exact y{c, d};
    const Fraction unbounded_x = Fraction{a} / b;
    const Fraction unbounded_y = Fraction{c} / d;

    RC_ASSERT((x + y).to_string() == Fraction{unbounded_x + unbounded_y}.str());
    RC_ASSERT((x - y).to_string() == Fraction{unbounded_x - unbounded_y}.str());
    RC_ASSERT((x * y).to_string() == Fraction{unbounded_x * unbounded_y}.str());
    RC_ASSERT(((x <=> y) < 0) == (unbounded_x < unbounded_y));
    RC_ASSERT((x == y) == (unbounded_x == unbounded_y));
    RC_ASSERT(x.negated().to_string() == Fraction{-unbounded_x}.str());
    RC_ASSERT(x.sign() == unbounded_x.sign());
    RC_ASSERT(Exact::parse(x.to_string()).value() == x);
    if (!y.is_zero()) {
        RC_ASSERT(x.divided_by(y).value().to_string() == Fraction{unbounded_x / unbounded_y}.str());
    }
}

// Equality and text must not depend on the way by which a number was reached.
RC_GTEST_PROP(Exact, WhatWasTooLargeOnTheWayIsTheSameNumber, ()) {
    const Exact x{*edge_numbers(), *non_zero_edge_numbers()};
    const Exact y{*non_zero_edge_numbers(), *non_zero_edge_numbers()};

    RC_ASSERT((x + y) - y == x);
    RC_ASSERT((x * y).divided_by(y).value() == x);
    RC_ASSERT(((x * y).divided_by(y).value() <=> x) == std::strong_ordering::equal);
}

TEST(Exact, RoundsLongNumbersAsShortOnes) {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(Exact(kMost, 2).rounded(0).value().to_string(), "4611686018427387904");
    EXPECT_EQ(Exact(-kMost, 2).rounded(0).value().to_string(), "-4611686018427387904");
    EXPECT_EQ(Exact(1, kMost).rounded(30).value().to_string(), "0.000000000000000000108420217249");
    EXPECT_EQ(Exact(kMost, 1).rounded(18).value().to_string(), "9223372036854775807.000000000000000000");
    EXPECT_EQ(Exact(kMost, 1).rounded(19).error().kind, Failure::rejected);
    EXPECT_EQ(exact("1e-30").rounded(30).value().to_string(), "0.000000000000000000000000000001");
    EXPECT_EQ((Exact{Decimal{7, 20}}).to_string(), "700000000000000000000");
}

RC_GTEST_PROP(Exact, TextReadsBackEqual, (std::int64_t numerator, std::int64_t denominator)) {
    const Exact value{numerator, denominator == 0 ? 1 : denominator};
    RC_ASSERT(Exact::parse(value.to_string()).value() == value);
}

RC_GTEST_PROP(Exact, RoundingIsOffByAtMostHalfAUnit, (std::int32_t numerator, std::uint16_t denominator)) {
    const Exact value{numerator, denominator + 1};
    const Exact off = Exact{value.rounded(3).value()} - value;
    const Exact half{1, 2000};
    RC_ASSERT(off <= half);
    RC_ASSERT(off.negated() <= half);
}

}  // namespace
}  // namespace mg
