#include <gtest/gtest.h>

#include "tests/unit/drivers/modbus_fixture.h"

namespace mg {
namespace {

using Arrivals = std::vector<Arrival>;
using ModbusExchange = ModbusScripted;

constexpr milliseconds kSoon{20};

const std::vector<Quality> kAllGood(3, Quality::good);
const std::vector<std::uint64_t> kImage{100, 101, 102};

std::vector<Quality> all(Quality quality) {
    return std::vector<Quality>(3, quality);
}

Bytes joined(Bytes first, const Bytes& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

TEST_F(ModbusExchange, AnAnswerIsRead) {
    build(LineKind::serial, [](const Bytes& request) { return Arrivals{{kSoon, good_rtu(request)}}; });

    const auto result = poll();

    EXPECT_EQ(qualities(result), kAllGood);
    EXPECT_EQ(values(result), kImage);
    EXPECT_TRUE(result.answered);
    EXPECT_EQ(result.trouble, "");
}

// From the first late answer on, every read would return the previous one, with success.
TEST_F(ModbusExchange, LateRtuAnswerIsNeverReportedAsTheNextOne) {
    int question = 0;
    build(LineKind::serial, [&](const Bytes&) {
        const auto value = static_cast<std::uint16_t>(1000 + question);
        const auto answer = raw::rtu(raw::registers_body(7, 3, {value, value, value}));
        // The first answer needs 900 ms: 600 ms more than the time-out, inside the drain time.
        return Arrivals{{question++ == 0 ? milliseconds{900} : kSoon, answer}};
    });
    line.retries = 0;
    build_meter();

    const auto first = poll();
    const auto second = poll();
    const auto third = poll();

    EXPECT_EQ(qualities(first), all(Quality::no_reply));
    EXPECT_EQ(values(second), std::vector<std::uint64_t>(3, 1001));
    EXPECT_EQ(values(third), std::vector<std::uint64_t>(3, 1002));
}

TEST_F(ModbusExchange, SurplusFrameAfterAGoodAnswerIsNeverReportedAsTheNextOne) {
    std::uint16_t question = 0;
    build(LineKind::serial, [&](const Bytes&) {
        ++question;
        const auto answer = raw::rtu(raw::registers_body(7, 3, {question, question, question}));
        return question == 1 ? Arrivals{{kSoon, joined(answer, answer)}} : Arrivals{{kSoon, answer}};
    });

    const auto first = poll();
    const auto second = poll();

    EXPECT_EQ(values(first), std::vector<std::uint64_t>(3, 1));
    EXPECT_EQ(values(second), std::vector<std::uint64_t>(3, 2));
    EXPECT_EQ(channel->counters().discarded_bytes.value(), 11U);
}

TEST_F(ModbusExchange, ForeignUnitIsDiscardedOnRtu) {
    build(LineKind::serial, [](const Bytes& request) {
        return Arrivals{{kSoon, raw::rtu(raw::registers_body(9, 3, {9, 9, 9}))},
                        {kSoon * 2, good_rtu(request)}};
    });

    const auto result = poll();

    EXPECT_EQ(values(result), kImage);
    EXPECT_EQ(channel->requests.size(), 1U);
}

TEST_F(ModbusExchange, ForeignUnitIsDiscardedOnTcp) {
    build(LineKind::modbus_tcp, [](const Bytes& request) {
        const auto transaction = raw::mbap_request(request).transaction;
        return Arrivals{{kSoon, raw::mbap(transaction, raw::registers_body(9, 3, {9, 9, 9}))},
                        {kSoon * 2, good_tcp(request)}};
    });

    EXPECT_EQ(values(poll()), kImage);
    EXPECT_EQ(channel->requests.size(), 1U);
}

TEST_F(ModbusExchange, WrongTransactionIsDiscarded) {
    build(LineKind::modbus_tcp, [](const Bytes& request) {
        const auto transaction = static_cast<std::uint16_t>(raw::mbap_request(request).transaction - 1);
        return Arrivals{{kSoon, raw::mbap(transaction, raw::registers_body(7, 3, {9, 9, 9}))},
                        {kSoon * 2, good_tcp(request)}};
    });

    EXPECT_EQ(values(poll()), kImage);
}

TEST_F(ModbusExchange, OnlyForeignFramesAreNoReply) {
    build(LineKind::serial,
          [](const Bytes&) { return Arrivals{{kSoon, raw::rtu(raw::registers_body(9, 3, {9, 9, 9}))}}; });

    const auto result = poll();

    EXPECT_EQ(qualities(result), all(Quality::no_reply));
    EXPECT_FALSE(result.answered);
}

// libmodbus lets unit 0 pass on a serial line, whoever was asked.
TEST_F(ModbusExchange, AnAnswerFromUnitZeroIsNotOurs) {
    build(LineKind::serial,
          [](const Bytes&) { return Arrivals{{kSoon, raw::rtu(raw::registers_body(0, 3, {9, 9, 9}))}}; });

    EXPECT_EQ(qualities(poll()), all(Quality::no_reply));
}

TEST_F(ModbusExchange, WrongFunctionIsACorruptReply) {
    build(LineKind::serial,
          [](const Bytes&) { return Arrivals{{kSoon, raw::rtu(raw::registers_body(7, 4, {9, 9, 9}))}}; });

    const auto result = poll();

    EXPECT_EQ(qualities(result), all(Quality::corrupt_reply));
    EXPECT_NE(result.trouble.find("wrong function code"), std::string::npos) << result.trouble;
}

TEST_F(ModbusExchange, WrongByteCountIsACorruptReply) {
    build(LineKind::modbus_tcp, [](const Bytes& request) {
        const auto transaction = raw::mbap_request(request).transaction;
        return Arrivals{{kSoon, raw::mbap(transaction, raw::registers_body(7, 3, {9, 9}))}};
    });

    EXPECT_EQ(qualities(poll()), all(Quality::corrupt_reply));
}

TEST_F(ModbusExchange, WrongChecksumIsACorruptReplyAndIsAskedAgain) {
    int question = 0;
    build(LineKind::serial, [&](const Bytes& request) {
        auto answer = good_rtu(request);
        if (question++ == 0) answer.back() ^= 0x01;
        return Arrivals{{kSoon, answer}};
    });

    const auto result = poll();

    EXPECT_EQ(values(result), kImage);
    EXPECT_EQ(channel->requests.size(), 2U);
    EXPECT_NE(result.trouble.find("wrong checksum"), std::string::npos) << result.trouble;
}

TEST_F(ModbusExchange, AnswerAfterATimeoutOnTcpMeetsAClosedConnection) {
    int question = 0;
    build(LineKind::modbus_tcp, [&](const Bytes& request) {
        return question++ == 0 ? Arrivals{{milliseconds{400}, good_tcp(request)}}
                               : Arrivals{{kSoon, good_tcp(request)}};
    });

    const auto result = poll();

    EXPECT_EQ(values(result), kImage);
    EXPECT_EQ(channel->counters().opened.value(), 2U);
}

TEST_F(ModbusExchange, AnEchoOfTheRequestIsSwallowed) {
    for (const auto kind : {LineKind::serial, LineKind::rtu_over_tcp}) {
        for (const auto first : {std::uint16_t{0x0000}, std::uint16_t{0x0102}, std::uint16_t{0x2006}}) {
            SCOPED_TRACE(first);
            model.points = {u16_point("a", first), u16_point("b", static_cast<std::uint16_t>(first + 1))};
            build(kind, [](const Bytes& request) {
                return Arrivals{{milliseconds{0}, request}, {kSoon, good_rtu(request)}};
            });

            const auto first_poll = poll();
            const auto questions = channel->requests.size();
            const auto second_poll = poll();

            const std::vector<std::uint64_t> expected{100U + first, 101U + first};
            EXPECT_EQ(values(first_poll), expected) << first_poll.trouble;
            EXPECT_EQ(values(second_poll), expected);
            EXPECT_EQ(second_poll.trouble, "");
            EXPECT_EQ(channel->requests.size(), questions + 1) << "the echo must be known by now";
        }
    }
}

TEST_F(ModbusExchange, ALineThatStopsEchoingIsUnderstoodAgain) {
    bool echoes = true;
    build(LineKind::serial, [&](const Bytes& request) {
        auto answers = Arrivals{{kSoon, good_rtu(request)}};
        if (echoes) answers.insert(answers.begin(), Arrival{milliseconds{0}, request});
        return answers;
    });
    ASSERT_EQ(values(poll()), kImage);

    echoes = false;

    EXPECT_EQ(values(poll()), kImage);
    EXPECT_EQ(values(poll()), kImage);
}

TEST_F(ModbusExchange, TheRecordShowsTheBytesOnTheWire) {
    build(LineKind::serial, [](const Bytes& request) { return Arrivals{{kSoon, good_rtu(request)}}; });

    const auto result = meter->poll(*channel, stop, Effort::usual, true);

    ASSERT_EQ(result.wire.size(), 1U);
    EXPECT_EQ(result.wire[0].request, channel->requests[0]);
    EXPECT_EQ(result.wire[0].answer, good_rtu(channel->requests[0]));
    EXPECT_EQ(result.wire[0].error, "");
    EXPECT_EQ(result.wire[0].took, kSoon + milliseconds{8});
}

TEST_F(ModbusExchange, TheRecordOfABadFrameShowsWhatCame) {
    auto bad = raw::rtu(raw::registers_body(7, 3, {1, 2, 3}));
    bad.back() ^= 0xFF;
    build(LineKind::serial, [&](const Bytes&) { return Arrivals{{kSoon, bad}}; });

    const auto result = meter->poll(*channel, stop, Effort::usual, true);

    ASSERT_FALSE(result.wire.empty());
    EXPECT_EQ(result.wire[0].answer, bad);
    EXPECT_EQ(result.wire[0].error, "wrong checksum");
}

}  // namespace
}  // namespace mg
