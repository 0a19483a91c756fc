#include "gateway/accounting/register_life.h"

#include <gtest/gtest.h>

#include "register_scenario.h"

namespace mg {
namespace {

using Swap = RegisterRecords::Swap;
using Ratio = RegisterRecords::Ratio;

Decimal number(std::string_view text) {
    return RegisterScenario::number(text);
}
UtcTime at(std::string_view text) {
    return scenario_time(text);
}

RegisterScenario feeder() {
    RegisterScenario meter;
    meter.rules = {.rollover = number("1000000"),
                   .max_per_hour = number("200"),
                   .step = number("0.01"),
                   .multiplier = Exact{1}};
    return meter;
}

TEST(RegisterLife, EachQuarterIsTheDifferenceOfItsIndexes) {
    auto meter = feeder();
    meter.reads("10:00 100 | 10:15 110.5 | 10:30 120.25");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "10.5");
    EXPECT_EQ(meter.amount("10:15", "10:30"), "9.75");
    EXPECT_EQ(meter.amount("10:00", "10:30"), "20.25");
    EXPECT_EQ(meter.amount("09:45", "10:00"), "not known");
    EXPECT_EQ(meter.amount("10:30", "10:45"), "not known");
}

TEST(RegisterLife, TheMultiplierApplies) {
    auto meter = feeder();
    meter.rules.multiplier = Exact{21000};
    meter.rules.max_per_hour = number("21800");
    meter.reads("10:00 5.11 | 10:15 5.15");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "840");
}

TEST(RegisterLife, AMissingBoundaryIsBridgedInProportionToTimeAndThePartsAddUp) {
    auto meter = feeder();
    meter.reads("10:00 100 | 10:15 - | 10:30 - | 10:45 110");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "10/3 end_bridged");
    EXPECT_EQ(meter.amount("10:15", "10:30"), "10/3 begin_bridged end_bridged");
    EXPECT_EQ(meter.amount("10:30", "10:45"), "10/3 begin_bridged");
    EXPECT_EQ(meter.amount("10:00", "10:45"), "10");
}

TEST(RegisterLife, BetweenEqualReadingsEveryPeriodIsExactlyZeroAndGood) {
    auto meter = feeder();
    meter.reads("10:00 100 | 10:15 - | 10:30 - | 10:45 100");
    EXPECT_EQ(meter.amount("10:15", "10:30"), "0");
}

TEST(RegisterLife, ABridgedBoundaryInsideALongPeriodDoesNotMatter) {
    auto meter = feeder();
    meter.reads("10:00 100 | 10:15 - | 10:30 120 | 10:45 125 | 11:00 130");
    EXPECT_EQ(meter.amount("10:00", "11:00"), "30");
    EXPECT_EQ(meter.amount("10:15", "11:00"), "20 begin_bridged");
}

TEST(RegisterLife, AMomentaryZeroIsPassedOver) {
    auto meter = feeder();
    meter.reads("10:00 53000 | 10:15 0 | 10:30 53020");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "10 end_bridged");
    EXPECT_EQ(meter.amount("10:15", "10:30"), "10 begin_bridged");
    EXPECT_EQ(meter.amount("10:00", "10:30"), "20");
    EXPECT_EQ(meter.odd(), std::vector<std::string>{"0"});
}

TEST(RegisterLife, ALongRowOfZerosIsPassedOverAsWell) {
    auto meter = feeder();
    meter.reads("10:00 53000 | 10:15 0 | 10:30 0 | 10:45 0 | 11:00 53040");
    EXPECT_EQ(meter.amount("10:00", "11:00"), "40");
    EXPECT_FALSE(meter.life().unconfirmed());
}

TEST(RegisterLife, ASpikeIsPassedOver) {
    auto meter = feeder();
    meter.reads("10:00 100 | 10:15 42949672 | 10:30 120");
    EXPECT_EQ(meter.amount("10:00", "10:30"), "20");
}

TEST(RegisterLife, TheNextReadingDecidesBeforeAnythingIsCounted) {
    auto meter = feeder();
    meter.reads("10:00 53000 | 10:15 0");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "not known");
    EXPECT_EQ(meter.life().doubted()->index, number("0"));
}

TEST(RegisterLife, ARollOverIsCountedAcrossTheEndOfTheDisplay) {
    auto meter = feeder();
    meter.reads("10:00 999990 | 10:15 5");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "15");
}

TEST(RegisterLife, RollOverThroughAGapIsBridged) {
    auto meter = feeder();
    meter.rules.multiplier = Exact{1};
    meter.reads("10:00 999990 | 10:15 - | 10:30 20");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "15 end_bridged");
    EXPECT_EQ(meter.amount("10:00", "10:30"), "30");
}

TEST(RegisterLife, AFallThatTheArithmeticDoesNotExplainIsNoRollOver) {
    auto meter = feeder();
    meter.reads("10:00 999000 | 10:15 5 | 10:30 6");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "0 unconfirmed");
}

TEST(RegisterLife, InATimeThatAllowsAFullTurnAFallProvesNothing) {
    RegisterScenario meter;
    meter.rules = {
        .rollover = number("1000"), .max_per_hour = number("200"), .step = {}, .multiplier = Exact{1}};
    meter.reads("10:00 900 | 16:00 10 | 16:15 20");
    EXPECT_EQ(meter.amount("10:00", "16:00"), "0 unconfirmed");
}

TEST(RegisterLife, WithoutALimitTheEndsOfTheDisplayDecide) {
    RegisterScenario meter;
    meter.rules = {.rollover = number("10000"), .max_per_hour = {}, .step = {}, .multiplier = Exact{1}};
    meter.reads("10:00 9990 | 10:15 20");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "30");
    RegisterScenario other;
    other.rules = meter.rules;
    other.reads("10:00 5000 | 10:15 20 | 10:30 40");
    EXPECT_EQ(other.amount("10:00", "10:15"), "0 unconfirmed");
}

TEST(RegisterLife, AStepThatNobodyExplainsCountsAsNothingAndWhatFollowsIsUnconfirmed) {
    auto meter = feeder();
    meter.reads("10:00 53000 | 10:15 3 | 10:30 13 | 10:45 23");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "0 unconfirmed");
    EXPECT_EQ(meter.amount("10:15", "10:30"), "10 unconfirmed");
    EXPECT_EQ(meter.amount("10:00", "10:45"), "20 unconfirmed");
}

TEST(RegisterLife, ARulingExplainsAReset) {
    auto meter = feeder();
    meter.records.rulings = {{7,
                              {.meter = {},
                               .point = {},
                               .at = at("10:15"),
                               .verdict = IndexVerdict::was_reset,
                               .before = number("53004"),
                               .after = number("0"),
                               .until = {}}}};
    meter.reads("10:00 53000 | 10:15 3 | 10:30 13");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "7");
    EXPECT_EQ(meter.amount("10:15", "10:30"), "10");
}

TEST(RegisterLife, ARulingMakesAJumpGenuineOrAReadingFalse) {
    auto meter = feeder();
    meter.records.rulings = {{1,
                              {.meter = {},
                               .point = {},
                               .at = at("10:15"),
                               .verdict = IndexVerdict::genuine,
                               .before = {},
                               .after = {},
                               .until = {}}},
                             {2,
                              {.meter = {},
                               .point = {},
                               .at = at("10:45"),
                               .verdict = IndexVerdict::false_value,
                               .before = {},
                               .after = {},
                               .until = at("11:15")}}};
    meter.reads("10:00 100 | 10:15 5100 | 10:30 5110 | 10:45 5111 | 11:00 5112 | 11:15 5140");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "5000");
    EXPECT_EQ(meter.amount("10:30", "11:15"), "30");
    EXPECT_EQ(meter.amount("10:30", "10:45"), "10 end_bridged");
}

TEST(RegisterLife, AFallByOneStepOfTheRegisterIsStandingStill) {
    auto meter = feeder();
    meter.reads("10:00 100.00 | 10:15 99.99 | 10:30 100.02");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "0");
    EXPECT_EQ(meter.amount("10:00", "10:30"), "0.02");
}

TEST(RegisterLife, AReplacementAddsTheEndOfTheOldAndTheStartOfTheNew) {
    auto meter = feeder();
    meter.rules.multiplier = Exact{60};
    meter.rules.max_per_hour = number("6000");
    meter.records.swaps = {Swap{.id = 9,
                                .removed_at = at("10:07"),
                                .installed_at = at("10:12"),
                                .old_end = number("53005"),
                                .new_start = number("1.5"),
                                .unmetered = number("30"),
                                .multiplier = Exact{80},
                                .rollover = {}}};
    meter.reads("10:00 53000 | 10:15 2.5 | 10:30 5");
    // 5 × 60 + 30 + 1 × 80
    EXPECT_EQ(meter.amount("10:00", "10:15"), "410 estimated");
    EXPECT_EQ(meter.amount("10:15", "10:30"), "200");
}

TEST(RegisterLife, AReplacementAtABoundaryBelongsToBothSides) {
    auto meter = feeder();
    meter.records.swaps = {Swap{.id = 9,
                                .removed_at = at("10:15"),
                                .installed_at = at("10:15"),
                                .old_end = number("53010"),
                                .new_start = number("0"),
                                .unmetered = {},
                                .multiplier = {},
                                .rollover = {}}};
    for (const char* reading_then : {"53010", "0", "-"}) {
        auto told = feeder();
        told.records = meter.records;
        told.reads(std::string("10:00 53000 | 10:15 ") + reading_then + " | 10:30 8");
        EXPECT_EQ(told.amount("10:00", "10:15"), "10") << reading_then;
        EXPECT_EQ(told.amount("10:15", "10:30"), "8") << reading_then;
    }
}

TEST(RegisterLife, AReplacementExplainsWhatLookedLikeABreak) {
    auto meter = feeder();
    meter.records.swaps = {Swap{.id = 9,
                                .removed_at = at("10:07"),
                                .installed_at = at("10:07"),
                                .old_end = number("53006"),
                                .new_start = number("0"),
                                .unmetered = {},
                                .multiplier = {},
                                .rollover = {}}};
    meter.reads("10:00 53000 | 10:15 3 | 10:30 13");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "9");
    EXPECT_FALSE(meter.life().unconfirmed());
}

TEST(RegisterLife, ANewRatioCountsFromTheIndexAtWhichItHappened) {
    auto meter = feeder();
    meter.rules.multiplier = Exact{40};
    meter.rules.max_per_hour = number("8000");
    meter.records.ratios = {Ratio{3, at("10:05"), Exact{60}, number("102")}};
    meter.reads("10:00 100 | 10:15 110");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "560");  // 2 × 40 + 8 × 60
}

TEST(RegisterLife, WhereNobodyNotedTheIndexItIsInterpolatedAndMarked) {
    auto meter = feeder();
    meter.rules.multiplier = Exact{40};
    meter.rules.max_per_hour = number("8000");
    meter.records.ratios = {Ratio{3, at("10:05"), Exact{60}, {}}};
    meter.reads("10:00 100 | 10:15 109");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "480 split");  // 3 × 40 + 6 × 60
}

TEST(RegisterLife, ARatioThatWasWrongFromTheFirstDayIsRightFromTheFirstDay) {
    auto meter = feeder();
    meter.rules.multiplier = Exact{40};
    meter.rules.max_per_hour = number("8000");
    meter.records.ratios = {Ratio{3, at("-1 00:00"), Exact{80}, {}}};
    meter.reads("10:00 100 | 10:15 101");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "80");
}

TEST(RegisterLife, OutOfServiceCountsAsZeroAndItsReadingsAreNotUsed) {
    auto meter = feeder();
    meter.records.outages = {{4, at("10:15"), at("11:00")}};
    meter.reads("10:00 100 | 10:15 110 | 10:30 77 | 10:45 - | 11:00 110 | 11:15 115");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "10");
    EXPECT_EQ(meter.amount("10:15", "10:30"), "0");
    EXPECT_EQ(meter.amount("10:15", "11:15"), "5");
}

TEST(RegisterLife, OutOfServiceUntilFurtherNoticeDoesNotKeepOthersWaiting) {
    auto meter = feeder();
    meter.records.outages = {{4, at("10:15"), {}}};
    meter.reads("10:00 100 | 10:15 110");
    meter.pass("12:00");
    EXPECT_EQ(meter.amount("10:15", "12:00"), "0");
}

TEST(RegisterLife, AnInstrumentExchangedWhileOutOfServiceStartsFromItsOwnIndex) {
    auto meter = feeder();
    meter.records.outages = {{4, at("10:15"), at("11:00")}};
    meter.records.swaps = {Swap{.id = 5,
                                .removed_at = at("10:40"),
                                .installed_at = at("10:40"),
                                .old_end = number("110"),
                                .new_start = number("0"),
                                .unmetered = {},
                                .multiplier = {},
                                .rollover = {}}};
    meter.reads("10:00 100 | 10:15 110 | 11:00 0 | 11:15 5");
    EXPECT_EQ(meter.amount("10:15", "11:00"), "0");
    EXPECT_EQ(meter.amount("11:00", "11:15"), "5");
}

TEST(RegisterLife, ADoubtfulClockMarksThePeriodsThatEndThere) {
    auto meter = feeder();
    meter.reads("10:00 100 | 10:15 110 ? | 10:30 120 | 10:45 130");
    EXPECT_EQ(meter.amount("10:00", "10:15"), "10 end_doubtful");
    EXPECT_EQ(meter.amount("10:15", "10:30"), "10 begin_doubtful");
    EXPECT_EQ(meter.amount("10:00", "10:30"), "20");
    EXPECT_EQ(meter.amount("10:30", "10:45"), "10");
}

TEST(RegisterLife, ALongPeriodHasTheMarksOfItsPartsButOfEndsOnlyItsOwn) {
    auto meter = feeder();
    meter.reads("09:45 95 ? | 10:00 100 | 10:15 - | 10:30 120 | 10:45 3 | 11:00 5 | 11:15 - | 11:30 9");
    EXPECT_EQ(meter.amount("09:45", "11:15"), "29 end_bridged begin_doubtful unconfirmed");
    SpanSeries series;
    series.add(meter.spans());
    Marks marks = series.amount(at("09:45"), at("10:00"))->marks;
    for (const char* quarter : {"10:00", "10:15", "10:30", "10:45", "11:00"}) {
        const UtcTime from = at(quarter);
        marks = marks.followed_by(series.amount(from, from + std::chrono::minutes{15})->marks);
    }
    EXPECT_EQ(marks, series.amount(at("09:45"), at("11:15"))->marks);
}

TEST(RegisterLife, GoesOnFromACheckpointAsIfItHadNeverStopped) {
    auto whole = feeder();
    const std::string first = "10:00 53000 | 10:15 3 | 10:30 13 | 10:45 53000";
    const std::string second = "11:00 20 | 11:15 30 | 11:30 - | 11:45 40";
    whole.reads(first);
    const auto state = whole.life().state();
    auto resumed = feeder();
    ASSERT_TRUE(resumed.life().restore(state));
    whole.reads(second);
    resumed.reads(second);
    EXPECT_EQ(resumed.life().state(), whole.life().state());
    EXPECT_EQ(resumed.amount("11:15", "11:45"), whole.amount("11:15", "11:45"));
    EXPECT_EQ(resumed.amount("11:15", "11:45"), "10 unconfirmed");
}

TEST(RegisterLife, RefusesWhatIsNoCheckpoint) {
    auto meter = feeder();
    for (const char* text : {"", "x", "confirmed last", "confirmed last 9 1 1 1 1",
                             "confirmed last 0 1 a 1 1", "confirmed doubted 1", "confirmed nonsense"}) {
        EXPECT_FALSE(meter.life().restore(text)) << text;
    }
}

}  // namespace
}  // namespace mg
