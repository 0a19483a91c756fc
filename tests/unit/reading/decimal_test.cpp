#include "gateway/reading/decimal.h"

#include <bit>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace mg {
namespace {

TEST(Decimal, PrintsTheDecimalsItWasMadeWith) {
    EXPECT_EQ(Decimal(1234567, -2).to_string(), "12345.67");
    EXPECT_EQ(Decimal(12300, -2).to_string(), "123.00");
    EXPECT_EQ(Decimal(-5, -3).to_string(), "-0.005");
    EXPECT_EQ(Decimal(7, 3).to_string(), "7000");
    EXPECT_EQ(Decimal(0, 5).to_string(), "0");
    EXPECT_EQ(Decimal(5, -33).to_string(), "5e-33");
}

TEST(Decimal, FloatsKeepTheirShortestText) {
    EXPECT_EQ(Decimal::from_float(0.1F)->to_string(), "0.1");
    EXPECT_EQ(Decimal::from_float(16777216.0F)->to_string(), "16777216");
    EXPECT_EQ(Decimal::from_float(1e-3F)->to_string(), "0.001");
    EXPECT_EQ(Decimal::from_double(4294967296.5)->to_string(), "4294967296.5");
}

TEST(Decimal, NotANumberIsAnErrorAndNeverAValue) {
    EXPECT_EQ(Decimal::from_float(std::nanf("")).error().kind, Failure::corrupt);
    EXPECT_EQ(Decimal::from_double(std::numeric_limits<double>::infinity()).error().kind, Failure::corrupt);
}

TEST(Decimal, ComparesByValueNotByDigits) {
    EXPECT_EQ(Decimal(150, -2), Decimal(15, -1));
    EXPECT_LT(Decimal(-1, 300), Decimal(1, -300));
    EXPECT_LT(Decimal(1, -300), Decimal(1, 300));
    EXPECT_GT(Decimal(-1, -300), Decimal(-1, 300));
}

TEST(Decimal, WhatDoesNotFitIsAnErrorNotARounding) {
    const Decimal large{std::numeric_limits<std::int64_t>::max(), 0};
    const auto square = large.times(large);
    ASSERT_TRUE(square);
    EXPECT_FALSE(square->times(large));
    EXPECT_FALSE(Decimal(1, 300).plus(Decimal(1, -300)));
}

TEST(Decimal, RefusesWhatIsNotADecimalNumber) {
    for (const char* text : {"", "-", ".", "1.2.3", "12a", "1e", "0x10", "1,5", "1e999", " 1"}) {
        EXPECT_FALSE(Decimal::parse(text)) << "'" << text << "'";
    }
}

TEST(Decimal, TextComesBackAsItWas) {
    EXPECT_TRUE(rc::check([](std::int64_t mantissa) {
        const int exponent = *rc::gen::inRange(-25, 1);
        const Decimal value{mantissa, exponent};
        const auto back = Decimal::parse(value.to_string());
        RC_ASSERT(back.has_value());
        RC_ASSERT(back->to_string() == value.to_string());
        RC_ASSERT(*back == value);
    }));
}

TEST(Decimal, FloatTextReadsBackAsTheSameFloat) {
    EXPECT_TRUE(rc::check([](std::uint32_t bits) {
        const auto value = std::bit_cast<float>(bits);
        RC_PRE(std::isfinite(value));
        const auto decimal = Decimal::from_float(value);
        RC_ASSERT(decimal.has_value());
        RC_ASSERT(std::strtof(decimal->to_string().c_str(), nullptr) == value);
    }));
}

TEST(Decimal, SumsAreExact) {
    EXPECT_TRUE(rc::check([](std::int32_t a, std::int32_t b) {
        const auto sum = Decimal(a, -2).plus(Decimal(b, -4));
        RC_ASSERT(sum.has_value());
        RC_ASSERT(*sum == Decimal(static_cast<Int128>(a) * 100 + b, -4));
        RC_ASSERT(*sum->minus(Decimal(b, -4)) == Decimal(a, -2));
    }));
}

}  // namespace
}  // namespace mg
