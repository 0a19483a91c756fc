#include "gateway/daemon/clock_keeper.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/memory_store.h"
#include "tests/support/stepped_clock.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

const UtcTime kNow = sys_days{year{2026} / 11 / 22};

/// A keeper whose thread rests whenever the test looks.
struct ClockKeeperTest : testing::Test {
    void start(bool synchronised) {
        clock.set_synchronised(synchronised);
        watch.emplace(clock, kNow - 24h, kNow - 1h, 0, true,
                      ClockPast{.vouch = {}, .last_boot = "b1", .boot = "b2"});
        keeper.emplace(*watch, store, clock, [] {});
        ASSERT_TRUE(clock.wait_for_rest(0));
    }
    void pass(milliseconds time) {
        const auto rests = clock.rests();
        clock.advance(time);
        ASSERT_TRUE(clock.wait_for_rest(rests));
    }
    std::optional<ClockVouch> kept() {
        const auto vouch = store.clock_book().vouch();
        return vouch ? *vouch : std::nullopt;
    }
    std::vector<ClockNote> notes() { return store.clock_book().notes(10).value(); }

    SteppedClock clock{kNow};
    MemoryStore store;
    std::optional<ClockWatch> watch;
    std::optional<ClockKeeper> keeper;
};

TEST_F(ClockKeeperTest, TheBootInWhichTheStoreIsUsedIsWrittenDown) {
    start(true);
    EXPECT_EQ(store.clock_book().last_boot().value(), "b2");
}

TEST_F(ClockKeeperTest, WhatNtpSaysIsKeptOnceAnHourAndAtTheEnd) {
    start(true);
    ASSERT_TRUE(kept());
    EXPECT_EQ(kept()->by, ClockVouch::By::ntp);
    EXPECT_EQ(kept()->at, kNow);
    pass(10min);
    EXPECT_EQ(kept()->at, kNow);
    pass(50min);
    EXPECT_EQ(kept()->at, kNow + 1h);
    pass(5min);

    keeper.reset();

    EXPECT_EQ(kept()->at, kNow + 65min);
}

TEST_F(ClockKeeperTest, APersonsWordIsOnDiskWhenTheAnswerIsGiven) {
    start(false);
    EXPECT_EQ(kept(), std::nullopt);

    const auto confirmed = keeper->confirm(kNow, "李工");

    ASSERT_TRUE(confirmed) << confirmed.error().what;
    ASSERT_TRUE(kept());
    EXPECT_EQ(kept()->by, ClockVouch::By::person);
    EXPECT_EQ(kept()->who, "李工");
}

TEST_F(ClockKeeperTest, EachReasonForTheDatesIsNotedFromItsFirstItemOn) {
    start(false);
    ASSERT_EQ(notes().size(), 1U);
    EXPECT_EQ(notes()[0].reason, "later_than_all");
    EXPECT_EQ(notes()[0].sequence, 1);
    pass(1s);
    EXPECT_EQ(notes().size(), 1U);

    ASSERT_TRUE(keeper->confirm(clock.utc(), "李工"));
    pass(1s);

    ASSERT_EQ(notes().size(), 2U);
    EXPECT_EQ(notes()[0].reason, "confirmed");
    EXPECT_EQ(notes()[0].who, "李工");
}

TEST_F(ClockKeeperTest, APlatformsClockThatDiffersIsSaidOnce) {
    start(false);
    testing::internal::CaptureStderr();
    watch->platform_said(clock.utc() + 2min, "hebei");
    pass(1s);
    pass(1s);
    const std::string said = testing::internal::GetCapturedStderr();
    const auto first = said.find("hebei");
    ASSERT_NE(first, std::string::npos) << said;
    EXPECT_NE(said.find("-120", first), std::string::npos) << said;
    EXPECT_EQ(said.find("hebei", first + 1), std::string::npos) << said;
}

}  // namespace
}  // namespace mg
