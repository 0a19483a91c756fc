#include "gateway/polling/resume.h"

#include <gtest/gtest.h>

#include "tests/support/memory_store.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

const UtcTime kMidnight = sys_days{year{2026} / 11 / 21} + 16h;
const SlotPlan kPlan{.own = {.every = 1s, .utc_offset = 8h}, .boundary = {.every = 15min, .utc_offset = 8h}};

Sample sample_at(UtcTime at) {
    static const LayoutRef layout = std::make_shared<const Layout>(
        Layout{.meter = {"a"}, .model = "m", .points = {{.id = {"p"}, .type = WireType::u16, .unit = {}}}});
    return {.layout = layout, .slot = {at}, .taken_at = at, .readings = {{1, Quality::good}}};
}

TEST(Resume, ANewMeterIsMarkedSoThatACrashBeforeItsFirstCommitIsSeen) {
    // given: a start, and a crash before anything but the mark was committed
    MemoryStore store;
    const auto first = resume_after_stop(store, {"a"}, kPlan, kMidnight + 500ms, 0);
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->is_first);
    EXPECT_EQ(first->next.at, kMidnight);
    ASSERT_EQ(first->gaps.size(), 1U);
    EXPECT_EQ(first->gaps[0], (Gap{{"a"}, {kMidnight - 1s}, {kMidnight}, Quality::before_start, 0}));
    store.append(first->gaps[0]);
    // when: it starts again ten seconds later
    const auto second = resume_after_stop(store, {"a"}, kPlan, kMidnight + 10s, 0);
    // then: nothing that fell due is without a trace
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->is_first);
    ASSERT_EQ(second->gaps.size(), 1U);
    EXPECT_EQ(second->gaps[0], (Gap{{"a"}, {kMidnight}, {kMidnight + 10s}, Quality::stopped, 0}));
    EXPECT_EQ(second->next.at, kMidnight + 10s);
}

TEST(Resume, ASlotAlreadyStoredIsNotReadAgain) {
    MemoryStore store;
    store.append(sample_at(kMidnight));
    const auto resumed = resume_after_stop(store, {"a"}, kPlan, kMidnight + 500ms, 0);
    EXPECT_TRUE(resumed->gaps.empty());
    EXPECT_EQ(resumed->next.at, kMidnight + 1s);
}

TEST(Resume, AHoleLeftByAPowerCutBeforeTheLastStoredSlotIsFound) {
    // given: 00:00:02 was lost, 00:00:03 had been committed in the other kind of file
    MemoryStore store;
    for (const auto second : {0s, 1s, 3s}) store.append(sample_at(kMidnight + second));
    // when
    const auto resumed = resume_after_stop(store, {"a"}, kPlan, kMidnight + 10s, 0);
    // then
    ASSERT_EQ(resumed->gaps.size(), 2U);
    EXPECT_EQ(resumed->gaps[0].from.at, kMidnight + 2s);
    EXPECT_EQ(resumed->gaps[0].to.at, kMidnight + 3s);
    EXPECT_EQ(resumed->gaps[1].from.at, kMidnight + 4s);
    EXPECT_EQ(resumed->gaps[1].to.at, kMidnight + 10s);
    EXPECT_EQ(resumed->next.at, kMidnight + 10s);
}

TEST(Resume, SlotsStoredUnderAClockThatWasAheadAreNotWaitedFor) {
    MemoryStore store;
    store.append(sample_at(kMidnight + 2h));
    const auto resumed = resume_after_stop(store, {"a"}, kPlan, kMidnight, 1);
    EXPECT_TRUE(resumed->gaps.empty());
    EXPECT_EQ(resumed->next.at, kMidnight);
}

TEST(Resume, ABoundaryReadBeforeItsTimeIsNotReadAgain) {
    MemoryStore store;
    const SlotPlan ten{.own = {.every = 10s, .utc_offset = 8h}, .boundary = kPlan.boundary};
    for (const auto at : {870s, 880s, 890s, 900s}) store.append(sample_at(kMidnight + at));

    const auto resumed = resume_after_stop(store, {"a"}, ten, kMidnight + 894s, 0);

    EXPECT_TRUE(resumed->gaps.empty());
    EXPECT_EQ(resumed->next.at, kMidnight + 910s);
}

TEST(Resume, AnOpenSlotBeforeABoundaryThatWasReadBeforeItsTimeIsRead) {
    MemoryStore store;
    const SlotPlan ten{.own = {.every = 10s, .utc_offset = 8h}, .boundary = kPlan.boundary};
    for (const auto at : {860s, 870s, 900s}) store.append(sample_at(kMidnight + at));

    const auto resumed = resume_after_stop(store, {"a"}, ten, kMidnight + 894s, 0);

    ASSERT_EQ(resumed->gaps.size(), 1U);
    EXPECT_EQ(resumed->gaps[0], (Gap{{"a"}, {kMidnight + 880s}, {kMidnight + 890s}, Quality::stopped, 0}));
    EXPECT_EQ(resumed->next.at, kMidnight + 890s);
}

}  // namespace
}  // namespace mg
