#include "gateway/completeness/slot_tally.h"

#include <array>

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr UtcTime kDay{1'795'449'600'000ms};
constexpr SlotSpan kWholeDay{kDay, kDay + 24h};

/// Hours, so that a truth can be counted on fingers.
DayStrip hours(UtcTime day, std::uint8_t byte) {
    return {"hv_in", day, 1h, std::vector<std::uint8_t>(24, byte)};
}

std::uint8_t boundary(Quality quality, bool off = false, bool back_filled = false) {
    return BoundarySlot{true, quality, off, back_filled}.byte();
}

std::uint8_t record(SlotState state, std::chrono::minutes after_day = 0min) {
    return ItemSlot{state, after_day}.byte();
}

TEST(SlotTally, CountsEachDueBoundaryOnceWithItsReason) {
    DayStrip strip = hours(kDay, boundary(Quality::good));
    strip.slots[3] = boundary(Quality::line_down);
    strip.slots[4] = boundary(Quality::line_down);
    strip.slots[5] = boundary(Quality::no_reply);
    strip.slots[8] = 0;
    strip.slots[10] = boundary(Quality::good, false, true);
    strip.slots[11] = boundary(Quality::clock_untrusted, true);
    const SlotTally tally = tally_of_meter(strip, {kWholeDay, {}});
    EXPECT_EQ(tally.due, 24);
    EXPECT_EQ(tally.measured, 18);
    EXPECT_EQ(tally.back_filled, 1);
    EXPECT_EQ(tally.doubtful, 1);
    EXPECT_EQ(tally.off_boundary, 1);
    EXPECT_EQ(tally.doubts.at(to_string(Quality::clock_untrusted)), 1);
    EXPECT_EQ(tally.missing, 4);
    EXPECT_EQ(tally.lost, 4h);
    const std::map<Quality, std::int64_t> reasons{{Quality::line_down, 2}, {Quality::no_reply, 1}};
    EXPECT_EQ(tally.reasons, reasons);
    const std::vector<Hole> holes{{{kDay + 3h, kDay + 5h}, Quality::line_down},
                                  {{kDay + 5h, kDay + 6h}, Quality::no_reply},
                                  {{kDay + 8h, kDay + 9h}, std::nullopt}};
    EXPECT_EQ(tally.holes, holes);
    EXPECT_EQ(tally.share(), 8333);  // 20 of 24
}

TEST(SlotTally, AsksForNothingBeforeTheBeginAfterNowOrOfWhatIsMissingInAProductionStop) {
    DayStrip strip = hours(kDay, 0);
    strip.slots[7] = boundary(Quality::good);
    const std::array stop{SlotSpan{kDay + 6h, kDay + 8h}};
    const SlotTally tally = tally_of_meter(strip, {{kDay + 5h, kDay + 10h}, stop});
    EXPECT_EQ(tally.due, 4);
    EXPECT_EQ(tally.excused, 1);
    EXPECT_EQ(tally.missing, 3);
    EXPECT_EQ(tally.share(), 2500);
    EXPECT_EQ(tally_of_meter(strip, {{kDay + 24h, kDay + 48h}, {}}).share(), std::nullopt);
}

TEST(SlotTally, TellsWhatIsMeasuredFromWhatIsNotOfAnItem) {
    DayStrip strip = hours(kDay, record(SlotState::measured));
    strip.slots[0] = record(SlotState::interpolated);
    strip.slots[1] = record(SlotState::entered);
    strip.slots[2] = record(SlotState::estimated);
    strip.slots[3] = record(SlotState::stuck);
    strip.slots[4] = record(SlotState::no_value, 5h);
    strip.slots[5] = 0;
    strip.slots[6] = record(SlotState::measured, 2h);
    strip.slots[7] = record(SlotState::measured, 1h);
    const SlotTally tally = tally_of_item(strip, {kWholeDay, {}}, 2h);
    EXPECT_EQ(tally.measured, 18);
    EXPECT_EQ(tally.interpolated, 1);
    EXPECT_EQ(tally.entered, 1);
    EXPECT_EQ(tally.estimated, 1);
    EXPECT_EQ(tally.doubtful, 1);
    EXPECT_EQ(tally.doubts.at("stuck"), 1);
    EXPECT_EQ(tally.missing, 2);
    EXPECT_EQ(tally.late, 1);  // 2 h; not 1 h, and what has no value is missing, not late
    EXPECT_EQ(tally.share(), 9166);
}

TEST(SlotTally, JoinsAHoleAcrossMidnightAndNamesTheLongestFirst) {
    DayStrip first = hours(kDay, boundary(Quality::good));
    first.slots[2] = boundary(Quality::no_reply);
    first.slots[23] = boundary(Quality::no_reply);
    DayStrip second = hours(kDay + 24h, boundary(Quality::good));
    second.slots[0] = boundary(Quality::no_reply);
    SlotTally tally = tally_of_meter(first, {{kDay, kDay + 48h}, {}});
    tally += tally_of_meter(second, {{kDay, kDay + 48h}, {}});
    EXPECT_EQ(tally.due, 48);
    EXPECT_EQ(tally.missing, 3);
    EXPECT_EQ(tally.lost, 3h);
    const std::vector<Hole> longest{{{kDay + 23h, kDay + 25h}, Quality::no_reply}};
    EXPECT_EQ(longest_of(tally.holes, 1), longest);
}

}  // namespace
}  // namespace mg
