#include "drivers/modbus/register_codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/raw_peer.h"

namespace mg {
namespace {

using raw::hex;

PointOptions point(WireType type, WordOrder order = WordOrder::abcd) {
    PointOptions made;
    made.type = type;
    made.order = order;
    return made;
}

constexpr std::array kOrders{WordOrder::abcd, WordOrder::cdab, WordOrder::badc, WordOrder::dcba};

// The same value on the wire in abcd, cdab, badc, dcba.
struct Golden {
    WireType type;
    std::array<const char*, 4> wire;
    std::uint64_t bits;
    const char* shown;
};

// 123456.0 = 47F12000 in the four orders is the example in libmodbus's own tests; the rest is worked out by
// hand.
const Golden kGolden[] = {
    {WireType::u16, {"12 34", "12 34", "34 12", "34 12"}, 0x1234, "4660"},
    {WireType::u16, {"FF FF", "FF FF", "FF FF", "FF FF"}, 0xFFFF, "65535"},
    {WireType::i16, {"FF FE", "FF FE", "FE FF", "FE FF"}, 0xFFFE, "-2"},
    {WireType::i16, {"80 00", "80 00", "00 80", "00 80"}, 0x8000, "-32768"},
    {WireType::u32, {"01 02 03 04", "03 04 01 02", "02 01 04 03", "04 03 02 01"}, 0x01020304, "16909060"},
    {WireType::u32, {"FF FF FF FF", "FF FF FF FF", "FF FF FF FF", "FF FF FF FF"}, 0xFFFFFFFF, "4294967295"},
    {WireType::i32, {"80 00 00 01", "00 01 80 00", "00 80 01 00", "01 00 00 80"}, 0x80000001, "-2147483647"},
    {WireType::f32, {"47 F1 20 00", "20 00 47 F1", "F1 47 00 20", "00 20 F1 47"}, 0x47F12000, "123456"},
    {WireType::f32, {"80 00 00 00", "00 00 80 00", "00 80 00 00", "00 00 00 80"}, 0x80000000, "0"},
    {WireType::u64,
     {"01 02 03 04 05 06 07 08", "07 08 05 06 03 04 01 02", "02 01 04 03 06 05 08 07",
      "08 07 06 05 04 03 02 01"},
     0x0102030405060708,
     "72623859790382856"},
    {WireType::u64,
     {"FF FF FF FF FF FF FF FF", "FF FF FF FF FF FF FF FF", "FF FF FF FF FF FF FF FF",
      "FF FF FF FF FF FF FF FF"},
     0xFFFFFFFFFFFFFFFF,
     "18446744073709551615"},
    {WireType::i64,
     {"FF FF FF FF FF FF FF FE", "FF FE FF FF FF FF FF FF", "FF FF FF FF FF FF FE FF",
      "FE FF FF FF FF FF FF FF"},
     0xFFFFFFFFFFFFFFFE,
     "-2"},
    {WireType::f64,
     {"40 FE 24 00 00 00 00 01", "00 01 00 00 24 00 40 FE", "FE 40 00 24 00 00 01 00",
      "01 00 00 00 00 24 FE 40"},
     0x40FE240000000001,
     "123456.00000000001"},
    {WireType::bcd16, {"12 34", "12 34", "34 12", "34 12"}, 0x1234, "1234"},
    {WireType::bcd32, {"12 34 56 78", "56 78 12 34", "34 12 78 56", "78 56 34 12"}, 0x12345678, "12345678"},
    {WireType::bcd64,
     {"00 00 12 34 56 78 90 12", "90 12 56 78 12 34 00 00", "00 00 34 12 78 56 12 90",
      "12 90 78 56 34 12 00 00"},
     0x0000123456789012,
     "123456789012"},
    {WireType::sm16, {"80 05", "80 05", "05 80", "05 80"}, 0x8005, "-5"},
    {WireType::sm32, {"80 00 01 00", "01 00 80 00", "00 80 00 01", "00 01 00 80"}, 0x80000100, "-256"},
    // Whole units and fraction: each half has the order for itself. 66051 + 0.5.
    {WireType::i32_f32,
     {"00 01 02 03 3F 00 00 00", "02 03 00 01 00 00 3F 00", "01 00 03 02 00 3F 00 00",
      "03 02 01 00 00 00 00 3F"},
     0x000102033F000000,
     "66051.5"},
    // Hundreds and rest: 12 × 100 + 34.5.
    {WireType::f32_hundreds,
     {"41 40 00 00 42 0A 00 00", "00 00 41 40 00 00 42 0A", "40 41 00 00 0A 42 00 00",
      "00 00 40 41 00 00 0A 42"},
     0x41400000420A0000,
     "1234.5"},
};

TEST(RegisterCodec, GoldenTableOfTypesAndOrders) {
    for (const auto& golden : kGolden) {
        for (std::size_t i = 0; i < kOrders.size(); ++i) {
            SCOPED_TRACE(std::string{to_string(golden.type)} + " " + golden.wire[i]);

            const auto reading = decode(point(golden.type, kOrders[i]), hex(golden.wire[i]));

            EXPECT_EQ(reading.quality, Quality::good);
            EXPECT_EQ(reading.bits, golden.bits);
            const auto value = to_decimal(golden.type, reading.bits);
            ASSERT_TRUE(value) << value.error().what;
            EXPECT_EQ(*value, *Decimal::parse(golden.shown)) << value->to_string();
        }
    }
}

TEST(RegisterCodec, EveryTypeIsInTheGoldenTable) {
    for (int type = 0; type <= static_cast<int>(WireType::f32_hundreds); ++type) {
        EXPECT_TRUE(std::ranges::any_of(kGolden, [&](const Golden& golden) {
            return static_cast<int>(golden.type) == type;
        })) << to_string(static_cast<WireType>(type));
    }
}

TEST(RegisterCodec, NaNIsNotAvailable) {
    EXPECT_EQ(decode(point(WireType::f32), hex("7F C0 00 00")).quality, Quality::not_available);
    EXPECT_EQ(decode(point(WireType::f32), hex("FF FF FF FF")).quality, Quality::not_available);
    EXPECT_EQ(decode(point(WireType::f64), hex("7F F8 00 00 00 00 00 00")).quality, Quality::not_available);
    EXPECT_EQ(decode(point(WireType::i32_f32), hex("00 00 00 01 7F C0 00 00")).quality,
              Quality::not_available);
    EXPECT_EQ(decode(point(WireType::f32_hundreds), hex("7F C0 00 00 00 00 00 00")).quality,
              Quality::not_available);
}

TEST(RegisterCodec, InfinityIsNoNumberThatAMeterCounts) {
    EXPECT_EQ(decode(point(WireType::f32), hex("7F 80 00 00")).quality, Quality::corrupt_reply);
    EXPECT_EQ(decode(point(WireType::f64), hex("FF F0 00 00 00 00 00 00")).quality, Quality::corrupt_reply);
    EXPECT_EQ(decode(point(WireType::f32_hundreds), hex("00 00 00 00 FF 80 00 00")).quality,
              Quality::corrupt_reply);
}

TEST(RegisterCodec, ATotalWhosePartsDoNotAddUpExactlyIsCorrupt) {
    EXPECT_EQ(decode(point(WireType::f32_hundreds), hex("7F 00 00 00 00 80 00 00")).quality,
              Quality::corrupt_reply);
    EXPECT_EQ(decode(point(WireType::i32_f32), hex("7F FF FF FF 00 00 00 01")).quality,
              Quality::corrupt_reply);
}

TEST(RegisterCodec, TheModelsInvalidMarksAreNotAvailable) {
    auto marked = point(WireType::u32, WordOrder::cdab);
    marked.invalid = {0xFFFFFFFF, 0x7FFFFFFF};

    EXPECT_EQ(decode(marked, hex("FF FF 7F FF")).quality, Quality::not_available);
    EXPECT_EQ(decode(marked, hex("FF FF FF FF")).quality, Quality::not_available);
    EXPECT_EQ(decode(marked, hex("FF FE 7F FF")).quality, Quality::good);
}

TEST(RegisterCodec, DigitsBeyondNineAreCorrupt) {
    EXPECT_EQ(decode(point(WireType::bcd16), hex("12 3A")).quality, Quality::corrupt_reply);
    EXPECT_EQ(decode(point(WireType::bcd32), hex("F0 00 00 00")).quality, Quality::corrupt_reply);
    EXPECT_EQ(decode(point(WireType::bcd64), hex("00 00 00 00 00 0B 00 00")).quality, Quality::corrupt_reply);
}

TEST(RegisterCodecProperty, WhatIsGoodHasADecimalAndTheOrdersOnlyMoveBytes) {
    EXPECT_TRUE(rc::check("good means decimal", [] {
        const auto type = static_cast<WireType>(*rc::gen::inRange(0, 15));
        const auto order = kOrders[*rc::gen::inRange<std::size_t>(0, 4)];
        const auto wire = *rc::gen::container<std::vector<std::uint8_t>>(
            static_cast<std::size_t>(size_of(type)), rc::gen::arbitrary<std::uint8_t>());

        const auto reading = decode(point(type, order), wire);

        RC_ASSERT(has_value(reading.quality) ==
                  static_cast<bool>(to_decimal(type, bits_from_wire(type, order, wire))));
        auto bits = bits_from_wire(type, order, wire);
        std::vector<std::uint8_t> moved;
        for (std::size_t i = 0; i < wire.size(); ++i, bits >>= 8U)
            moved.push_back(static_cast<std::uint8_t>(bits));
        auto sent = wire;
        std::ranges::sort(moved);
        std::ranges::sort(sent);
        RC_ASSERT(moved == sent);
    }));
}

}  // namespace
}  // namespace mg
