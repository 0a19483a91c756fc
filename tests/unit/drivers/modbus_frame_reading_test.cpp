#include <gtest/gtest.h>

#include "drivers/modbus/frame_reading.h"
#include "tests/support/raw_peer.h"

namespace mg {
namespace {

using raw::Bytes;

TEST(FrameReading, ARequestSaysUnitFunctionAddressAndCount) {
    // The example of Modbus over Serial Line: unit 1 reads two registers from 0.
    const auto reading = read_request(Framing::rtu, raw::hex("01 03 00 00 00 02 c4 0b"));

    EXPECT_TRUE(reading.sound);
    EXPECT_EQ(reading.unit, 1);
    EXPECT_EQ(reading.function, 3);
    EXPECT_EQ(reading.address, 0);
    EXPECT_EQ(reading.count, 2);
}

TEST(FrameReading, AnAnswerSaysItsRegistersInBothFramings) {
    const Bytes body = raw::registers_body(7, 4, {0x4366, 1});

    const auto serial = read_answer(Framing::rtu, raw::rtu(body));
    const auto tcp = read_answer(Framing::mbap, raw::mbap(9, body));

    EXPECT_EQ(serial.registers, (std::vector<std::uint16_t>{0x4366, 1}));
    EXPECT_EQ(tcp.registers, serial.registers);
    EXPECT_EQ(tcp.unit, 7);
}

TEST(FrameReading, AnExceptionKeepsTheFunctionThatItRefuses) {
    const auto reading = read_answer(Framing::rtu, raw::rtu(raw::exception_body(7, 3, 2)));

    EXPECT_EQ(reading.function, 3);
    EXPECT_EQ(reading.exception, 2);
}

TEST(FrameReading, AWrongChecksumSaysNothingElse) {
    Bytes frame = raw::rtu(raw::registers_body(7, 3, {1}));
    frame[3] ^= 1U;

    EXPECT_FALSE(read_answer(Framing::rtu, frame).sound);
    EXPECT_FALSE(read_request(Framing::rtu, frame).sound);
}

TEST(FrameReading, AnyShortPieceIsNoFrame) {
    const Bytes whole = raw::mbap(9, raw::registers_body(7, 4, {0x4366, 1}));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Bytes piece{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)};
        EXPECT_FALSE(read_answer(Framing::mbap, piece).sound) << size;
        EXPECT_FALSE(read_answer(Framing::rtu, piece).sound) << size;
    }
}

TEST(FrameReading, TheLengthOfAnAnswerIsKnownOnceItHasSaidIt) {
    EXPECT_EQ(full_length_of_answer(raw::hex("03 04")), 6U);
    EXPECT_EQ(full_length_of_answer(raw::hex("01 03")), 5U);
    EXPECT_EQ(full_length_of_answer(raw::hex("83")), 2U);
    EXPECT_EQ(full_length_of_answer(raw::hex("03")), std::nullopt);
    EXPECT_EQ(full_length_of_answer({}), std::nullopt);
    EXPECT_EQ(full_length_of_answer(raw::hex("11 05")), std::nullopt) << "a function without a rule here";
}

// Modbus Application Protocol V1.1b3, 6.21: two objects of 3 and 2 bytes.
TEST(FrameReading, AnIdentificationIsAsLongAsItsObjects) {
    const Bytes whole = raw::hex("2b 0e 01 01 00 00 02 00 03 41 42 43 01 02 44 45");

    EXPECT_EQ(full_length_of_answer(whole), whole.size());
    for (std::size_t size = 1; size < 14; ++size) {
        EXPECT_EQ(full_length_of_answer(std::span{whole}.first(size)), std::nullopt) << size;
    }
}

}  // namespace
}  // namespace mg
