#include "gateway/polling/clock_watch.h"

#include <optional>
#include <utility>

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

TEST(ClockTrust, WhoVouchedIsTheReasonUnlessNtpDoes) {
    const TrustEvidence person{.now = kNow, .build = kBuild, .vouch = ClockVouch::By::person};
    EXPECT_EQ(judge_clock(person), ClockTrust::confirmed);
    auto ntp_too = person;
    ntp_too.synchronised = true;
    EXPECT_EQ(judge_clock(ntp_too), ClockTrust::synchronised);
}

TEST(ClockTrust, APersonsWordGoesBeforeWhatWasStoredAhead) {
    EXPECT_EQ(judge_clock({.now = kNow,
                           .build = kBuild,
                           .last_taken_at = kNow + 24h * 365,
                           .vouch = ClockVouch::By::person}),
              ClockTrust::confirmed);
}

TEST(ClockTrust, NobodysWordGoesBeforeTheBuild) {
    EXPECT_EQ(judge_clock({.now = kBuild - 1h, .build = kBuild, .vouch = ClockVouch::By::person}),
              ClockTrust::untrusted);
}

/// A box without NTP, in its boot "b2".
struct ClosedNetwork {
    explicit ClosedNetwork(bool has_rtc = true, std::optional<ClockVouch> vouch = {},
                           UtcTime last_taken_at = kNow - 1h) {
        clock.set_synchronised(false);
        watch.emplace(clock, kBuild, last_taken_at, 0, has_rtc,
                      ClockPast{.vouch = std::move(vouch), .last_boot = "b1", .boot = "b2"});
    }
    ClockTrust after(std::chrono::milliseconds time) {
        clock.advance(time);
        return watch->observe().trust;
    }

    FakeClock clock{kNow};
    std::optional<ClockWatch> watch;
};

TEST(ClockWatch, WhatNtpSaidLastHoldsUntilTheClockCouldBeHalfAMinuteOff) {
    ClosedNetwork box;
    box.clock.set_synchronised(true);
    EXPECT_EQ(box.after(1min), ClockTrust::synchronised);
    box.clock.set_synchronised(false);
    // 100 parts in a million make 30 s in 300,000 s.
    EXPECT_EQ(box.after(299'000s), ClockTrust::synchronised_earlier);
    EXPECT_EQ(box.watch->standing().bound, 29'900ms);
    EXPECT_EQ(box.after(2'000s), ClockTrust::later_than_all);
}

TEST(ClockWatch, WhatNtpSaidBeforeAPowerCutHoldsWithABatteryClockOnly) {
    const ClockVouch yesterday{.by = ClockVouch::By::ntp, .at = kNow - 24h, .boot = "b1"};
    EXPECT_EQ(ClosedNetwork(true, yesterday).watch->state().trust, ClockTrust::synchronised_earlier);
    EXPECT_EQ(ClosedNetwork(false, yesterday).after(3min), ClockTrust::later_than_all_no_rtc);
    const ClockVouch last_week{.by = ClockVouch::By::ntp, .at = kNow - 24h * 7, .boot = "b1"};
    EXPECT_EQ(ClosedNetwork(true, last_week).watch->state().trust, ClockTrust::later_than_all);
}

TEST(ClockWatch, APersonComparesTheClockWithOneThatIsRight) {
    ClosedNetwork box;
    ASSERT_EQ(box.after(1s), ClockTrust::later_than_all);

    const auto vouch = box.watch->confirm(box.clock.utc() - 20s, "李工");

    ASSERT_TRUE(vouch) << vouch.error().what;
    EXPECT_EQ(vouch->who, "李工");
    EXPECT_EQ(vouch->boot, "b2");
    EXPECT_EQ(box.after(1h), ClockTrust::confirmed);
    EXPECT_EQ(box.after(90h), ClockTrust::later_than_all);
}

TEST(ClockWatch, AClockThatIsOffIsNotConfirmed) {
    ClosedNetwork box;
    EXPECT_FALSE(box.watch->confirm(box.clock.utc() + 31s, "a"));
    EXPECT_FALSE(box.watch->confirm(box.clock.utc() - 31s, "a"));
    EXPECT_EQ(box.after(1s), ClockTrust::later_than_all);
}

TEST(ClockWatch, AStepMakesAConfirmationVoidAndAStepBackHome) {
    ClosedNetwork box;
    ASSERT_TRUE(box.watch->confirm(box.clock.utc(), "a"));
    box.clock.step_wall(1h);
    EXPECT_EQ(box.watch->observe().trust, ClockTrust::later_than_all);
    box.clock.step_wall(-1h);
    EXPECT_EQ(box.watch->observe().trust, ClockTrust::confirmed);
}

TEST(ClockWatch, AConfirmationLiftsWhatSamplesStoredAheadForbid) {
    ClosedNetwork box{true, {}, kNow + 24h * 30};
    ASSERT_EQ(box.after(1h), ClockTrust::untrusted);
    ASSERT_TRUE(box.watch->confirm(box.clock.utc(), "a"));
    EXPECT_EQ(box.watch->observe().trust, ClockTrust::confirmed);
    EXPECT_EQ(box.watch->state().epoch, 1U);  // what was stored ahead is superseded
}

TEST(ClockWatch, APlatformVouchesWhereNtpDoesNot) {
    ClosedNetwork box;
    box.watch->platform_said(box.clock.utc() - 3s, "hebei");
    EXPECT_EQ(box.after(1s), ClockTrust::platform);
    EXPECT_EQ(box.watch->standing().vouch->who, "hebei");

    box.clock.set_synchronised(true);
    box.after(2s);
    box.watch->platform_said(box.clock.utc(), "hebei");
    EXPECT_EQ(box.after(2s), ClockTrust::synchronised);
}

TEST(ClockWatch, APlatformDoesNotTakeThePlaceOfNtpInTheMomentInWhichNtpEnds) {
    ClosedNetwork box;
    box.clock.set_synchronised(true);
    ASSERT_EQ(box.after(2s), ClockTrust::synchronised);
    box.clock.set_synchronised(false);

    box.watch->platform_said(box.clock.utc(), "hebei");

    EXPECT_EQ(box.watch->standing().vouch->by, ClockVouch::By::ntp);
    EXPECT_EQ(box.after(2s), ClockTrust::synchronised_earlier);
}

TEST(ClockWatch, AWordFromTheFutureHoldsForNothing) {
    const ClockVouch tomorrow{.by = ClockVouch::By::ntp, .at = kNow + 24h, .boot = "b1"};
    ClosedNetwork box{true, tomorrow};
    EXPECT_EQ(box.watch->state().trust, ClockTrust::later_than_all);
    EXPECT_EQ(box.watch->standing().vouch, std::nullopt);
}

TEST(ClockWatch, AStepBackBeforeAnythingWasDatedMakesNothingVoid) {
    FakeClock clock{UtcTime{} + 2h};
    clock.set_synchronised(false);
    ClockWatch watch{clock, kBuild, {}, 4, false};
    ASSERT_EQ(watch.observe().trust, ClockTrust::untrusted);
    clock.step_wall(-1h);
    EXPECT_EQ(watch.observe().epoch, 4U);
}

TEST(ClockWatch, APlatformThatDiffersIsToldAndChangesNothing) {
    ClosedNetwork box;
    ASSERT_TRUE(box.watch->confirm(box.clock.utc(), "a"));
    box.watch->platform_said(box.clock.utc() + 2min, "hebei");
    EXPECT_EQ(box.after(1s), ClockTrust::confirmed);
    EXPECT_EQ(box.watch->standing().platform_differs, -2min);
    box.watch->platform_said(box.clock.utc(), "hebei");
    EXPECT_EQ(box.watch->standing().platform_differs, std::nullopt);
}

TEST(ClockWatch, ABootWithoutABatteryClockWaitsForNtpIfSamplesAreThere) {
    // FakeClock's steady time begins at one hour; a box that has just started has less behind it.
    const auto in_boot = [](const std::string& last_boot, UtcTime last_taken_at) {
        FakeClock clock{kNow, SteadyTime{20s}};
        clock.set_synchronised(false);
        ClockWatch watch{clock, kBuild, last_taken_at,
                         0,     false,  {.vouch = {}, .last_boot = last_boot, .boot = "b2"}};
        const ClockTrust at_first = watch.observe().trust;
        clock.advance(2min);
        return std::pair{at_first, watch.observe().trust};
    };
    using enum ClockTrust;
    EXPECT_EQ(in_boot("b1", kNow - 1h), std::pair(untrusted, later_than_all_no_rtc));
    // A restart of the program alone, and a box without history, wait for nobody.
    EXPECT_EQ(in_boot("b2", kNow - 1h), std::pair(later_than_all_no_rtc, later_than_all_no_rtc));
    EXPECT_EQ(in_boot("b1", UtcTime{}), std::pair(later_than_all_no_rtc, later_than_all_no_rtc));
}

}  // namespace
}  // namespace mg
