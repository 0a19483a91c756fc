#include "gateway/accounting/exact.h"

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
