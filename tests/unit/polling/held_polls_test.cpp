#include "gateway/polling/held_polls.h"

#include <map>

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

const UtcTime kNoon = sys_days{year{2026} / 11 / 22} + 4h;  // at UTC+8
const SlotPlan kEachMinute{.own = {.every = 60s, .utc_offset = 8h},
                           .boundary = {.every = 15min, .utc_offset = 8h}};
const MeterId kMeter{"a"};

/// One poll each `every`, from `first` on, until `end`, seen from a boot at noon.
std::vector<HeldReadings> polls(milliseconds first, milliseconds every, milliseconds end) {
    std::vector<HeldReadings> held;
    for (milliseconds at = first; at < end; at += every)
        held.push_back({.id = static_cast<std::int64_t>(held.size()) + 1,
                        .since_boot = at,
                        .readings = {{static_cast<std::uint64_t>(at.count()), Quality::good}}});
    return held;
}

Resumption stopped_since(UtcTime from, UtcTime next) {
    return {.gaps = {{.meter = kMeter, .from = {from}, .to = {next}, .reason = Quality::stopped}},
            .is_first = false,
            .next = {next}};
}

/// Slot by slot what is there: "poll 33000", or the reason of the gap; a slot that is covered twice, or not
/// in order, is a failure.
std::map<UtcTime, std::string> slots_of(const PlacedPolls& placed, const SlotPlan& plan) {
    std::map<UtcTime, std::string> slots;
    UtcTime last{};
    const auto put = [&](UtcTime slot, const std::string& what) {
        EXPECT_LT(last, slot);
        EXPECT_TRUE(slots.emplace(slot, what).second);
        last = slot;
    };
    for (const PlacedPolls::Item& item : placed.items) {
        if (!item.gap) {
            put(item.slot.at, "poll " + std::to_string(item.held->readings[0].bits));
            continue;
        }
        for (Slot slot = item.gap->from; slot < item.gap->to; slot = plan.after(slot.at))
            put(slot.at, std::string{to_string(item.gap->reason)});
    }
    return slots;
}

TEST(PlaceHeld, EachPollGoesToTheSlotInWhoseWindowItWasMade) {
    const auto held = polls(33s, 60s, 4min);
    const auto placed =
        place_held(kMeter, kEachMinute, stopped_since(kNoon - 2min, kNoon + 4min), 3, held, kNoon);
    EXPECT_EQ(slots_of(placed, kEachMinute), (std::map<UtcTime, std::string>{{kNoon - 2min, "stopped"},
                                                                             {kNoon - 1min, "stopped"},
                                                                             {kNoon, "poll 33000"},
                                                                             {kNoon + 1min, "poll 93000"},
                                                                             {kNoon + 2min, "poll 153000"},
                                                                             {kNoon + 3min, "poll 213000"}}));
    EXPECT_EQ(placed.items[1].taken_at, kNoon + 33s);
    EXPECT_EQ(placed.next.at, kNoon + 4min);
}

TEST(PlaceHeld, SlotsWithoutAPollAreMissedBecauseOfTheClock) {
    auto held = polls(10s, 60s, 5min);
    held.erase(held.begin() + 1, held.begin() + 3);
    const auto placed =
        place_held(kMeter, kEachMinute, stopped_since(kNoon - 1min, kNoon + 6min), 0, held, kNoon);
    EXPECT_EQ(slots_of(placed, kEachMinute), (std::map<UtcTime, std::string>{{kNoon - 1min, "stopped"},
                                                                             {kNoon, "poll 10000"},
                                                                             {kNoon + 1min, "clock_step"},
                                                                             {kNoon + 2min, "clock_step"},
                                                                             {kNoon + 3min, "poll 190000"},
                                                                             {kNoon + 4min, "poll 250000"},
                                                                             {kNoon + 5min, "clock_step"}}));
}

TEST(PlaceHeld, ASlotThatIsStoredAlreadyIsNotReplaced) {
    const auto held = polls(10s, 60s, 4min);
    const auto placed =
        place_held(kMeter, kEachMinute, stopped_since(kNoon + 2min, kNoon + 4min), 0, held, kNoon);
    EXPECT_EQ(slots_of(placed, kEachMinute),
              (std::map<UtcTime, std::string>{{kNoon + 2min, "poll 130000"}, {kNoon + 3min, "poll 190000"}}));
}

TEST(PlaceHeld, TheWindowThatIsOpenNowMayHoldOne) {
    const auto held = polls(10s, 60s, 3min);
    const auto placed = place_held(kMeter, kEachMinute, stopped_since(kNoon, kNoon + 2min), 0, held, kNoon);
    EXPECT_EQ(slots_of(placed, kEachMinute).at(kNoon + 2min), "poll 130000");
    EXPECT_EQ(placed.next.at, kNoon + 3min);
}

TEST(PlaceHeld, AMeteringPointWithoutHistoryBeginsWithItsFirstPoll) {
    const auto held = polls(2min + 10s, 60s, 4min);
    const Resumption first{.gaps = {{.meter = kMeter,
                                     .from = {kNoon + 4min},
                                     .to = {kNoon + 5min},
                                     .reason = Quality::before_start}},
                           .is_first = true,
                           .next = {kNoon + 5min}};
    const auto placed = place_held(kMeter, kEachMinute, first, 0, held, kNoon);
    EXPECT_EQ(slots_of(placed, kEachMinute), (std::map<UtcTime, std::string>{{kNoon + 1min, "before_start"},
                                                                             {kNoon + 2min, "poll 130000"},
                                                                             {kNoon + 3min, "poll 190000"},
                                                                             {kNoon + 4min, "clock_step"}}));
}

TEST(PlaceHeld, BetweenBoundariesOfASlowMeterThereIsNoSlot) {
    const SlotPlan each_quarter{.own = {.every = 15min, .utc_offset = 8h},
                                .boundary = {.every = 15min, .utc_offset = 8h}};
    const auto held = polls(50s, 60s, 31min);
    const auto placed =
        place_held(kMeter, each_quarter, stopped_since(kNoon - 15min, kNoon + 45min), 0, held, kNoon);
    EXPECT_EQ(slots_of(placed, each_quarter),
              (std::map<UtcTime, std::string>{{kNoon - 15min, "stopped"},
                                              {kNoon, "poll 50000"},
                                              {kNoon + 15min, "poll 950000"},
                                              {kNoon + 30min, "poll 1850000"}}));
}

TEST(PlaceHeld, WithoutPollsNothingChanges) {
    const auto resumed = stopped_since(kNoon, kNoon + 3min);
    const auto placed = place_held(kMeter, kEachMinute, resumed, 0, {}, kNoon);
    ASSERT_EQ(placed.items.size(), 1U);
    EXPECT_EQ(placed.items[0].gap, resumed.gaps[0]);
    EXPECT_EQ(placed.next, resumed.next);
}

TEST(HeldTurns, EveryInstrumentAtLeastOnceAMinuteAndInItsPhase) {
    const SlotPlan slow{.own = {.every = 15min}, .boundary = {.every = 15min}};
    const SlotPlan fast{.own = {.every = 10s}, .boundary = {.every = 15min}};
    HeldTurns turns{std::vector{slow, fast}};
    std::vector<int> asked(2);
    for (SteadyTime now{1h}; now < SteadyTime{1h + 10min}; now += 500ms) {
        while (const auto due = turns.due(now)) {
            ++asked[*due];
            turns.asked(*due, now + 100ms);
        }
    }
    EXPECT_EQ(asked, (std::vector{10, 60}));
}

}  // namespace
}  // namespace mg
