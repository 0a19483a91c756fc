#include "gateway/polling/heard_slots.h"

#include <gtest/gtest.h>

#include "gateway/polling/hearing_watch.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

const UtcTime kTen{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 10h};
const SlotPlan kMinutely{.own = {.every = 60s, .utc_offset = 480min},
                         .boundary = {.every = 15min, .utc_offset = 480min}};

TEST(HeardSlots, WaitFromTheirInstantToTheEndOfTheirWindow) {
    HeardSlots slots{{&kMinutely, 1}, kTen + 60s};

    EXPECT_FALSE(slots.waiting(0, kTen + 59s));
    const auto waiting = slots.waiting(0, kTen + 60s);
    ASSERT_TRUE(waiting);
    EXPECT_EQ(waiting->slot.at, kTen + 60s);
    EXPECT_EQ(waiting->hears_from, kTen + 60s);
    EXPECT_FALSE(waiting->over);
    EXPECT_TRUE(slots.waiting(0, kTen + 120s)->over);
}

TEST(HeardSlots, ABoundaryThatIsNotHeardIsGivenTheHalfMinuteBefore) {
    HeardSlots slots{{&kMinutely, 1}, kTen};

    EXPECT_EQ(slots.waiting(0, kTen + 29s)->hears_from, kTen);
    EXPECT_EQ(slots.waiting(0, kTen + 30s)->hears_from, kTen - 30s);
    EXPECT_TRUE(slots.waiting(0, kTen)->boundary);
}

TEST(HeardSlots, WhatPassedUnheardIsOneGap) {
    HeardSlots slots{{&kMinutely, 1}, kTen};

    const auto waiting = slots.waiting(0, kTen + 5min + 1s);
    ASSERT_TRUE(waiting);
    slots.stored(0, *waiting);

    EXPECT_EQ(waiting->next.at, kTen + 1min);
    EXPECT_EQ(waiting->gap_end.at, kTen + 5min);
    EXPECT_EQ(slots.waiting(0, kTen + 5min + 1s)->slot.at, kTen + 5min);
}

TEST(HeardSlots, AClockThatIsSetBackBeginsAnew) {
    HeardSlots slots{{&kMinutely, 1}, kTen + 1h};

    slots.rewind(kTen);

    EXPECT_EQ(slots.waiting(0, kTen)->slot.at, kTen);
    EXPECT_TRUE(slots.is_awaited(Slot{kTen}));
}

TEST(HearingWatch, SaysWhatToCheckWhenNothingIsHeard) {
    HearingWatch watch{"shop"};
    const SteadyTime start{1h};
    watch.opened(start);

    EXPECT_FALSE(watch.look(0, 0, start + 59s));
    const auto said = watch.look(0, 0, start + 60s);
    ASSERT_TRUE(said);
    EXPECT_NE(said->find("A and B"), std::string::npos) << *said;
    EXPECT_FALSE(watch.look(0, 0, start + 61s)) << "once";
    EXPECT_FALSE(watch.trouble().empty());
    EXPECT_TRUE(watch.look(8, 1, start + 70s)) << "and that it is over";
    EXPECT_TRUE(watch.trouble().empty());
}

TEST(HearingWatch, SaysThatBytesWithoutFramesAreAMatterOfTheBaudRate) {
    HearingWatch watch{"shop"};
    const SteadyTime start{1h};
    watch.opened(start);

    const auto said = watch.look(5000, 0, start + 60s);

    ASSERT_TRUE(said);
    EXPECT_NE(said->find("baud rate"), std::string::npos) << *said;
}

}  // namespace
}  // namespace mg
