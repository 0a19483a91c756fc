#include "gateway/accounting/accountant.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "accounting_plant.h"

namespace mg {
namespace {

constexpr const char* kTwoMeters =
    "a,hv,1,test,,,1000000,4000,SN-A\n"
    "b,hv,2,test,400,5,1000000,400000,SN-B\n";
constexpr const char* kElec =
    "elec,电,电力,实时 日 月 年,15,现场仪表,累计差,a.energy + b.energy,万kWh,4,,,,不计,,,\n";

constexpr const char* kOfA = "elec,电,电力,实时 日,15,现场仪表,累计差,a.energy,kWh,2,,,,不计,,,\n";

TEST(Accountant, BoundarySamplesBecomeRecordsOfAllPeriods) {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("a", "2026-12-31 00:00", "2027-01-01 00:00", "1000", "10");
    plant.runs("b", "2026-12-31 00:00", "2027-01-01 00:00", "5", "0.25");
    plant.account();
    EXPECT_EQ(plant.value("elec", "2026-12-31 10:15"), "0.0030");  // 10 + 0.25 × 80
    EXPECT_EQ(plant.value("elec", "2026-12-31"), "0.2880");
    EXPECT_EQ(plant.value("elec", "2026-12"), "none");
}

TEST(Accountant, ARestartGoesOnWhereItWas) {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("a", "2027-01-01 00:00", "2027-01-02 11:00", "1000", "10");
    plant.runs("b", "2027-01-01 00:00", "2027-01-02 11:00", "5", "0.25");
    plant.account();
    plant.restart();
    plant.runs("a", "2027-01-02 11:15", "2027-01-04 00:00", "2410", "10");
    plant.runs("b", "2027-01-02 11:15", "2027-01-04 00:00", "40.25", "0.25");
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-02 11:00"), "0.0030");
    EXPECT_EQ(plant.value("elec", "2027-01-02"), "0.2880");
    EXPECT_EQ(plant.value("elec", "2027-01-03"), "0.2880");
    EXPECT_EQ(plant.revisions("elec", "2027-01-02").size(), 1U);
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(Accountant, ALateSampleIsARevisionWithItsCause) {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("b", "2027-01-01 00:00", "2027-01-02 00:00", "5", "0");
    plant.reads("a", "2027-01-01 00:00", "0");
    plant.reads("a", "2027-01-01 00:15", "-");
    plant.reads("a", "2027-01-01 00:30", "100");
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-01 00:00"), "0.0050 end_bridged");
    plant.reads("a", "2027-01-01 00:15", "80");
    plant.account();
    const auto revisions = plant.revisions("elec", "2027-01-01 00:00");
    ASSERT_EQ(revisions.size(), 2U);
    EXPECT_EQ(revisions[1].value->to_string(), "0.0080");
    EXPECT_EQ(revisions[1].marks, Marks{});
    EXPECT_EQ(revisions[1].cause, "late readings");
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(Accountant, AReplacementThatIsEnteredDaysLaterCorrectsWhatFollowsFromIt) {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("b", "2027-01-01 00:00", "2027-01-05 00:00", "5", "0");
    plant.runs("a", "2027-01-01 00:00", "2027-01-02 10:00", "53000", "10");
    plant.runs("a", "2027-01-02 10:15", "2027-01-05 00:00", "3", "10");
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-02 10:00"), "0.0000 unconfirmed");
    EXPECT_EQ(plant.value("elec", "2027-01-03"), "0.0960 unconfirmed");
    ASSERT_EQ(plant.books().breaks().value().size(), 1U);
    Replacement replacement;
    replacement.meter = {"a"};
    replacement.removed_at = plant.at("2027-01-02 10:07");
    replacement.installed_at = plant.at("2027-01-02 10:07");
    replacement.old_serial = "SN-A";
    replacement.new_serial = "SN-C";
    replacement.registers = {{{"energy"}, Decimal{54367, 0}, Decimal{0, 0}, Decimal{}}};
    const DatedId id = plant.records(replacement);
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-02 10:00"), "0.0010");  // 54360 → 54367, 0 → 3
    EXPECT_EQ(plant.value("elec", "2027-01-03"), "0.0960");
    EXPECT_TRUE(plant.books().breaks().value().empty());
    EXPECT_EQ(plant.revisions("elec", "2027-01-03").back().cause, fmt::format("replacement {}", id));
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(Accountant, ADeadMeterHoldsUpItsItemsAndTheyFollowWhenItIsBack) {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("a", "2027-01-01 00:00", "2027-01-09 00:00", "1000", "10");
    plant.reads("b", "2027-01-01 00:00", "5");
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-01"), "none");
    plant.runs("b", "2027-01-09 00:00", "2027-01-10 00:00", "773", "1");
    plant.runs("a", "2027-01-09 00:15", "2027-01-10 00:00", "8690", "10");
    plant.account();
    // 768 indexes × 80 over 8 days; the first day ends inside the bridge.
    EXPECT_EQ(plant.value("elec", "2027-01-01"), "0.8640 end_bridged");
    EXPECT_EQ(plant.value("elec", "2027-01-09"), "0.8640");
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(Accountant, AMultiplierThatIsEnteredFiveDaysLateCountsFromItsIndexOn) {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("a", "2027-01-01 00:00", "2027-01-07 12:00", "1000", "0");
    plant.runs("b", "2027-01-01 00:00", "2027-01-07 12:00", "5", "0.25");
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-02"), "0.1920");  // 96 × 0.25 × 80

    // 600/5 since the second at 10:07, when the display showed 39.10
    MultiplierChange change{{"b"}, plant.at("2027-01-02 10:07"), {.ct = Decimal{120, 0}}, {}};
    change.registers = {{{"energy"}, Decimal{3910, -2}}};
    const DatedId id = plant.records(change);
    plant.account();

    EXPECT_EQ(plant.value("elec", "2027-01-01"), "0.1920");
    EXPECT_EQ(plant.revisions("elec", "2027-01-01").size(), 1U);
    // At 10:00 it was 39.00, at 10:15 39.25: 0.10 × 80 + 0.15 × 120
    EXPECT_EQ(plant.value("elec", "2027-01-02 10:00"), "0.0026");
    // 10 hours × 80 kWh, 26 kWh, 55 quarters × 30 kWh
    EXPECT_EQ(plant.value("elec", "2027-01-02"), "0.2476");
    EXPECT_EQ(plant.value("elec", "2027-01-06"), "0.2880");
    EXPECT_EQ(plant.revisions("elec", "2027-01-06").back().cause, fmt::format("multiplier {}", id));
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

// The clock ran half an hour ahead: what was taken for 10:30 and 10:45 was read at 10:00 and 10:15. Set
// right, it comes to both slots again.
TEST(Accountant, AClockThatIsSetBackLeavesTheReadingsOfTheNewTime) {
    AccountingPlant plant{kTwoMeters, kOfA};
    plant.runs("a", "2027-01-01 10:00", "2027-01-01 10:45", "1000", "10");
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-01 10:15"), "10.00");

    plant.clock_is_set_back();
    plant.runs("a", "2027-01-01 10:30", "2027-01-01 11:15", "1041", "11");
    plant.account();

    EXPECT_EQ(plant.value("elec", "2027-01-01 10:00"), "10.00");
    EXPECT_EQ(plant.revisions("elec", "2027-01-01 10:00").size(), 1U);
    EXPECT_EQ(plant.value("elec", "2027-01-01 10:15"), "31.00");  // 1010 → 1041
    EXPECT_EQ(plant.value("elec", "2027-01-01 10:30"), "11.00");
    EXPECT_EQ(plant.value("elec", "2027-01-01 10:45"), "11.00");
    EXPECT_EQ(plant.value("elec", "2027-01-01 11:00"), "11.00");
    EXPECT_EQ(plant.revisions("elec", "2027-01-01 10:30").back().cause, "late readings");
    EXPECT_EQ(plant.revisions("elec", "2027-01-01 10:30").size(), 2U);
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(Accountant, AReplacementInALongGapChangesTheGapFromItsBeginning) {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("b", "2027-01-01 00:00", "2027-01-08 00:00", "5", "0");
    plant.reads("a", "2027-01-01 12:00", "1000");
    plant.runs("a", "2027-01-05 12:00", "2027-01-08 00:00", "1960", "2.5");
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-02"), "0.0240 begin_bridged end_bridged");
    Replacement replacement;
    replacement.meter = {"a"};
    replacement.removed_at = plant.at("2027-01-04 12:00");
    replacement.installed_at = plant.at("2027-01-04 12:00");
    replacement.old_serial = "SN-A";
    replacement.new_serial = "SN-C";
    replacement.registers = {{{"energy"}, Decimal{1072, 0}, Decimal{1000, 0}, Decimal{}}};
    plant.records(replacement);
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-02"), "0.0024 begin_bridged end_bridged");  // 72 in 3 days
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(Accountant, ManualValuesAndTotalsFollowWhatIsEntered) {
    AccountingPlant plant{kTwoMeters,
                          "elec,电,电力,实时 日 月 年,15,现场仪表,累计差,a.energy + "
                          "b.energy,万kWh,4,coef.elec_tce,tce/万kWh,当量,加,,,\n"
                          "diesel,柴油,柴油,日 月 年,,手工填报,手工,,t,3,coef.diesel_tce,tce/t,参考,加,,,\n"
                          "tce,综合能耗,综合能耗,日 月 年,,现场仪表,综合能耗,,tce,2,,,,不计,,,\n"
                          "unit,单耗,能效指标,日 月 年,,现场仪表,比值,1000 * (diesel * coef.diesel_tce + "
                          "elec * coef.elec_tce) / elec,"
                          "kgce/万kWh,2,,,,不计,,,\n",
                          "elec_tce,1.229,tce/万kWh,2026-01-01\ndiesel_tce,1.5,tce/t,2026-01-01\n"};
    plant.runs("a", "2027-01-01 00:00", "2027-01-03 00:00", "1000", "100");
    plant.runs("b", "2027-01-01 00:00", "2027-01-03 00:00", "5", "0");
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-01"), "0.9600");
    EXPECT_EQ(plant.value("tce", "2027-01-01"), "none");
    plant.enters("diesel", "2027-01-01", "2");
    plant.account();
    EXPECT_EQ(plant.value("diesel", "2027-01-01"), "2.000 entered");
    EXPECT_EQ(plant.value("tce", "2027-01-01"), "4.18 entered");  // 1.17984 + 3
    EXPECT_EQ(plant.value("unit", "2027-01-01"), "4354.00 entered");
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(Accountant, AValueFromBeforeTheFirstSampleIsAFigureToo) {
    AccountingPlant plant{kTwoMeters,
                          "elec,电,电力,实时 日 月 年,15,现场仪表,累计差,a.energy,万kWh,4,,,,不计,,,\n"
                          "diesel,柴油,柴油,日 月 年,,手工填报,手工,,t,3,,,,不计,,,\n"};
    plant.runs("a", "2027-03-01 00:00", "2027-03-02 00:00", "1000", "100");
    plant.account();

    plant.enters("diesel", "2027-01-07", "2");
    plant.enters("diesel", "2027-02", "31.5");
    plant.account();

    EXPECT_EQ(plant.value("diesel", "2027-01-07"), "2.000 entered");
    EXPECT_EQ(plant.value("diesel", "2027-02"), "31.500 entered");
}

TEST(Accountant, MeansAreOfAllSamplesAndLastValuesOfTheEnd) {
    AccountingPlant plant{kTwoMeters,
                          "load,负荷,电力,实时 日,15,现场仪表,平均,a.power,kW,2,,,,不计,,,\n"
                          "end,期末,电力,实时 日,15,现场仪表,期末值,a.power,kW,2,,,,不计,,,\n"};
    plant.reads("a", "2027-01-01 00:00", "0", "10");
    plant.reads("a", "2027-01-01 00:05", "0", "20");
    plant.reads("a", "2027-01-01 00:10", "-");
    plant.reads("a", "2027-01-01 00:15", "0", "60");
    plant.reads("a", "2027-01-01 00:30", "0", "70");
    plant.account();
    EXPECT_EQ(plant.value("load", "2027-01-01 00:00"), "15.00");
    EXPECT_EQ(plant.value("load", "2027-01-01 00:15"), "60.00");
    EXPECT_EQ(plant.value("end", "2027-01-01 00:15"), "70.00");
}

constexpr const char* kLoad = "load,负荷,电力,实时 日,15,现场仪表,平均,a.power,kW,2,,,,不计,,,\n";

TEST(Accountant, ACorrectionSinceTheFirstBoundaryMakesNoLastValueOfTheMonthBefore) {
    AccountingPlant plant{
        "a,hv,1,test,,,1000000,4000,SN-A\n",
        "heat,热值,系数,日 月,,手工填报,期末值,coef.heat,tce/t,4,,,,不计,,,\n" + std::string(kOfA),
        "heat,0.78,tce/t,2026-01-01,,,,,\n"};
    plant.runs("a", "2027-01-01 00:00", "2027-01-02 00:15", "1000", "10");
    plant.account();
    plant.records(MultiplierChange{{"a"}, plant.at("2027-01-01 00:00"), {Decimal{2, 0}, Decimal{1, 0}}, {}});
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-01"), "1920.00");  // 96 × 10 × 2
    EXPECT_EQ(plant.value("heat", "2027-01-01"), "0.7800");
    EXPECT_EQ(plant.value("heat", "2026-12-31"), "none");
    EXPECT_EQ(plant.value("heat", "2026-12"), "none");
}

TEST(Accountant, AValueThatComesLateIsInTheMeanOfYesterdayAlsoAfterARestart) {
    AccountingPlant plant{kTwoMeters, kLoad};
    plant.reads("a", "2027-01-01 12:00", "0", "10");
    plant.reads("a", "2027-01-01 12:05", "-");
    plant.runs("a", "2027-01-01 12:15", "2027-01-02 09:00", "0", "1");
    plant.account();
    plant.restart();
    plant.account();

    plant.reads("a", "2027-01-01 12:05", "0", "30");
    plant.account();

    EXPECT_EQ(plant.value("load", "2027-01-01 12:00"), "20.00");
    EXPECT_EQ(plant.revisions("load", "2027-01-01 12:00").back().cause, "late readings");
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(Accountant, AValueThatCameLateWhileTheGatewayStoppedIsALateOneToo) {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("b", "2027-01-01 00:00", "2027-01-01 02:00", "5", "0");
    plant.reads("a", "2027-01-01 00:00", "0");
    plant.reads("a", "2027-01-01 00:15", "-");
    plant.runs("a", "2027-01-01 00:30", "2027-01-01 02:00", "100", "0");
    plant.account();

    plant.reads("a", "2027-01-01 00:15", "80");
    plant.restart();
    plant.account();

    EXPECT_EQ(plant.value("elec", "2027-01-01 00:00"), "0.0080");
    EXPECT_EQ(plant.revisions("elec", "2027-01-01 00:00").back().cause, "late readings");
}

TEST(Accountant, AMeanGoesOnBehindAGapAcrossMidnightAlsoAfterARestart) {
    AccountingPlant plant{kTwoMeters, kLoad};
    plant.reads("a", "2027-01-01 21:45", "0", "10");
    plant.reads("a", "2027-01-01 22:00", "0", "10");
    plant.stops("a", "2027-01-01 22:01", "2027-01-02 05:00");
    plant.reads("a", "2027-01-02 05:00", "0", "30");
    plant.reads("a", "2027-01-02 05:15", "0", "40");
    plant.account();
    EXPECT_EQ(plant.value("load", "2027-01-02 04:45"), "no value no_divisor few_samples");
    EXPECT_EQ(plant.value("load", "2027-01-02 05:00"), "30.00");
    plant.restart();
    plant.account();

    plant.reads("a", "2027-01-02 05:30", "0", "50");
    plant.account();

    EXPECT_EQ(plant.value("load", "2027-01-02 05:15"), "40.00");
}

// ---- registers that stand ----

TEST(StuckRegister, StandsWhileItsMeterSaysThatPowerFlows) {
    AccountingPlant plant{kTwoMeters, kOfA};
    plant.reads("a", "2027-01-01 00:00", "1000", "100");
    plant.reads("a", "2027-01-01 00:15", "1000", "100");
    plant.account();
    plant.restart();
    plant.reads("a", "2027-01-01 00:30", "1000", "0");
    plant.reads("a", "2027-01-01 00:45", "1050", "100");
    plant.reads("a", "2027-01-01 01:00", "1050", "0");
    plant.account();

    EXPECT_EQ(plant.value("elec", "2027-01-01 00:00"), "0.00 stuck");
    EXPECT_EQ(plant.value("elec", "2027-01-01 00:15"), "0.00 stuck") << "until it moves";
    EXPECT_EQ(plant.value("elec", "2027-01-01 00:30"), "50.00");
    EXPECT_EQ(plant.value("elec", "2027-01-01 00:45"), "0.00") << "nothing flows";
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(StuckRegister, OneOfCoarseStepsMayStandBesideASmallLoad) {
    AccountingPlant plant{kTwoMeters, kOfA};
    // 0.03 kW are 0.0075 kWh in a quarter-hour; the register counts by 0.01 kWh.
    for (const auto* moment : {"00:00", "00:15", "00:30", "00:45"}) {
        plant.reads("a", std::string{"2027-01-01 "} + moment, "1000", "0.03");
    }
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-01 00:30"), "0.00");
}

TEST(StuckRegister, IsNoneDuringAProductionStop) {
    AccountingPlant plant{kTwoMeters, kOfA};
    plant.records(ProductionStop{{}, plant.at("2026-12-31 00:00"), plant.at("2027-01-02 00:00")});
    plant.reads("a", "2027-01-01 00:00", "1000", "100");
    plant.reads("a", "2027-01-01 00:15", "1000", "100");
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-01 00:00"), "0.00");
}

TEST(StuckRegister, FlowBackwardsDoesNotMoveAForwardRegister) {
    AccountingPlant plant{kTwoMeters, kOfA};
    plant.reads("a", "2027-01-01 00:00", "1000", "-100");
    plant.reads("a", "2027-01-01 00:15", "1000", "-100");
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-01 00:00"), "0.00");
}

}  // namespace
}  // namespace mg
