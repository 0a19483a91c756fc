#include "gateway/polling/schedule.h"

#include <set>

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

const UtcTime kMidnight = sys_days{year{2026} / 11 / 21} + 16h;  // 2026-11-22 00:00 in Beijing

SlotPlan plan(milliseconds every, milliseconds boundary = 15min) {
    return {.own = {.every = every, .utc_offset = 8h}, .boundary = {.every = boundary, .utc_offset = 8h}};
}

TEST(SlotPlan, OwesEveryBoundaryWhateverItsOwnInterval) {
    const SlotPlan odd = plan(96min);  // divides a day, not a quarter of an hour
    std::set<UtcTime> slots;
    for (Slot slot{kMidnight}; slot.at < kMidnight + 24h; slot = odd.after(slot.at)) slots.insert(slot.at);
    for (UtcTime quarter = kMidnight; quarter < kMidnight + 24h; quarter += 15min) {
        EXPECT_TRUE(slots.contains(quarter));
    }
    EXPECT_TRUE(slots.contains(kMidnight + 96min));
}

TEST(SlotPlan, AWindowClosesAfterAMinuteOrAtTheNextSlot) {
    EXPECT_EQ(plan(15min).window_end({kMidnight}), kMidnight + 60s);
    EXPECT_EQ(plan(1s).window_end({kMidnight}), kMidnight + 1s);
    EXPECT_EQ(plan(15min).first_open(kMidnight + 59s).at, kMidnight);
    EXPECT_EQ(plan(15min).first_open(kMidnight + 60s).at, kMidnight + 15min);
}

TEST(Schedule, BoundariesComeFirstInTheOrderOfConfiguration) {
    // given: three instruments, the middle one with a slot that is no boundary
    const std::vector plans{plan(1s, 1min), plan(20s, 1h), plan(1s, 1min)};
    Schedule schedule{plans, kMidnight + 3min};
    schedule.resume(1, {kMidnight + 3min});
    // when / then
    std::vector<std::size_t> order;
    for (int i = 0; i < 3; ++i) {
        const auto ask = schedule.next(kMidnight + 3min);
        ASSERT_TRUE(ask);
        order.push_back(ask->instrument);
        schedule.answered(ask->instrument, kMidnight + 3min, 10ms);
    }
    EXPECT_EQ(order, (std::vector<std::size_t>{0, 2, 1}));
}

TEST(Schedule, NobodyIsAskedBeforeHisSlot) {
    const std::vector plans{plan(10s)};
    Schedule schedule{plans, kMidnight + 3s};
    schedule.answered(0, kMidnight + 3s, 10ms);
    EXPECT_FALSE(schedule.next(kMidnight + 9s));
    EXPECT_EQ(schedule.wake_at(kMidnight + 9s), kMidnight + 10s);
    EXPECT_TRUE(schedule.next(kMidnight + 10s));
}

TEST(Schedule, AFailedInstrumentIsAskedAgainInItsWindowButAfterTheOthers) {
    const std::vector plans{plan(60s), plan(60s)};
    Schedule schedule{plans, kMidnight};
    schedule.failed(0, Quality::no_reply, kMidnight, 1s);
    EXPECT_EQ(schedule.next(kMidnight + 5s)->instrument, 1U);
    schedule.answered(1, kMidnight + 5s, 10ms);
    EXPECT_EQ(schedule.next(kMidnight + 5s)->instrument, 0U);
}

TEST(Schedule, ABoundaryThatWasNotAnsweredIsTriedAgainBeforeOtherSlots) {
    // given: a boundary of the first, and a slot of the second that is none
    const std::vector plans{plan(60s, 1min), plan(20s, 1h)};
    Schedule schedule{plans, kMidnight + 3min};
    schedule.failed(0, Quality::no_reply, kMidnight + 3min, 1s);

    const auto ask = schedule.next(kMidnight + 3min + 5s);

    ASSERT_TRUE(ask);
    EXPECT_EQ(ask->instrument, 0U);
    EXPECT_TRUE(ask->again);
}

/// Each of the instruments was answered once, and took that long.
void answer_all(Schedule& schedule, std::size_t count, UtcTime now, milliseconds took) {
    for (std::size_t i = 0; i < count; ++i) schedule.answered(i, now, took);
}

TEST(Schedule, TheLeadOfALongSweepGrowsAtOnceAndShrinksOnlyWhenItIsWorthIt) {
    const std::vector plans(10, plan(15min));
    Schedule schedule{plans, kMidnight};
    answer_all(schedule, 10, kMidnight, 2s);
    EXPECT_EQ(schedule.lead(), 0s) << "20 s lie within reach";
    answer_all(schedule, 10, kMidnight, 10s);
    EXPECT_EQ(schedule.lead(), 15s) << "40 s are 10 s too many, with 5 s to spare";

    answer_all(schedule, 10, kMidnight, 3s);
    EXPECT_EQ(schedule.lead(), 15s) << "37.5 s: every meter's skew would change for little";
    answer_all(schedule, 10, kMidnight, 2s);
    EXPECT_LE(schedule.lead(), 11s);
}

TEST(Schedule, BoundariesThatFollowOneAnotherAreNotReadHalfTheirTimeEarly) {
    const std::vector plans(10, plan(1min, 1min));
    Schedule schedule{plans, kMidnight};
    answer_all(schedule, 10, kMidnight, 5s);
    EXPECT_EQ(schedule.lead(), 15s);
}

TEST(Schedule, AWindowThatClosesIsMissedWithTheLastReason) {
    const std::vector plans{plan(60s)};
    Schedule schedule{plans, kMidnight};
    schedule.failed(0, Quality::corrupt_reply, kMidnight + 1s, 1s);
    EXPECT_TRUE(schedule.close_windows(kMidnight + 59s).empty());
    const auto missed = schedule.close_windows(kMidnight + 60s);
    ASSERT_EQ(missed.size(), 1U);
    EXPECT_EQ(missed[0].slot.at, kMidnight);
    EXPECT_TRUE(missed[0].boundary);
    EXPECT_EQ(missed[0].why, Quality::corrupt_reply);
    EXPECT_EQ(missed[0].gap_end, missed[0].next);  // the next slot is open: no gap
}

TEST(Schedule, SlotsThatPassedAtAStrokeAreOneGap) {
    const std::vector plans{plan(10s)};
    Schedule schedule{plans, kMidnight};
    const auto missed = schedule.close_windows(kMidnight + 1h + 4s);
    ASSERT_EQ(missed.size(), 1U);
    EXPECT_EQ(missed[0].why, Quality::not_asked);
    EXPECT_EQ(missed[0].next.at, kMidnight + 10s);
    EXPECT_EQ(missed[0].gap_end.at, kMidnight + 1h);
    EXPECT_EQ(schedule.next(kMidnight + 1h + 4s)->slot.at, kMidnight + 1h);
}

TEST(Schedule, ASilentInstrumentCostsLittleButIsAskedAtEveryBoundary) {
    // given: one-second slots, an instrument that never answers
    const std::vector plans{plan(1s)};
    Schedule schedule{plans, kMidnight};
    int asked = 0;
    int asked_at_boundary = 0;
    for (UtcTime now = kMidnight; now < kMidnight + 1h; now += 100ms) {
        schedule.close_windows(now);
        if (const auto ask = schedule.next(now)) {
            ++asked;
            if (ask->boundary) ++asked_at_boundary;
            schedule.failed(0, Quality::no_reply, now, 400ms);
        }
    }
    EXPECT_EQ(asked_at_boundary, 4);
    EXPECT_LT(asked, 90);
    EXPECT_GE(asked, 58);  // never left alone for longer than a minute
    EXPECT_TRUE(schedule.silent(0));
}

TEST(Schedule, EverySlotIsAnsweredMissedOrInAGapExactlyOnceOverAMonth) {
    // given: a line of five instruments, each exchange takes 0.4 s, the third is often silent
    const std::vector plans{plan(1s), plan(5s), plan(10s), plan(60s), plan(15min)};
    UtcTime now = kMidnight;
    Schedule schedule{plans, now};
    std::vector<UtcTime> expected(plans.size(), kMidnight);
    const auto account = [&](std::size_t i, Slot slot) {
        ASSERT_EQ(slot.at, expected[i]) << "instrument " << i;
        expected[i] = plans[i].after(slot.at).at;
    };
    // when: 30 days pass
    unsigned dice = 1;
    while (now < kMidnight + 30 * 24h) {
        for (const auto& missed : schedule.close_windows(now)) {
            account(missed.instrument, missed.slot);
            ASSERT_EQ(missed.next.at, expected[missed.instrument]);
            expected[missed.instrument] = missed.gap_end.at;
        }
        const auto ask = schedule.next(now);
        if (!ask) {
            now = std::max(schedule.wake_at(now), now + 1ms);
            continue;
        }
        now += 400ms;
        dice = dice * 1664525 + 1013904223;
        if (ask->instrument == 2 && dice % 4 != 0) {
            schedule.failed(2, Quality::no_reply, now, 400ms);
        } else {
            account(ask->instrument, ask->slot);
            schedule.answered(ask->instrument, now, 400ms);
        }
        if (testing::Test::HasFatalFailure()) return;
    }
    // then: all slots of all instruments were accounted for, in order, up to now
    for (std::size_t i = 0; i < plans.size(); ++i) EXPECT_GE(expected[i], now - 61s) << i;
}

}  // namespace
}  // namespace mg
