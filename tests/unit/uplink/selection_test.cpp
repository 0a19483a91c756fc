#include "gateway/uplink/selection.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/uplink_plant.h"

namespace mg {
namespace {

/// The seconds of [0, 1800) whose sample of meter `number` is taken; second 0 and 900 are boundaries.
std::set<int> taken(const SelectionOptions& wanted, int number = 1) {
    const Options plant = plant_with_uplink(3, 1883);
    const Selection selection{wanted, plant};
    std::set<int> seconds;
    for (int second = 0; second < 1800; ++second) {
        if (selection.takes(StoredSample{1, 0, plant_sample(plant, number, second)})) seconds.insert(second);
    }
    return seconds;
}

StoredGap gap(int from, int to, const char* meter = "m1") {
    return {1,
            {.meter = {meter}, .from = plant_slot(from), .to = plant_slot(to), .reason = Quality::stopped}};
}

bool takes_gap(const SelectionOptions& wanted, const StoredGap& stored) {
    const Options plant = plant_with_uplink(3, 1883);
    return Selection{wanted, plant}.takes(stored);
}

TEST(Selection, TakesEverythingUnlessToldOtherwise) {
    EXPECT_EQ(taken({}).size(), 1800U);
    EXPECT_TRUE(takes_gap({}, gap(3, 5)));
}

TEST(Selection, KnowsBoundariesFromTheOthers) {
    EXPECT_EQ(taken({.carries = Carries::boundary}), (std::set<int>{0, 900}));
    EXPECT_EQ(taken({.carries = Carries::other}).size(), 1798U);
    EXPECT_FALSE(taken({.carries = Carries::other}).contains(900));
}

TEST(Selection, ThinsOutAndKeepsEveryBoundary) {
    const auto each_minute = taken({.every = milliseconds{60'000}});
    EXPECT_EQ(each_minute.size(), 30U);
    EXPECT_TRUE(each_minute.contains(60));
    EXPECT_FALSE(each_minute.contains(61));
    EXPECT_EQ(taken({.every = std::chrono::hours{24}}), (std::set<int>{0, 900}));
}

TEST(Selection, NamesMetersByIdOrByLine) {
    EXPECT_EQ(taken({.meters = {{"m2"}}}, 1).size(), 0U);
    EXPECT_EQ(taken({.meters = {{"m2"}}}, 2).size(), 1800U);
    EXPECT_EQ(taken({.lines = {{"line1"}}}, 1).size(), 1800U);
    EXPECT_FALSE(takes_gap({.meters = {{"m2"}}}, gap(1, 9)));
}

TEST(Selection, ASampleWithoutAnyWantedPointIsNotTaken) {
    EXPECT_EQ(taken({.points = {{"voltage_a"}}}).size(), 1800U);
    EXPECT_EQ(taken({.points = {{"flow"}}}).size(), 0U);
}

TEST(Selection, AGapCountsWhenASlotInItWould) {
    EXPECT_FALSE(takes_gap({.gaps = false}, gap(0, 1800)));
    EXPECT_TRUE(takes_gap({.carries = Carries::boundary}, gap(899, 901)));
    EXPECT_FALSE(takes_gap({.carries = Carries::boundary}, gap(1, 900))) << "its end is not in it";
    EXPECT_TRUE(takes_gap({.every = milliseconds{60'000}}, gap(59, 61)));
    EXPECT_FALSE(takes_gap({.every = milliseconds{60'000}}, gap(61, 119)));
}

}  // namespace
}  // namespace mg
