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

TEST(Resume, ANewMeterHasNoGap) {
    MemoryStore store;
    const auto resumed = resume_after_stop(store, {"a"}, kPlan, kMidnight + 500ms, 0);
    ASSERT_TRUE(resumed);
    EXPECT_TRUE(resumed->gaps.empty());
    EXPECT_EQ(resumed->next.at, kMidnight);
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

}  // namespace
}  // namespace mg
