#include "gateway/polling/line_budget.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

/// So many instruments of two requests and 900 ms of wire each: with 50 ms of latency a second.
std::vector<InstrumentLoad> instruments(std::size_t count, milliseconds every) {
    return std::vector<InstrumentLoad>(
        count, {.every = every, .cost = {.requests = 2, .wire = 900ms}, .latency = {}});
}

TEST(LineBudget, APollIsItsWireAndTheLatencyOfEachRequest) {
    auto one = instruments(1, 60s).front();
    EXPECT_EQ(poll_time(one), 1s);
    one.latency = 200ms;
    EXPECT_EQ(poll_time(one), 1300ms);
}

TEST(LineBudget, ALineWithRoomFits) {
    const auto budget = budget_of(instruments(20, 60s), 15min);

    EXPECT_EQ(budget.sweep, 20s);
    EXPECT_EQ(budget.sweep_has, 60s);
    EXPECT_EQ(budget.intervals, (std::vector{LineBudget::Interval{60s, 20s, 60s}}));
    EXPECT_EQ(budget.percent, 33);
    EXPECT_TRUE(budget.fits());
    EXPECT_FALSE(interval_that_fits(instruments(20, 60s), 15min));
}

TEST(LineBudget, ASweepOfMoreThanAMinuteDoesNotFitWhateverTheInterval) {
    const auto all = instruments(64, 15min);
    const auto budget = budget_of(all, 15min);

    EXPECT_EQ(budget.sweep, 64s);
    EXPECT_FALSE(budget.fits());
    EXPECT_FALSE(interval_that_fits(all, 15min));
}

TEST(LineBudget, AnIntervalThatIsTooShortIsNamedWithOneThatWouldDo) {
    const auto all = instruments(41, 30s);
    const auto budget = budget_of(all, 15min);

    EXPECT_EQ(budget.intervals, (std::vector{LineBudget::Interval{30s, 41s, 30s}}));
    EXPECT_FALSE(budget.fits());
    EXPECT_EQ(interval_that_fits(all, 15min), 60s);
    EXPECT_EQ(budget.percent, 137);
}

TEST(LineBudget, ShorterIntervalsTakeTheirShareOfLongerOnes) {
    auto all = instruments(2, 10s);
    const auto slow = instruments(30, 60s);
    all.insert(all.end(), slow.begin(), slow.end());

    const auto budget = budget_of(all, 15min);

    EXPECT_EQ(budget.intervals,
              (std::vector{LineBudget::Interval{10s, 2s, 10s}, LineBudget::Interval{60s, 42s, 60s}}));
}

TEST(LineBudget, SlotsOfLongIntervalsHaveAMinuteToo) {
    EXPECT_EQ(budget_of(instruments(10, 1h), 15min).intervals.front().has, 60s);
}

TEST(LineBudget, BoundariesThatFollowOneAnotherLeaveLessTime) {
    EXPECT_EQ(budget_of(instruments(10, 60s), 10s).sweep_has, 10s);
}

TEST(LineBudget, ASweepAloneCanBeTooLong) {
    EXPECT_FALSE(budget_of(instruments(12, 60s), 10s).fits());
}

TEST(LineBudget, EveryBoundaryCountsInTheShareOfTimeWhateverTheInterval) {
    EXPECT_EQ(budget_of(instruments(90, 1h), 15min).percent, 10);
}

TEST(LineBudget, TheIntervalThatWouldDoIsForThoseThatAreTooOftenOnly) {
    auto all = instruments(15, 10s);
    const auto slow = instruments(10, 5min);
    all.insert(all.end(), slow.begin(), slow.end());

    EXPECT_EQ(interval_that_fits(all, 15min), 20s) << "with all 25 of them every 20 s it would not";
}

}  // namespace
}  // namespace mg
