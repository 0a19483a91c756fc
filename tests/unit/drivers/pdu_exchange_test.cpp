#include "drivers/modbus/pdu_exchange.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "tests/unit/drivers/modbus_fixture.h"

namespace mg {
namespace {

using Arrivals = std::vector<Arrival>;

constexpr milliseconds kSoon{20};

const Bytes kIdentification =
    raw::hex("2b 0e 01 01 00 00 02 00 03 41 42 43 01 02 44 45");  // two objects: ABC, DE

Bytes with_unit(std::uint8_t unit, Bytes pdu) {
    pdu.insert(pdu.begin(), unit);
    return pdu;
}

/// A line with a scripted far end, and questions to unit 7 on it.
struct PduLine : ::testing::Test {
    PduAnswer ask(LineKind kind, ScriptedChannel::FarEnd far_end, const Bytes& pdu) {
        if (!channel) channel = std::make_unique<ScriptedChannel>(clock, kind, std::move(far_end));
        EXPECT_TRUE(channel->open(stop));
        PduExchange exchange{kind == LineKind::modbus_tcp ? Framing::mbap : Framing::rtu, clock};
        return exchange.ask(*channel, 7, pdu, {milliseconds{300}, milliseconds{0}}, stop, &record);
    }

    FakeClock clock{UtcTime{std::chrono::hours{480'000}}};
    std::stop_source stopper;
    StopEvent stop{stopper.get_token()};
    std::unique_ptr<ScriptedChannel> channel;
    WireRecord record;
};

const Bytes kReadTwo = raw::hex("03 00 10 00 02");

TEST_F(PduLine, RegistersAreReadInBothFramings) {
    const auto serial = ask(
        LineKind::serial, [](const Bytes& request) { return Arrivals{{kSoon, good_rtu(request)}}; },
        kReadTwo);
    channel.reset();
    const auto tcp = ask(
        LineKind::modbus_tcp, [](const Bytes& request) { return Arrivals{{kSoon, good_tcp(request)}}; },
        kReadTwo);

    ASSERT_TRUE(serial);
    EXPECT_EQ(*serial, raw::hex("03 04 00 74 00 75"));
    ASSERT_TRUE(tcp);
    EXPECT_EQ(*tcp, *serial);
}

TEST_F(PduLine, AnIdentificationThatComesInPiecesIsRead) {
    const auto answer = ask(
        LineKind::serial,
        [](const Bytes&) {
            const Bytes frame = raw::rtu(with_unit(7, kIdentification));
            return Arrivals{{kSoon, {frame.begin(), frame.begin() + 9}},
                            {kSoon * 5, {frame.begin() + 9, frame.end()}}};
        },
        raw::hex("2b 0e 01 00"));

    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(*answer, kIdentification);
}

TEST_F(PduLine, AFunctionOfUnknownLengthEndsWithSilence) {
    const auto answer = ask(
        LineKind::serial,
        [](const Bytes&) { return Arrivals{{kSoon, raw::rtu(raw::hex("07 11 03 aa bb ff"))}}; },
        raw::hex("11"));

    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(*answer, raw::hex("11 03 aa bb ff"));
}

TEST_F(PduLine, AnExceptionIsSaidInItsOwnCode) {
    const auto answer = ask(
        LineKind::serial, [](const Bytes& request) { return Arrivals{{kSoon, exception_rtu(request, 2)}}; },
        kReadTwo);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().exception, 2);
    EXPECT_TRUE(channel->is_open());
}

TEST_F(PduLine, AWrongChecksumIsNeverAnAnswer) {
    const auto answer = ask(
        LineKind::serial,
        [](const Bytes& request) {
            Bytes frame = good_rtu(request);
            frame[4] ^= 1U;
            return Arrivals{{kSoon, frame}};
        },
        kReadTwo);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().quality, Quality::corrupt_reply);
    EXPECT_FALSE(record.answer.empty()) << "what came is shown";
}

TEST_F(PduLine, AnEchoIsNotTheAnswer) {
    const auto answer = ask(
        LineKind::serial,
        [](const Bytes& request) {
            return Arrivals{{milliseconds{0}, {request.begin(), request.begin() + 3}},
                            {milliseconds{5}, {request.begin() + 3, request.end()}},
                            {kSoon, good_rtu(request)}};
        },
        kReadTwo);

    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(*answer, raw::hex("03 04 00 74 00 75"));
}

TEST_F(PduLine, ForeignUnitsAndTransactionsAreWaitedPast) {
    const auto serial = ask(
        LineKind::serial,
        [](const Bytes& request) {
            return Arrivals{{kSoon, raw::rtu(raw::registers_body(9, 3, {9, 9}))},
                            {kSoon * 2, good_rtu(request)}};
        },
        kReadTwo);
    channel.reset();
    const auto tcp = ask(
        LineKind::modbus_tcp,
        [](const Bytes& request) {
            return Arrivals{{kSoon, raw::mbap(99, raw::registers_body(7, 3, {9, 9}))},
                            {kSoon * 2, good_tcp(request)}};
        },
        kReadTwo);

    ASSERT_TRUE(serial) << serial.error().what;
    EXPECT_EQ(*serial, raw::hex("03 04 00 74 00 75"));
    ASSERT_TRUE(tcp) << tcp.error().what;
    EXPECT_EQ(*tcp, *serial);
}

TEST_F(PduLine, StaleReplyIsNeverReported) {
    const auto far_end = [question = 0](const Bytes&) mutable {
        const auto value = static_cast<std::uint16_t>(1000 + question);
        return Arrivals{{question++ == 0 ? milliseconds{450} : milliseconds{250},
                         raw::rtu(raw::registers_body(7, 3, {value, value}))}};
    };

    const auto first = ask(LineKind::serial, far_end, kReadTwo);
    const auto second = ask(LineKind::serial, {}, kReadTwo);

    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().quality, Quality::no_reply);
    ASSERT_TRUE(second) << second.error().what;
    EXPECT_EQ(*second, raw::hex("03 04 03 e9 03 e9"));
}

TEST_F(PduLine, ALineThatNeverEndsItsFrameIsLeftInBoundedTime) {
    const auto began = clock.steady();
    const auto answer = ask(
        LineKind::serial,
        [](const Bytes&) {
            Arrivals endless;
            for (int i = 0; i < 600; ++i) endless.push_back({milliseconds{100 * i}, {0x07}});
            return endless;
        },
        raw::hex("11"));

    EXPECT_FALSE(answer);
    EXPECT_LT(clock.steady() - began, std::chrono::seconds{5});
}

// Whatever a line says: bounded time, and an answer only where a sound frame of this unit and function stands
// in what came.
TEST_F(PduLine, AnyBytesInAnyPiecesEndInBoundedTimeAndAreNeverBelieved) {
    std::mt19937 random{20261123};
    const auto number = [&](unsigned most) { return static_cast<unsigned>(random() % (most + 1)); };
    for (int round = 0; round < 3000; ++round) {
        const auto kind = round % 2 == 0 ? LineKind::serial : LineKind::modbus_tcp;
        channel.reset();
        const auto began = clock.steady();
        const auto answer = ask(
            kind,
            [&](const Bytes& request) {
                // Beginnings of the right frame with wrong bytes in it, echoes, and noise.
                Bytes bytes = kind == LineKind::serial ? good_rtu(request) : good_tcp(request);
                bytes[number(static_cast<unsigned>(bytes.size()) - 1)] ^=
                    static_cast<std::uint8_t>(1 + number(254));
                if (number(3) == 0) bytes.insert(bytes.begin(), request.begin(), request.end());
                if (number(3) == 0) bytes.resize(number(static_cast<unsigned>(bytes.size())));
                for (auto more = number(40); more > 30; --more)
                    bytes.push_back(static_cast<std::uint8_t>(number(255)));
                Arrivals pieces;
                for (std::size_t at = 0; at < bytes.size();) {
                    const auto end = std::min(bytes.size(), at + 1 + number(15));
                    pieces.push_back({milliseconds{number(400)},
                                      {bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                       bytes.begin() + static_cast<std::ptrdiff_t>(end)}});
                    at = end;
                }
                return pieces;
            },
            kReadTwo);
        ASSERT_LT(clock.steady() - began, std::chrono::seconds{4}) << round;
        // Over TCP nothing guards the registers themselves: what a frame must be is all there is to hold.
        ASSERT_FALSE(kind == LineKind::serial && answer) << round;
        ASSERT_EQ(answer ? answer->front() : 3, 3) << round;
    }
}

}  // namespace
}  // namespace mg
