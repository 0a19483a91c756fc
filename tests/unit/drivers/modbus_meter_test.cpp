#include <array>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/drivers/modbus_fixture.h"

namespace mg {
namespace {

using Arrivals = std::vector<Arrival>;
using ModbusMeter = ModbusScripted;
using enum Quality;

constexpr milliseconds kSoon{20};

/// A meter that refuses any request that touches one of `holes` with `code`.
auto with_holes(std::set<int> holes, std::uint8_t code) {
    return [=](const Bytes& request) {
        const auto asked = raw::rtu_request(request);
        const auto first = holes.lower_bound(asked.first);
        const bool hit = first != holes.end() && *first < asked.first + asked.count;
        return Arrivals{{kSoon, hit ? exception_rtu(request, code) : good_rtu(request)}};
    };
}

TEST_F(ModbusMeter, OneBadRegisterNeverHidesTheOthers) {
    build(LineKind::serial, with_holes({1}, 2));

    const auto result = poll();

    EXPECT_EQ(qualities(result), (std::vector{good, unsupported, good}));
    EXPECT_EQ(result.readings[0][2].bits, 102U);
    EXPECT_TRUE(result.answered);
}

TEST_F(ModbusMeter, WhatTheMeterDoesNotHaveIsNotAskedAgain) {
    build(LineKind::serial, with_holes({1}, 2));
    poll();
    channel->requests.clear();

    const auto again = poll();

    EXPECT_EQ(qualities(again), (std::vector{good, unsupported, good}));
    EXPECT_EQ(again.trouble, "");
    EXPECT_EQ(channel->requests.size(), 2U);
}

TEST_F(ModbusMeter, WhatWasMissingIsAskedForAgainWhenTheChannelWasReopened) {
    std::set<int> holes{1};
    build(LineKind::serial, [&](const Bytes& request) { return with_holes(holes, 2)(request); });
    poll();

    holes.clear();
    clock.advance(std::chrono::minutes{11});
    EXPECT_EQ(qualities(poll())[1], unsupported);
    channel->close();

    EXPECT_EQ(qualities(poll()), (std::vector{good, good, good}));
}

TEST_F(ModbusMeter, WhatWasMissingIsAskedForAgainAfterADay) {
    std::set<int> holes{1};
    build(LineKind::serial, [&](const Bytes& request) { return with_holes(holes, 2)(request); });
    poll();

    holes.clear();
    clock.advance(std::chrono::hours{24});

    EXPECT_EQ(qualities(poll()), (std::vector{good, good, good}));
}

TEST_F(ModbusMeter, ARegisterThatWasReadWellIsNotGivenUpAfterOneRefusal) {
    std::set<int> holes;
    build(LineKind::serial, [&](const Bytes& request) { return with_holes(holes, 2)(request); });
    poll();

    holes = {0, 1, 2};
    const auto during = poll();
    holes.clear();
    const auto after = poll();

    EXPECT_EQ(qualities(during), (std::vector{refused, refused, refused}));
    EXPECT_EQ(qualities(after), (std::vector{good, good, good}));
}

TEST_F(ModbusMeter, RefusalsNowAndThenNeverAddUp) {
    std::set<int> holes;
    build(LineKind::serial, [&](const Bytes& request) { return with_holes(holes, 2)(request); });
    poll();

    for (int day = 0; day < 3; ++day) {
        holes = {0, 1, 2};
        poll();
        poll();
        holes.clear();
        EXPECT_EQ(qualities(poll()), (std::vector{good, good, good})) << day;
    }
}

TEST_F(ModbusMeter, ARegisterThatIsThereAgainIsReadWithTheOthersAndMissingLikeThem) {
    std::set<int> holes{1};
    bool silent = false;
    build(LineKind::serial,
          [&](const Bytes& request) { return silent ? Arrivals{} : with_holes(holes, 2)(request); });
    poll();
    holes.clear();
    clock.advance(std::chrono::hours{24});
    poll();
    clock.advance(std::chrono::hours{24});
    channel->requests.clear();

    EXPECT_EQ(qualities(poll()), (std::vector{good, good, good}));
    EXPECT_EQ(channel->requests.size(), 1U);
    silent = true;
    EXPECT_EQ(qualities(poll()), (std::vector{no_reply, no_reply, no_reply}));
}

TEST_F(ModbusMeter, AHoleBetweenTwoPointsIsReadAround) {
    model.points = {u16_point("a", 0), u16_point("b", 5)};
    model.max_gap = 10;
    build(LineKind::serial, with_holes({3}, 2));

    const auto first = poll();
    channel->requests.clear();
    const auto second = poll();

    EXPECT_EQ(qualities(first), (std::vector{good, good}));
    EXPECT_EQ(qualities(second), (std::vector{good, good}));
    EXPECT_EQ(channel->requests.size(), 2U);
}

TEST_F(ModbusMeter, ARefusedBlockIsSplitAtItsHolesBeforeAnythingIsHalved) {
    model.points = {u16_point("a", 0), u16_point("b", 1), u16_point("c", 5), u16_point("d", 6)};
    model.max_gap = 10;
    build(LineKind::serial, with_holes({3}, 2));

    EXPECT_EQ(qualities(poll()), (std::vector{good, good, good, good}));

    EXPECT_EQ(channel->requests.size(), 3U);
}

TEST_F(ModbusMeter, AHoleThatTakesLongerThanARequestIsNotRead) {
    // given: 300 baud, where a register takes 67 ms and another request half a second
    model.points = {u16_point("a", 0), u16_point("near", 5), u16_point("far", 100)};
    model.max_gap = 120;
    model.max_registers = 125;
    metering_point.settings = SerialSettings{300, Parity::none, 8, 1};
    build(LineKind::serial, [](const Bytes& request) { return Arrivals{{kSoon, good_rtu(request)}}; });

    EXPECT_EQ(qualities(poll()), (std::vector{good, good, good}));

    EXPECT_EQ(channel->requests.size(), 2U);
}

TEST_F(ModbusMeter, AnUnknownFunctionIsAskedOnce) {
    build(LineKind::serial, with_holes({0, 1, 2}, 1));

    const auto result = poll();

    EXPECT_EQ(qualities(result), (std::vector{unsupported, unsupported, unsupported}));
    EXPECT_EQ(channel->requests.size(), 1U);
}

TEST_F(ModbusMeter, ABusyMeterIsAskedAgainAndNeverGivenUp) {
    for (const auto code : std::array<std::uint8_t, 4>{4, 5, 6, 8}) {
        SCOPED_TRACE(code);
        bool busy = true;
        build(LineKind::serial, [&](const Bytes& request) {
            return Arrivals{{kSoon, busy ? exception_rtu(request, code) : good_rtu(request)}};
        });

        const auto during = poll();
        EXPECT_EQ(channel->requests.size(), 2U);
        busy = false;
        const auto after = poll();

        EXPECT_EQ(qualities(during), (std::vector{refused, refused, refused}));
        EXPECT_TRUE(during.answered);
        EXPECT_EQ(qualities(after), (std::vector{good, good, good}));
    }
}

TEST_F(ModbusMeter, ASilentMeterBehindAGatewayLeavesTheConnectionAlone) {
    build(LineKind::modbus_tcp,
          [](const Bytes& request) { return Arrivals{{kSoon, exception_tcp(request, 0x0B)}}; });

    const auto result = poll();

    EXPECT_EQ(qualities(result), (std::vector{no_reply, no_reply, no_reply}));
    EXPECT_FALSE(result.answered);
    EXPECT_EQ(channel->counters().opened.value(), 1U);
}

TEST_F(ModbusMeter, AGatewayWithoutAPathIsAskedOnce) {
    build(LineKind::modbus_tcp,
          [](const Bytes& request) { return Arrivals{{kSoon, exception_tcp(request, 0x0A)}}; });

    const auto result = poll();

    EXPECT_EQ(qualities(result), (std::vector{refused, refused, refused}));
    EXPECT_FALSE(result.answered);
    EXPECT_EQ(channel->requests.size(), 1U);
}

TEST_F(ModbusMeter, ASilentMeterCostsItsRetriesAndNoMore) {
    model.points = {u16_point("a", 0), u16_point("b", 50), u16_point("c", 90)};
    build(LineKind::serial, [](const Bytes&) { return Arrivals{}; });
    const auto began = clock.steady();

    const auto result = poll();

    EXPECT_EQ(qualities(result), (std::vector{no_reply, no_reply, no_reply}));
    EXPECT_NE(result.trouble.find("no reply in 300 ms"), std::string::npos) << result.trouble;
    ASSERT_EQ(channel->requests.size(), 2U);
    EXPECT_NE(channel->requests[0], channel->requests[1]) << "another question, so that a late answer shows";
    EXPECT_LE(clock.steady() - began, milliseconds{2 * (300 + 1000 + 30)});
}

TEST_F(ModbusMeter, OneSilentBlockLeavesTheOthersGood) {
    model.points = {u16_point("a", 0), u16_point("b", 50), u16_point("c", 90)};
    build(LineKind::serial, [](const Bytes& request) {
        return raw::rtu_request(request).first == 50 ? Arrivals{} : Arrivals{{kSoon, good_rtu(request)}};
    });

    EXPECT_EQ(qualities(poll()), (std::vector{good, no_reply, good}));
}

TEST_F(ModbusMeter, AConnectionThatWasClosedBetweenPollsIsReopenedUnnoticed) {
    build(LineKind::modbus_tcp, [](const Bytes& request) { return Arrivals{{kSoon, good_tcp(request)}}; });
    poll();

    channel->hang_up();
    const auto result = poll();

    EXPECT_EQ(qualities(result), (std::vector{good, good, good}));
    EXPECT_EQ(result.trouble, "");
}

TEST_F(ModbusMeter, ALineThatCannotBeReopenedIsDown) {
    build(LineKind::modbus_tcp, [](const Bytes& request) { return Arrivals{{kSoon, good_tcp(request)}}; });

    channel->hang_up();
    channel->refuse_to_open(1);
    const auto result = meter->poll(*channel, stop, Effort::usual, false);

    EXPECT_EQ(qualities(result), (std::vector{line_down, line_down, line_down}));
    EXPECT_FALSE(result.trouble.empty());
}

TEST_F(ModbusMeter, AStoppedPollAsksNothingMore) {
    build(LineKind::serial, [](const Bytes& request) { return Arrivals{{kSoon, good_rtu(request)}}; });

    stopper.request_stop();
    const auto result = meter->poll(*channel, stop, Effort::usual, false);

    EXPECT_EQ(qualities(result), (std::vector{not_asked, not_asked, not_asked}));
    EXPECT_TRUE(channel->requests.empty());
}

TEST_F(ModbusMeter, TheMetersOwnSettingsAndGapAreUsed) {
    build(LineKind::serial, [](const Bytes& request) { return Arrivals{{kSoon, good_rtu(request)}}; });
    metering_point.settings = SerialSettings{2400, Parity::even, 8, 1};
    model.request_gap = milliseconds{100};
    build_meter();

    poll();

    EXPECT_EQ(channel->used, (SerialSettings{2400, Parity::even, 8, 1}));
    EXPECT_EQ(channel->gaps, (std::vector{milliseconds{100}}));
}

TEST_F(ModbusMeter, CircuitsBehindOneAddressAreOnePoll) {
    model.circuits = 2;
    model.points = {u16_point("voltage", 0), u16_point("energy", 1), u16_point("energy", 2)};
    model.points[1].circuit = 1;
    model.points[2].circuit = 2;
    build(LineKind::serial, [](const Bytes& request) { return Arrivals{{kSoon, good_rtu(request)}}; });
    MeterOptions first = metering_point;
    MeterOptions second = metering_point;
    first.circuit = 1;
    second.id.text = "m2";
    second.circuit = 2;
    auto made = driver_for(Protocol::modbus)->make_meter({&line, &model, {&first, &second}}, clock);
    ASSERT_TRUE(made) << made.error().what;
    meter = std::move(*made);

    const auto result = poll();

    EXPECT_EQ(channel->requests.size(), 1U);
    ASSERT_EQ(result.readings.size(), 2U);
    EXPECT_EQ(result.readings[0][0].bits, 100U);
    EXPECT_EQ(result.readings[0][1].bits, 101U);
    EXPECT_EQ(result.readings[1][1].bits, 102U);
    EXPECT_EQ(meter->layouts()[1]->meter.text, "m2");
    EXPECT_EQ(meter->layouts()[1]->points[1].id.text, "energy");
}

}  // namespace
}  // namespace mg
