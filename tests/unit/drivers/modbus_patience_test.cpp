#include <gtest/gtest.h>

#include "tests/unit/drivers/modbus_fixture.h"

namespace mg {
namespace {

using Arrivals = std::vector<Arrival>;
using enum Quality;

constexpr milliseconds kSoon{20};
constexpr milliseconds kConfigured{800};

/// A meter that may take 800 ms and is known to take 20.
class ModbusPatience : public ModbusScripted {
protected:
    void build_known(int retries = 1) {
        model.points = {u16_point("a", 0), u16_point("b", 50)};
        build(LineKind::serial, [this](const Bytes& request) { return far_end(request); });
        line.response_timeout = kConfigured;
        line.retries = retries;
        build_meter();
        for (int i = 0; i < 10; ++i) poll();
        channel->requests.clear();
    }
    PollResult poll_with(Effort effort) {
        EXPECT_TRUE(channel->open(stop));
        const auto began = clock.steady();
        auto result = meter->poll(*channel, stop, effort, false);
        took = std::chrono::ceil<milliseconds>(clock.steady() - began);
        return result;
    }

    std::function<Arrivals(const Bytes&)> far_end = [](const Bytes& request) {
        return Arrivals{{kSoon, good_rtu(request)}};
    };
    milliseconds took{0};
    /// Frames on the scripted wire, and the silence after a time-out.
    static constexpr milliseconds kWire{20};
    static constexpr milliseconds kDrain{1000};
};

TEST_F(ModbusPatience, AQuickMeterThatFallsSilentIsWaitedForLessButOnceAsLongAsConfigured) {
    build_known();
    far_end = [](const Bytes&) { return Arrivals{}; };

    EXPECT_EQ(qualities(poll_with(Effort::usual)), (std::vector{no_reply, no_reply}));

    EXPECT_EQ(channel->requests.size(), 2U);
    EXPECT_LE(took, LatencyWatch::kFloor + kConfigured + 2 * (kDrain + kWire));
    EXPECT_GE(took, LatencyWatch::kFloor + kConfigured + 2 * kDrain);
}

TEST_F(ModbusPatience, WithoutARetryTheConfiguredTimeHolds) {
    build_known(0);
    far_end = [](const Bytes&) { return Arrivals{}; };

    poll_with(Effort::usual);

    EXPECT_GE(took, kConfigured + kDrain);
}

TEST_F(ModbusPatience, AnAnswerThatIsLaterThanUsualIsReadAtTheSecondTryAndNeverTakenForAnother) {
    // given: one answer takes 500 ms, well within what is configured
    build_known();
    bool slow = true;
    far_end = [&](const Bytes& request) {
        return Arrivals{{std::exchange(slow, false) ? milliseconds{500} : kSoon, good_rtu(request)}};
    };

    const auto result = poll_with(Effort::usual);

    EXPECT_EQ(qualities(result), (std::vector{good, good}));
    EXPECT_EQ(values(result), (std::vector<std::uint64_t>{100, 150}));
    EXPECT_EQ(channel->requests.size(), 3U);
    EXPECT_NE(channel->requests[0], channel->requests[1]) << "another question, so that a late answer shows";
}

TEST_F(ModbusPatience, AMeterThatBecameSlowerIsLearntAnew) {
    build_known();
    far_end = [](const Bytes& request) { return Arrivals{{milliseconds{500}, good_rtu(request)}}; };
    poll_with(Effort::usual);
    channel->requests.clear();

    EXPECT_EQ(qualities(poll_with(Effort::usual)), (std::vector{good, good}));
    EXPECT_EQ(channel->requests.size(), 2U);
}

TEST_F(ModbusPatience, AProbeAsksOnceAndWaitsAsLongAsTheMeterIsKnownToNeed) {
    build_known();
    far_end = [](const Bytes&) { return Arrivals{}; };

    EXPECT_EQ(qualities(poll_with(Effort::quick)), (std::vector{no_reply, no_reply}));

    EXPECT_EQ(channel->requests.size(), 1U);
    EXPECT_LE(took, LatencyWatch::kProbeFloor + kDrain + kWire);
}

TEST_F(ModbusPatience, AMeterThatNeverAnsweredIsProbedWithAllThatIsConfigured) {
    far_end = [](const Bytes&) { return Arrivals{}; };
    build_known();

    poll_with(Effort::quick);

    EXPECT_EQ(channel->requests.size(), 1U);
    EXPECT_GE(took, kConfigured + kDrain);
}

TEST_F(ModbusPatience, OneTryHasAllThatIsConfigured) {
    build_known();
    far_end = [](const Bytes&) { return Arrivals{}; };

    poll_with(Effort::one_try);

    EXPECT_EQ(channel->requests.size(), 1U);
    EXPECT_GE(took, kConfigured + kDrain);
}

TEST_F(ModbusPatience, AProbeThatIsAnsweredReadsEverything) {
    build_known();
    EXPECT_EQ(qualities(poll_with(Effort::quick)), (std::vector{good, good}));
}

TEST_F(ModbusPatience, AnAnswerWithinTheConfiguredTimeIsRecognisedThoughTheModelAllowsMoreThanTheLine) {
    // given: the model may take 5 s, and after a time-out the line is silent for 800 ms only
    build_known();
    model.response_timeout = milliseconds{5000};
    build_meter();
    for (int i = 0; i < 10; ++i) poll();
    far_end = [](const Bytes&) { return Arrivals{}; };

    poll_with(Effort::quick);

    EXPECT_GE(took, milliseconds{5000 - 800} + kDrain);
}

TEST_F(ModbusPatience, TheFiguresTellWhatCameBack) {
    build_known(0);
    const auto before = meter->figures();
    EXPECT_EQ(before.asked, 20U);
    EXPECT_EQ(before.answered, 20U);
    ASSERT_TRUE(before.latency);
    EXPECT_EQ(before.latency->p50, kSoon);
    EXPECT_EQ(before.latency->most, kSoon);

    far_end = [](const Bytes&) { return Arrivals{}; };
    poll_with(Effort::one_try);
    far_end = [](const Bytes& request) {
        auto broken = good_rtu(request);
        broken.back() ^= 1U;
        return Arrivals{{kSoon, broken}};
    };
    poll_with(Effort::one_try);
    far_end = [](const Bytes& request) { return Arrivals{{kSoon, exception_rtu(request, 6)}}; };
    poll_with(Effort::usual);
    far_end = [](const Bytes& request) {
        auto other = request;
        other[0] = 9;
        return Arrivals{{kSoon, good_rtu(other)}, {2 * kSoon, good_rtu(request)}};
    };
    poll_with(Effort::usual);

    const auto after = meter->figures();
    EXPECT_EQ(after.timeouts, 1U);
    EXPECT_EQ(after.corrupt, 1U);
    EXPECT_EQ(after.exceptions, 2U);
    EXPECT_EQ(after.foreign, 2U);
    EXPECT_EQ(after.answered, 22U);
    EXPECT_EQ(after.asked, 26U);
    EXPECT_EQ(after.latency->most, 2 * kSoon);
}

}  // namespace
}  // namespace mg
