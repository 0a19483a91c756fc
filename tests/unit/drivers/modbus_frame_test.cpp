#include <gtest/gtest.h>

#include "drivers/modbus/frame.h"
#include "tests/support/raw_peer.h"

namespace mg {
namespace {

using raw::Bytes;
using raw::hex;

Bytes bytes_of(const RequestFrame& frame) {
    return {frame.span().begin(), frame.span().end()};
}

// Modbus Application Protocol V1.1b3, 6.3: unit 11, three holding registers from 006B.
const Question kRtu{Framing::rtu, 0, 0x11, RegisterTable::holding, 0x6B, 3};
const Question kTcp{Framing::mbap, 1, 0x11, RegisterTable::holding, 0x6B, 3};

TEST(ModbusFrame, RequestsAreThoseOfTheSpecification) {
    EXPECT_EQ(bytes_of(request_frame(kRtu)), hex("11 03 00 6B 00 03 76 87"));
    EXPECT_EQ(bytes_of(request_frame(kTcp)), hex("00 01 00 00 00 06 11 03 00 6B 00 03"));
    EXPECT_EQ(bytes_of(request_frame({Framing::rtu, 0, 0x11, RegisterTable::input, 8, 1})),
              hex("11 04 00 08 00 01 B2 98"));
}

TEST(ModbusFrame, AGoodAnswerBringsItsRegisters) {
    const auto rtu = hex("11 03 06 02 2B 00 00 00 64 C8 BA");
    const auto tcp = hex("00 01 00 00 00 09 11 03 06 02 2B 00 00 00 64");

    for (const auto& [question, frame] : {std::pair{kRtu, rtu}, std::pair{kTcp, tcp}}) {
        const auto judged = judge(question, frame);

        ASSERT_EQ(judged.verdict, Verdict::answer);
        EXPECT_EQ(Bytes(judged.registers.begin(), judged.registers.end()), hex("02 2B 00 00 00 64"));
        EXPECT_EQ(answer_size(question), frame.size());
        EXPECT_EQ(frame_size(question.framing, frame), frame.size());
    }
}

TEST(ModbusFrame, AnExceptionBringsItsCode) {
    const auto judged = judge(kRtu, raw::rtu(raw::exception_body(0x11, 3, 2)));

    EXPECT_EQ(judged.verdict, Verdict::exception);
    EXPECT_EQ(judged.exception, 2);
}

TEST(ModbusFrame, AnotherUnitOrTransactionIsForeign) {
    const auto body = raw::registers_body(0x11, 3, {1, 2, 3});
    const auto other_unit = raw::registers_body(0x12, 3, {1, 2, 3});

    EXPECT_EQ(judge(kRtu, raw::rtu(other_unit)).verdict, Verdict::foreign);
    EXPECT_EQ(judge(kTcp, raw::mbap(1, other_unit)).verdict, Verdict::foreign);
    EXPECT_EQ(judge(kTcp, raw::mbap(0, body)).verdict, Verdict::foreign);
    EXPECT_EQ(judge(kTcp, raw::mbap(1, body)).verdict, Verdict::answer);
}

TEST(ModbusFrame, WhatCannotBeOursIsWrong) {
    EXPECT_EQ(judge(kRtu, raw::rtu(raw::registers_body(0x11, 4, {1, 2, 3}))).verdict, Verdict::wrong);
    EXPECT_EQ(judge(kRtu, raw::rtu(raw::registers_body(0x11, 3, {1, 2}))).verdict, Verdict::wrong);
    EXPECT_EQ(judge(kRtu, raw::rtu(raw::exception_body(0x11, 4, 2))).verdict, Verdict::wrong);
    EXPECT_EQ(judge(kRtu, {}).verdict, Verdict::wrong);
    EXPECT_EQ(judge(kTcp, hex("00 01 00 07 00 09 11 03 06 02 2B 00 00 00 64")).verdict, Verdict::wrong);
    EXPECT_EQ(judge(kTcp, hex("00 01 00 00 00 0A 11 03 06 02 2B 00 00 00 64")).verdict, Verdict::wrong);
}

}  // namespace
}  // namespace mg
