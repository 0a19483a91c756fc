#include "gateway/accounting/day_strip.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

/// 2026-11-22 00:00 at +08:00.
constexpr UtcTime kMidnight{milliseconds{1'795'276'800'000}};

ItemRecord record(Marks marks) {
    ItemRecord record;
    record.value = Decimal{125, -2};
    record.marks = marks;
    return record;
}

Sample sample(std::vector<std::pair<PointKind, Quality>> points, milliseconds off = 3s) {
    const auto layout = std::make_shared<Layout>();
    Sample sample;
    for (const auto& [kind, quality] : points) {
        layout->points.push_back({{"p"}, WireType::u32, kind, Ratio::none, Decimal{1, 0}, "", {}, 0});
        sample.readings.push_back({0, quality});
    }
    sample.layout = layout;
    sample.slot = {kMidnight};
    sample.taken_at = kMidnight + off;
    sample.boundary = true;
    return sample;
}

TEST(DayStrip, TheBytesOnDiskStayWhatTheyAre) {
    const ItemSlot late{SlotState::interpolated, 8h};
    const BoundarySlot silent{true, Quality::no_reply, false, false};
    const BoundarySlot filled{true, Quality::good, true, true};

    EXPECT_EQ(late.byte(), 0xA4);
    EXPECT_EQ(ItemSlot::from_byte(0xA4), late);
    EXPECT_EQ(silent.byte(), 17);
    EXPECT_EQ(BoundarySlot::from_byte(17), silent);
    EXPECT_EQ(filled.byte(), 0x61);
    EXPECT_EQ(BoundarySlot::from_byte(0x61), filled);
    EXPECT_EQ(BoundarySlot{}.byte(), 0);
    EXPECT_FALSE(BoundarySlot::from_byte(0).known);
}

TEST(DayStrip, ARecordThatWasComputedLateSaysByHowMuchAtLeast) {
    const auto day_end = kMidnight + 24h;
    EXPECT_EQ(slot_of(record({}), kMidnight + 1h, day_end).after_day, 0min);
    EXPECT_EQ(slot_of(record({}), day_end + 19min, day_end).after_day, 0min);
    EXPECT_EQ(slot_of(record({}), day_end + 20min, day_end).after_day, 20min);
    EXPECT_EQ(slot_of(record({}), day_end + 7h + 59min, day_end).after_day, 6h);
    EXPECT_EQ(slot_of(record({}), day_end + 8h, day_end).after_day, 8h);
    EXPECT_EQ(slot_of(record({}), day_end + 1000h, day_end).after_day, 72h);
}

TEST(DayStrip, OfSeveralMarksTheOneThatAReaderMustKnowFirst) {
    const auto state = [](Marks marks) { return slot_of(record(marks), kMidnight, kMidnight).state; };
    EXPECT_EQ(state({}), SlotState::measured);
    EXPECT_EQ(state(Marks{Mark::end_bridged} | Mark::begin_doubtful), SlotState::interpolated);
    EXPECT_EQ(state(Marks{Mark::end_bridged} | Mark::unconfirmed), SlotState::unconfirmed);
    EXPECT_EQ(state(Mark::entered), SlotState::entered);
    EXPECT_EQ(state(Mark::split), SlotState::measured);
    ItemRecord none;
    none.marks = Mark::no_divisor;
    EXPECT_EQ(slot_of(none, kMidnight, kMidnight).state, SlotState::no_value);
}

TEST(DayStrip, TheWorstIndexCountsAndNotWhatTheInstrumentDoesNotHave) {
    using enum Quality;
    constexpr auto kIndex = PointKind::index;
    constexpr auto kOther = PointKind::momentary;
    EXPECT_EQ(slot_of(sample({{kIndex, good}, {kIndex, no_reply}, {kOther, good}})).quality, no_reply);
    EXPECT_EQ(slot_of(sample({{kIndex, good}, {kIndex, unsupported}})).quality, good);
    EXPECT_EQ(slot_of(sample({{kIndex, unsupported}})).quality, unsupported);
    EXPECT_EQ(slot_of(sample({{kIndex, good}, {kOther, no_reply}})).quality, good);
    EXPECT_EQ(slot_of(sample({{kOther, line_down}})).quality, line_down);
}

TEST(DayStrip, AMinuteOffTheBoundaryIsAllowedAndNotMore) {
    const auto off = [](milliseconds by, Quality quality = Quality::good) {
        return slot_of(sample({{PointKind::index, quality}}, by)).off_boundary;
    };
    EXPECT_FALSE(off(60s));
    EXPECT_TRUE(off(60s + 1ms));
    EXPECT_TRUE(off(-61s));
    EXPECT_FALSE(off(5min, Quality::no_reply));
}

TEST(DayStrip, AGapNeverTakesAValueAway) {
    const BoundarySlot value{true, Quality::good, false, false};
    const BoundaryFound gap{{"m"}, kMidnight, kMidnight + 1h, {true, Quality::stopped, false, false}, true};
    EXPECT_EQ(after(value, gap), value);
    EXPECT_EQ(after({}, gap).quality, Quality::stopped);
    const BoundaryFound later{{"m"}, kMidnight, kMidnight + 1ms, value, false};
    EXPECT_TRUE(after(gap.slot, later).back_filled);
    EXPECT_FALSE(after({}, later).back_filled);
    EXPECT_TRUE(after(after(gap.slot, later), later).back_filled);
}

}  // namespace
}  // namespace mg
