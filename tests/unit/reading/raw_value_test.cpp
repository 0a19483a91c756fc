#include "gateway/reading/raw_value.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

struct Case {
    WireType type;
    std::uint64_t bits;
    const char* text;
};

TEST(RawValue, EveryWireTypeHasItsNumber) {
    const Case cases[]{
        {WireType::u16, 0xFFFF, "65535"},
        {WireType::i16, 0xFFFF, "-1"},
        {WireType::u32, 0xFFFFFFFF, "4294967295"},
        {WireType::i32, 0x80000000, "-2147483648"},
        {WireType::u64, 0xFFFFFFFFFFFFFFFF, "18446744073709551615"},
        {WireType::i64, 0x8000000000000000, "-9223372036854775808"},
        {WireType::f32, 0x47F12000, "123456"},
        {WireType::f64, 0x40FE240000000000, "123456"},
        {WireType::bcd16, 0x1234, "1234"},
        {WireType::bcd32, 0x00018342, "18342"},
        {WireType::bcd64, 0x9999999999999999, "9999999999999999"},
        {WireType::sm16, 0x8005, "-5"},
        {WireType::sm32, 0x80000005, "-5"},
        {WireType::sm32, 0x00000005, "5"},
        {WireType::i32_f32, 0x000000643F000000, "100.5"},
        {WireType::f32_hundreds, 0x4048000042340000, "357.500"},
    };
    for (const Case& c : cases) {
        const auto value = to_decimal(c.type, c.bits);
        ASSERT_TRUE(value) << to_string(c.type);
        EXPECT_EQ(*value, *Decimal::parse(c.text)) << to_string(c.type) << " " << value->to_string();
    }
}

TEST(RawValue, DigitsAboveNineAreNotBcd) {
    EXPECT_EQ(to_decimal(WireType::bcd16, 0x12A4).error().kind, Failure::corrupt);
    EXPECT_EQ(to_decimal(WireType::bcd32, 0xFFFFFFFF).error().kind, Failure::corrupt);
}

TEST(RawValue, NotANumberIsCorrupt) {
    EXPECT_FALSE(to_decimal(WireType::f32, 0x7FC00000));
    EXPECT_FALSE(to_decimal(WireType::f64, 0x7FF0000000000000));
    EXPECT_FALSE(to_decimal(WireType::i32_f32, 0x000000017FC00000));
}

TEST(RawValue, NamesComeBack) {
    for (int i = 0; i <= static_cast<int>(WireType::f32_hundreds); ++i) {
        const auto type = static_cast<WireType>(i);
        EXPECT_EQ(wire_type_from(to_string(type)), type);
    }
    EXPECT_FALSE(wire_type_from("u128"));
}

}  // namespace
}  // namespace mg
