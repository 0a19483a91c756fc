#include "drivers/wire_tap.h"

#include <gtest/gtest.h>

#include "tests/unit/drivers/modbus_fixture.h"

namespace mg {
namespace {

using Arrivals = std::vector<Arrival>;
using Fates = std::vector<WireFate>;
constexpr milliseconds kSoon{20};

/// A meter on a scripted line whose tap is watched.
struct WatchedLine : ModbusScripted {
    void watch() {
        channel->tap().watch([this](const WireEvent& event) {
            seen.push_back(event);
            return true;
        });
    }
    Fates fates() const {
        Fates all;
        for (const auto& event : seen) all.push_back(event.fate);
        return all;
    }
    std::vector<WireEvent> seen;
};

TEST_F(WatchedLine, EveryFrameIsShownWithItsTimeAndBytes) {
    build(LineKind::serial, [](const Bytes& request) { return Arrivals{{kSoon, good_rtu(request)}}; });
    watch();
    const auto began = clock.utc();

    poll();

    ASSERT_EQ(fates(), (Fates{WireFate::request, WireFate::answer}));
    EXPECT_EQ(seen[0].bytes, channel->requests.front());
    EXPECT_EQ(seen[0].at, began);
    EXPECT_EQ(seen[1].bytes, good_rtu(channel->requests.front()));
    EXPECT_GE(seen[1].at - seen[0].at, kSoon);
}

TEST_F(WatchedLine, SilenceAndTheLateAnswerAreShownAsSuch) {
    int question = 0;
    build(LineKind::serial, [&](const Bytes& request) {
        return Arrivals{{question++ == 0 ? milliseconds{900} : kSoon, good_rtu(request)}};
    });
    watch();

    poll();

    EXPECT_EQ(fates(), (Fates{WireFate::request, WireFate::silence, WireFate::surplus, WireFate::request,
                              WireFate::answer}));
}

TEST_F(WatchedLine, AForeignFrameAndABrokenOneAreShownAsSuch) {
    int question = 0;
    build(LineKind::serial, [&](const Bytes& request) {
        if (question++ > 0) return Arrivals{{kSoon, good_rtu(request)}};
        Bytes broken = good_rtu(request);
        broken[4] ^= 1U;
        return Arrivals{{kSoon, raw::rtu(raw::registers_body(9, 3, {9, 9, 9}))}, {kSoon * 3, broken}};
    });
    watch();

    poll();

    EXPECT_EQ(fates(), (Fates{WireFate::request, WireFate::foreign, WireFate::wrong, WireFate::request,
                              WireFate::answer}));
}

TEST_F(WatchedLine, AnEchoIsShownAsOne) {
    build(LineKind::serial, [](const Bytes& request) {
        return Arrivals{{milliseconds{0}, request}, {kSoon, good_rtu(request)}};
    });
    watch();

    poll();
    seen.clear();
    poll();

    EXPECT_EQ(fates(), (Fates{WireFate::request, WireFate::echo, WireFate::answer}));
}

TEST_F(WatchedLine, AWatcherThatWantsNoMoreIsNotCalledAgainAndCostsNothing) {
    build(LineKind::serial, [](const Bytes& request) { return Arrivals{{kSoon, good_rtu(request)}}; });
    int calls = 0;
    channel->tap().watch([&](const WireEvent&) {
        ++calls;
        return false;
    });
    EXPECT_TRUE(channel->tap().watched());

    poll();

    EXPECT_EQ(calls, 1);
    EXPECT_FALSE(channel->tap().watched());
}

}  // namespace
}  // namespace mg
