#include "gateway/accounting/flow_calculator.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "flow_scenario.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

/// An index that grows by `each` at every boundary from `from` until `to`.
FlowScenario::Story steady(const FlowScenario& plant, std::string_view from, std::string_view to,
                           std::string_view start, std::string_view each) {
    FlowScenario::Story story;
    Decimal index = RegisterScenario::number(start);
    for (UtcTime t = plant.at(from); t <= plant.at(to); t += plant.calendar.real_time) {
        story.emplace_back(plant.calendar.text(plant.calendar.containing(StatType::real_time, t)),
                           index.to_string());
        index = index.plus(RegisterScenario::number(each)).value();
    }
    return story;
}

TEST(FlowCalculator, AnItemIsTheSumOfItsPointsInItsUnit) {
    FlowScenario plant;
    plant.reads("in1.energy", {{"2026-11-22 10:00", "100"}, {"2026-11-22 10:15", "350"}});
    plant.reads("in2.energy", {{"2026-11-22 10:00", "7"}, {"2026-11-22 10:15", "57"}});
    plant.item("elec", "(in1.energy + in2.energy) / 10000");
    plant.compute_until("2026-11-23");
    EXPECT_EQ(plant.value("elec", "2026-11-22 10:00", 4), "0.0300");
}

// A 100 kW load in 万kWh at 2 decimals: each quarter alone would be 0.00, the day 0.24.
TEST(FlowCalculator, SmallQuartersAddUpToTheDayDigitForDigit) {
    FlowScenario plant;
    plant.reads("load.energy", steady(plant, "2026-11-22", "2026-11-23", "0", "25"));
    plant.item("elec", "load.energy / 10000");
    plant.compute_until("2026-11-24");
    EXPECT_EQ(plant.value("elec", "2026-11-22", 2), "0.24");
    Decimal sum;
    for (const auto& quarter : plant.periods("elec", StatType::real_time)) {
        sum = sum.plus(plant.digits("elec", quarter, 2)).value();
    }
    EXPECT_EQ(sum.to_string(), "0.24");
}

TEST(FlowCalculator, AnItemWaitsForTheSlowestOfItsMeters) {
    FlowScenario plant;
    plant.reads("a.energy", steady(plant, "2026-11-22 10:00", "2026-11-22 11:00", "0", "10"));
    plant.reads("b.energy", {{"2026-11-22 10:00", "0"}, {"2026-11-22 10:15", "5"}});
    plant.item("sum", "a.energy + b.energy");
    plant.compute_until("2026-11-23");
    EXPECT_EQ(plant.value("sum", "2026-11-22 10:00", 0), "15");
    EXPECT_EQ(plant.value("sum", "2026-11-22 10:15", 0), "none");
}

TEST(FlowCalculator, ADayIsSuspectByItsOwnEndsOnly) {
    FlowScenario plant;
    plant.reads("m.energy", {{"2026-11-21 00:00", "0"},
                             {"2026-11-21 12:00", "-"},
                             {"2026-11-21 18:00", "60"},
                             {"2026-11-22 00:00", "100"},
                             {"2026-11-22 23:45", "190"},
                             {"2026-11-23 00:15", "200"}});
    plant.item("m", "m.energy");
    plant.compute_until("2026-11-24");
    EXPECT_EQ(plant.value("m", "2026-11-21", 0), "100");
    EXPECT_EQ(plant.value("m", "2026-11-22", 0), "95 end_bridged");
}

TEST(FlowCalculator, ACoefficientThatChangesInTheMiddleOfAPeriodCutsIt) {
    FlowScenario plant;
    plant.coefficient("moisture", "2026-01-01", "1");
    plant.coefficient("moisture", "2026-11-22 10:20", "2");
    plant.reads("belt.mass",
                {{"2026-11-22 10:00", "0"}, {"2026-11-22 10:15", "30"}, {"2026-11-22 10:30", "60"}});
    plant.item("coal", "belt.mass * coef.moisture");
    plant.compute_until("2026-11-23");
    EXPECT_EQ(plant.value("coal", "2026-11-22 10:00", 2), "30.00");
    // 5 of 15 minutes at 1, 10 at 2
    EXPECT_EQ(plant.value("coal", "2026-11-22 10:15", 2), "50.00 split");
}

TEST(FlowCalculator, ACoefficientThatChangesAtMidnightCutsTheMonthExactly) {
    FlowScenario plant;
    plant.coefficient("coal", "2026-01-01", "0.78");
    plant.coefficient("coal", "2026-11-16", "0.80");
    plant.calendar.real_time = 1h;
    plant.reads("belt.mass", steady(plant, "2026-11-01", "2026-12-01", "0", "10"));
    plant.item("tce", "belt.mass * coef.coal");
    plant.compute_until("2026-12-02");
    // 15 days of 240 t at 0.78, 15 at 0.80
    EXPECT_EQ(plant.value("tce", "2026-11", 2), "5688.00");
}

TEST(FlowCalculator, ANewVersionHoldsFromItsDateOn) {
    FlowScenario plant;
    plant.calendar.real_time = 1h;
    plant.reads("a.energy", steady(plant, "2026-11-21", "2026-11-23", "0", "1"));
    plant.reads("b.energy", steady(plant, "2026-11-21", "2026-11-23", "0", "2"));
    plant.item("elec", "a.energy");
    plant.item("elec", "a.energy + b.energy", "2026-11-22");
    plant.compute_until("2026-11-24");
    EXPECT_EQ(plant.value("elec", "2026-11-21", 0), "24");
    EXPECT_EQ(plant.value("elec", "2026-11-22", 0), "72");
}

TEST(FlowCalculator, ItemsInAFormulaEnterUnrounded) {
    FlowScenario plant;
    plant.calendar.real_time = 1h;
    plant.reads("a.energy", steady(plant, "2026-11-22", "2026-11-23", "0", "0.4"));
    plant.item("one", "a.energy");
    plant.item("ten", "one * 10");
    plant.compute_until("2026-11-24");
    EXPECT_EQ(plant.value("one", "2026-11-22 00:00", 0), "0");
    EXPECT_EQ(plant.value("ten", "2026-11-22 00:00", 0), "4");
    EXPECT_EQ(plant.value("ten", "2026-11-22", 0), "96");
}

TEST(FlowCalculator, AnEnteredDayStandsInPlaceOfTheMeteredOne) {
    FlowScenario plant;
    plant.calendar.real_time = 1h;
    plant.reads("a.energy", steady(plant, "2026-11-01", "2026-12-01", "0", "1"));
    plant.item("elec", "a.energy");
    plant.item("double", "elec * 2");
    plant.enter("elec", "2026-11-10", "100.4");
    plant.compute_until("2026-12-02");
    EXPECT_EQ(plant.value("elec", "2026-11-10", 1), "100.4 entered");
    EXPECT_EQ(plant.value("elec", "2026-11-11", 1), "24.0");
    EXPECT_EQ(plant.value("elec", "2026-11", 1), "796.4 entered");  // 29 × 24 + 100.4
    EXPECT_EQ(plant.value("double", "2026-11-10", 1), "200.8 entered");
    EXPECT_EQ(plant.value("double", "2026-11", 1), "1592.8 entered");
}

TEST(FlowCalculator, QuartersAddUpAgainAfterAnEnteredDay) {
    FlowScenario plant;
    plant.calendar.real_time = 1h;
    plant.reads("a.energy", steady(plant, "2026-11-09", "2026-11-13", "0", "0.13"));
    plant.item("elec", "a.energy");
    plant.enter("elec", "2026-11-10", "3.337");
    plant.compute_until("2026-11-14");
    for (const char* day : {"2026-11-09", "2026-11-11", "2026-11-12"}) {
        Decimal sum;
        for (const auto& hour : plant.periods("elec", StatType::real_time)) {
            if (hour.from < plant.period(day).from || hour.to > plant.period(day).to) continue;
            sum = sum.plus(plant.digits("elec", hour, 1)).value();
        }
        EXPECT_EQ(sum, plant.digits("elec", plant.period(day), 1)) << day;
    }
}

TEST(FlowCalculator, DaysOfAManualItemMakeItsMonthWhenAllAreThere) {
    FlowScenario plant;
    plant.manual_item("diesel");
    for (int day = 1; day <= 29; ++day) plant.enter("diesel", fmt::format("2026-11-{:02}", day), "1.1");
    plant.compute_until("2026-12-02");
    EXPECT_EQ(plant.value("diesel", "2026-11-07", 2), "1.10 entered");
    EXPECT_EQ(plant.value("diesel", "2026-11", 2), "none");
    plant.enter("diesel", "2026-11-30", "0.1");
    plant.compute_until("2026-12-02");
    EXPECT_EQ(plant.value("diesel", "2026-11", 2), "32.00 entered");
}

TEST(FlowCalculator, AMonthByStockTakingDoesNotChangeItsDaysAndTheYearIsTheSumOfTheMonths) {
    FlowScenario plant;
    plant.calendar.real_time = 1h;
    plant.reads("belt.mass", steady(plant, "2026-11-01", "2027-01-01", "0", "1"));
    plant.item("coal", "belt.mass");
    plant.flow("coal").versions.back().months_entered = true;
    plant.item("total", "coal * 2", "", StatType::day);
    plant.opening("coal", "2026-01-01", "2026-11-01", "0");
    plant.compute_until("2027-01-02");
    EXPECT_EQ(plant.value("coal", "2026-11", 0), "none");
    EXPECT_EQ(plant.value("total", "2026-11", 0), "none");
    plant.enter("coal", "2026-11", "700");
    plant.enter("coal", "2026-12", "750");
    plant.compute_until("2027-01-02");
    EXPECT_EQ(plant.value("coal", "2026-11-07", 0), "24");
    EXPECT_EQ(plant.value("coal", "2026-11", 0), "700 entered");
    EXPECT_EQ(plant.value("total", "2026-11", 0), "1400 entered");
    EXPECT_EQ(plant.value("total", "2026-11-07", 0), "48");
    EXPECT_EQ(plant.value("coal", "2026", 0), "1450 entered opening");
}

TEST(FlowCalculator, GoingLiveInMidMonthNeedsAnOpeningAmount) {
    FlowScenario plant;
    plant.calendar.real_time = 1h;
    plant.reads("a.energy", steady(plant, "2026-11-17 10:00", "2026-12-01", "5000", "1"));
    plant.item("elec", "a.energy");
    plant.compute_until("2026-12-02");
    EXPECT_EQ(plant.value("elec", "2026-11-17", 0), "none");
    EXPECT_EQ(plant.value("elec", "2026-11-18", 0), "24");
    EXPECT_EQ(plant.value("elec", "2026-11", 0), "none");
    plant.opening("elec", "2026-11-01", "2026-11-17 10:00", "400");
    plant.compute_until("2026-12-02");
    EXPECT_EQ(plant.value("elec", "2026-11-17", 0), "none");
    EXPECT_EQ(plant.value("elec", "2026-11", 0), "726 opening");  // 400 + 14 h + 13 × 24 h
    EXPECT_EQ(plant.value("elec", "2026", 0), "none");
}

TEST(FlowCalculator, ALeapDayIsADayOfItsMonthAndYear) {
    FlowScenario plant;
    plant.calendar.real_time = 1h;
    plant.reads("a.energy", steady(plant, "2028-01-01", "2029-03-02", "0", "1"));
    plant.item("elec", "a.energy");
    plant.compute_until("2029-03-02");
    EXPECT_EQ(plant.value("elec", "2028-02-29", 0), "24");
    EXPECT_EQ(plant.value("elec", "2028-02", 0), "696");  // 29 × 24
    EXPECT_EQ(plant.value("elec", "2028-03", 0), "744");
    EXPECT_EQ(plant.value("elec", "2028", 0), "8784");  // 366 × 24
    EXPECT_EQ(plant.value("elec", "2029-02", 0), "672");
    EXPECT_EQ(plant.figure("elec", "2028-02-29")->total, Exact{60 * 24});
}

// Totals in 2026: 0.5 before, then 0.8 1.1 1.4 1.7; in 2027: 0.3 0.6 0.9. Going on from 1.7 it would
// be 2.0 2.3 2.6, and other hours would have the digit.
TEST(FlowCalculator, AtMidnightOfTheSiteTheYearAndItsRunningTotalBeginAnew) {
    FlowScenario plant;
    plant.calendar.real_time = 1h;
    plant.reads("a.energy", steady(plant, "2026-12-31 20:00", "2027-01-01 03:00", "70", "0.3"));
    plant.item("elec", "a.energy");
    plant.opening("elec", "2026-01-01", "2026-12-31 20:00", "0.5");
    plant.compute_until("2027-01-01 03:00");
    std::string digits;
    for (const auto* hour : {"2026-12-31 20:00", "2026-12-31 21:00", "2026-12-31 22:00", "2026-12-31 23:00",
                             "2027-01-01 00:00", "2027-01-01 01:00", "2027-01-01 02:00"}) {
        digits += plant.value("elec", hour, 0) + " ";
    }
    EXPECT_EQ(digits, "1 0 0 1 0 1 0 ");
    EXPECT_EQ(plant.value("elec", "2026", 0), "2 opening");
    EXPECT_EQ(plant.figure("elec", "2026")->amount, (Exact{17, 10}));
    EXPECT_EQ(plant.figure("elec", "2027-01-01 00:00")->total, (Exact{3, 10}));
}

TEST(FlowCalculator, ComputingAgainFromTheBooksChangesNothing) {
    FlowScenario plant;
    plant.calendar.real_time = 1h;
    plant.reads("a.energy", steady(plant, "2026-10-20 05:00", "2026-12-01", "17", "0.37"));
    plant.item("elec", "a.energy");
    plant.item("third", "elec / 3");
    plant.compute_until("2026-12-01");
    const auto before = plant.figure("third", "2026-11-30");
    const auto month = plant.figure("third", "2026-11");
    ASSERT_TRUE(month);
    plant.compute_again("2026-11-05", "2026-12-01");
    EXPECT_EQ(plant.figure("third", "2026-11-30"), before);
    EXPECT_EQ(plant.figure("third", "2026-11"), month);
}

/// Any readings, any gaps: hours sum to days, days to months, months to the year, digit for digit, and the
/// year is the difference of its indexes.
RC_GTEST_PROP(FlowCalculator, PartsAddUpDigitForDigit, (std::uint32_t seed)) {
    std::mt19937 random{seed};
    FlowScenario plant;
    plant.calendar.real_time = 4h;
    FlowScenario::Story story;
    const std::int64_t start = random() % 1000;
    std::int64_t index = start;
    const auto end = plant.at("2028-01-01");
    for (UtcTime t = plant.at("2027-01-01"); t <= end; t += plant.calendar.real_time) {
        const bool missing = t != end && t != plant.at("2027-01-01") && random() % 5 == 0;
        const auto period = plant.calendar.containing(StatType::real_time, t);
        story.emplace_back(plant.calendar.text(period), missing ? "-" : fmt::format("{}e-2", index));
        if (t != end) index += random() % 30;
    }
    plant.reads("m.energy", story);
    plant.item("m", "m.energy * 7 / 3");
    plant.compute_until("2028-01-02");
    const int decimals = static_cast<int>(random() % 4);
    const auto sum = [&](StatType type, const StatPeriod& of) {
        Decimal total;
        for (const auto& part : plant.periods("m", type)) {
            if (part.from >= of.from && part.to <= of.to) {
                total = total.plus(plant.digits("m", part, decimals)).value();
            }
        }
        return total;
    };
    const auto year = plant.period("2027");
    RC_ASSERT(sum(StatType::real_time, year) == plant.digits("m", year, decimals));
    RC_ASSERT(sum(StatType::month, year) == plant.digits("m", year, decimals));
    for (const auto& month : plant.periods("m", StatType::month)) {
        RC_ASSERT(sum(StatType::day, month) == plant.digits("m", month, decimals));
    }
    const auto day = plant.period("2027-05-17");
    RC_ASSERT(sum(StatType::real_time, day) == plant.digits("m", day, decimals));
    RC_ASSERT(plant.figure("m", "2027")->amount == (Exact{index - start} * Exact{7, 300}));
}

}  // namespace
}  // namespace mg
