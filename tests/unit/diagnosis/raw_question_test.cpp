#include "gateway/diagnosis/raw_question.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/raw_peer.h"

namespace mg {
namespace {

LineOptions line_of(LineKind kind) {
    LineOptions line;
    line.id = {"mcc"};
    line.kind = kind;
    if (kind != LineKind::serial) line.channel = TcpChannel{};
    return line;
}

Pdu pdu_of(const RawWords& words) {
    const auto question = raw_question(words, {}, line_of(LineKind::serial));
    EXPECT_TRUE(question) << question.error().what;
    return question ? question->pdu : Pdu{};
}

std::string refusal_of(const RawWords& words, LineKind kind = LineKind::serial) {
    const auto question = raw_question(words, {}, line_of(kind));
    EXPECT_FALSE(question);
    if (question) return {};
    EXPECT_EQ(question.error().kind, Failure::rejected);
    return question.error().what;
}

RawWords words(const std::string& unit, const std::string& function, const std::string& address,
               const std::string& count) {
    RawWords made;
    made.unit = unit;
    made.function = function;
    made.address = address;
    made.count = count;
    return made;
}

TEST(RawQuestion, NumbersMayBeDecimalOrHexadecimal) {
    EXPECT_EQ(pdu_of(words("7", "03", "8192", "2")), raw::hex("03 20 00 00 02"));
    EXPECT_EQ(pdu_of(words("0x07", "0x3", "0x2000", "0x02")), raw::hex("03 20 00 00 02"));
    EXPECT_EQ(pdu_of(words("7", "1", "0", "2000")), raw::hex("01 00 00 07 d0"));
}

TEST(RawQuestion, AnIdentificationNeedsNoNumbers) {
    EXPECT_EQ(pdu_of(words("7", "2B", "", "")), raw::hex("2b 0e 01 00"));
    EXPECT_EQ(pdu_of(words("7", "2b/0e", "2", "3")), raw::hex("2b 0e 02 03"));
}

TEST(RawQuestion, EveryFunctionThatIsNotAReadIsRefused) {
    for (int function = 0; function < 256; ++function) {
        const std::string text = fmt::format("{:02X}", function);
        const bool reads = (function >= 1 && function <= 4) || function == 0x2B;
        EXPECT_EQ(raw_question(words("7", text, "1", "1"), {}, line_of(LineKind::serial)).has_value(), reads)
            << text;
    }
    const std::string why = refusal_of(words("7", "10", "0", "1"));
    EXPECT_NE(why.find("only reading"), std::string::npos) << why;
    EXPECT_EQ(why.find('\n'), std::string::npos);
}

TEST(RawQuestion, WhatCannotBeMeantIsRefused) {
    EXPECT_NE(refusal_of(words("248", "3", "0", "1")), "");
    EXPECT_NE(refusal_of(words("0", "3", "0", "1")), "") << "nobody answers a broadcast";
    EXPECT_NE(refusal_of(words("7", "3", "65536", "1")), "");
    EXPECT_NE(refusal_of(words("7", "3", "0", "126")), "");
    EXPECT_NE(refusal_of(words("7", "3", "65535", "2")), "") << "beyond the last register";
    EXPECT_NE(refusal_of(words("7", "3", "-1", "2")), "");
    EXPECT_NE(refusal_of(words("7", "3", "", "")), "");
    EXPECT_NE(refusal_of(words("seven", "3", "0", "1")), "");
}

TEST(RawQuestion, AGatewayOfModbusTcpMayBeAskedItself) {
    EXPECT_TRUE(raw_question(words("255", "3", "0", "1"), {}, line_of(LineKind::modbus_tcp)));
    EXPECT_TRUE(raw_question(words("0", "3", "0", "1"), {}, line_of(LineKind::modbus_tcp)));
}

TEST(RawQuestion, SettingsOfAMeterMayDifferFromThoseOfItsLine) {
    RawWords other = words("7", "3", "0", "1");
    other.baud = "2400";
    other.parity = "even";

    const auto question = raw_question(other, {}, line_of(LineKind::serial));

    ASSERT_TRUE(question);
    ASSERT_TRUE(question->settings);
    EXPECT_EQ(question->settings->baud, 2400);
    EXPECT_EQ(question->settings->parity, Parity::even);
    EXPECT_NE(refusal_of(other, LineKind::modbus_tcp), "") << "there is no wire here";
    other.parity = "mark";
    EXPECT_NE(refusal_of(other), "");
}

TEST(RawQuestion, AUnitOfTheTableIsAskedAsItsModelNeedsIt) {
    // given: a slow meter with settings of its own, on a quick line
    Options options;
    LineOptions line = line_of(LineKind::serial);
    line.response_timeout = milliseconds{300};
    line.request_gap = milliseconds{20};
    ModelOptions model;
    model.id = "slow";
    model.response_timeout = milliseconds{2000};
    model.request_gap = milliseconds{150};
    options.models = {model};
    MeterOptions meter;
    meter.id = {"m"};
    meter.line = line.id;
    meter.address = "7";
    meter.model = "slow";
    meter.settings = SerialSettings{.baud = 2400};
    options.meters = {meter};
    // when
    const auto known = raw_question(words("7", "3", "0", "1"), options, line);
    const auto other = raw_question(words("8", "3", "0", "1"), options, line);
    // then
    ASSERT_TRUE(known);
    EXPECT_EQ(known->timing.response_timeout, milliseconds{2000});
    EXPECT_EQ(known->timing.gap, milliseconds{150});
    EXPECT_EQ(known->settings, (SerialSettings{.baud = 2400}));
    ASSERT_TRUE(other);
    EXPECT_EQ(other->timing.response_timeout, milliseconds{300});
    EXPECT_EQ(other->timing.gap, milliseconds{20});
    EXPECT_FALSE(other->settings);
}

}  // namespace
}  // namespace mg
