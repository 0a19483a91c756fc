#include "gateway/polling/clock_watch.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

const UtcTime kBuild = sys_days{year{2026} / 11 / 1};
const UtcTime kNow = sys_days{year{2026} / 11 / 22};

TEST(ClockTrust, NothingIsDatedBeforeTheBuild) {
    EXPECT_EQ(
        judge_clock(
            {.now = UtcTime{}, .build = kBuild, .last_taken_at = {}, .synchronised = true, .has_rtc = true}),
        ClockTrust::untrusted);
}

TEST(ClockTrust, AClosedNetworkWithoutNtpIsNoReasonToStop) {
    EXPECT_EQ(judge_clock({.now = kNow, .build = kBuild, .last_taken_at = kNow - 1h, .has_rtc = true}),
              ClockTrust::later_than_all);
    EXPECT_EQ(judge_clock({.now = kNow, .build = kBuild, .last_taken_at = kNow - 1h, .has_rtc = false}),
              ClockTrust::later_than_all_no_rtc);
}

TEST(ClockTrust, AClockBehindTheLastStoredSampleIsNotBelieved) {
    EXPECT_EQ(judge_clock({.now = kNow, .build = kBuild, .last_taken_at = kNow + 1h, .has_rtc = true}),
              ClockTrust::untrusted);
    EXPECT_EQ(judge_clock({.now = kNow, .build = kBuild, .last_taken_at = kNow + 1h, .synchronised = true}),
              ClockTrust::synchronised);
}

TEST(ClockWatch, AStepBackBeginsANewEpoch) {
    FakeClock clock{kNow};
    ClockWatch watch{clock, kBuild, {}, 4, true};
    clock.advance(10s);
    EXPECT_EQ(watch.observe().epoch, 4U);
    clock.step_wall(-1h);
    EXPECT_EQ(watch.observe().epoch, 5U);
    clock.advance(10s);
    EXPECT_EQ(watch.observe().epoch, 5U);
}

TEST(ClockWatch, AStepForwardIsCountedAndKeepsTheEpoch) {
    FakeClock clock{kNow};
    ClockWatch watch{clock, kBuild, {}, 0, true};
    clock.step_wall(1h);
    const auto state = watch.observe();
    EXPECT_EQ(state.epoch, 0U);
    EXPECT_EQ(state.forward_steps, 1U);
}

TEST(ClockWatch, SlewingIsNoStep) {
    FakeClock clock{kNow};
    ClockWatch watch{clock, kBuild, {}, 0, true};
    for (int i = 0; i < 1000; ++i) {
        clock.advance(1s);
        clock.step_wall(i % 2 == 0 ? -1ms : -2ms);
        watch.observe();
    }
    EXPECT_EQ(watch.state().epoch, 0U);
}

TEST(ClockWatch, ABoxThatBootsIn1970WaitsForTheRightTime) {
    FakeClock clock{UtcTime{} + 1min};
    clock.set_synchronised(false);
    ClockWatch watch{clock, kBuild, kNow, 0, false};
    EXPECT_EQ(watch.observe().trust, ClockTrust::untrusted);
    clock.step_wall((kNow + 2h) - clock.utc());
    const auto state = watch.observe();
    EXPECT_EQ(state.trust, ClockTrust::later_than_all_no_rtc);
}

}  // namespace
}  // namespace mg
