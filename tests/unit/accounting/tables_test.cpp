#include <gtest/gtest.h>

#include "accounting_plant.h"
#include "gateway/accounting/site_basis.h"

/// Tables that change from one start to the next.
namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr const char* kMeter = "a,hv,1,test,,,1000000,40000,SN-A\n";
constexpr const char* kElec = "elec,电,电力,实时 日 月,15,现场仪表,累计差,a.energy,万kWh,4,,,,不计,,,\n";

/// Ten days at 10 kWh a quarter-hour, 960 kWh a day.
void ten_days(AccountingPlant& plant) {
    plant.runs("a", "2027-01-01 00:00", "2027-01-11 00:00", "1000", "10");
    plant.account();
}

TEST(ChangedTables, AnItemThatIsAddedLaterIsComputedFromWhatIsStored) {
    AccountingPlant plant{kMeter, kElec};
    ten_days(plant);

    plant.takes_tables(
        kMeter, std::string{kElec} + "double,两倍,电力,日,15,现场仪表,累计差,2 * elec,万kWh,4,,,,不计,,,\n");
    plant.account();

    EXPECT_EQ(plant.value("double", "2027-01-02"), "0.1920");
    EXPECT_EQ(plant.value("double", "2027-01-10"), "0.1920");
    EXPECT_EQ(plant.revisions("elec", "2027-01-02").size(), 1U);
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(ChangedTables, ACoefficientThatIsCorrectedReachesBackToItsDateAndNoFurther) {
    const auto item = "coal,煤,煤,日,15,现场仪表,累计差,a.energy * coef.share,kWh,2,,,,不计,,,\n";
    AccountingPlant plant{kMeter, item, "share,0.5,1,\nshare,0.6,1,2027-01-06\n"};
    ten_days(plant);
    ASSERT_EQ(plant.value("coal", "2027-01-06"), "576.00");

    plant.takes_tables(kMeter, item, "share,0.5,1,\nshare,0.7,1,2027-01-06\n");
    plant.account();

    const auto corrected = plant.revisions("coal", "2027-01-06");
    ASSERT_EQ(corrected.size(), 2U);
    EXPECT_EQ(corrected[1].value->to_string(), "672.00");
    EXPECT_EQ(corrected[1].cause, "tables changed");
    EXPECT_EQ(plant.revisions("coal", "2027-01-05").size(), 1U);
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(ChangedTables, AFormulaThatIsCorrectedIsARevisionAndSoIsWhatRestsOnIt) {
    const std::string sum = "sum,和,电力,日,15,现场仪表,累计差,2 * elec,万kWh,4,,,,不计,,,\n";
    AccountingPlant plant{kMeter, kElec + sum};
    ten_days(plant);

    plant.takes_tables(kMeter,
                       "elec,电,电力,实时 日 月,15,现场仪表,累计差,3 * a.energy,万kWh,4,,,,不计,,,\n" + sum);
    plant.account();

    EXPECT_EQ(plant.value("elec", "2027-01-03"), "0.2880");
    EXPECT_EQ(plant.value("sum", "2027-01-03"), "0.5760");
    EXPECT_EQ(plant.revisions("sum", "2027-01-03").back().cause, "tables changed");
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(ChangedTables, ARatioThatTheTableTakesOverFromTheRecordsLeavesThePastAsItWas) {
    AccountingPlant plant{kMeter, kElec};
    ten_days(plant);
    plant.records(MultiplierChange{{"a"}, plant.at("2027-01-06 00:00"), {Decimal{80, 0}, Decimal{1, 0}}, {}});
    plant.account();
    ASSERT_EQ(plant.value("elec", "2027-01-06"), "7.6800");

    plant.takes_tables("a,hv,1,test,400,5,1000000,40000,SN-A\n", kElec);
    plant.account();

    EXPECT_EQ(plant.value("elec", "2027-01-05"), "0.0960");
    EXPECT_EQ(plant.revisions("elec", "2027-01-05").size(), 1U);
    EXPECT_EQ(plant.revisions("elec", "2027-01-06").size(), 2U);
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(ChangedTables, AFirstRatioThatWasNeverTrueGoesWhenItsRecordIsRevoked) {
    AccountingPlant plant{kMeter, kElec};
    ten_days(plant);
    const auto first = plant.books().dated({.kind = "initial_instrument"}).value();
    ASSERT_EQ(first.size(), 1U);
    ASSERT_TRUE(
        plant.books().revoke(first.front().id, "张示例", "CT was forgotten", plant.at("2027-01-11 08:00")));

    plant.takes_tables("a,hv,1,test,400,5,1000000,40000,SN-A\n", kElec);
    plant.account();

    EXPECT_EQ(plant.value("elec", "2027-01-02"), "7.6800");
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(ChangedTables, TablesThatSayTheSameComputeNothingAgain) {
    AccountingPlant plant{kMeter, kElec};
    ten_days(plant);

    plant.takes_tables(kMeter,
                       "elec,另一个名字,电力,实时 日 月,15,现场仪表,累计差,a.energy,万kWh,4,,,,不计,,,\n");

    ASSERT_TRUE(plant.accountant().step());
    EXPECT_EQ(plant.accountant().status().to_do, 0U);
    plant.account();
    EXPECT_EQ(plant.revisions("elec", "2027-01-02").size(), 1U);
    EXPECT_EQ(plant.books().dated({.kind = "initial_instrument"}).value().size(), 1U);
}

TEST(ChangedTables, AnItemThatIsTakenOutKeepsItsRecords) {
    const std::string other = "other,另,电力,日,15,现场仪表,累计差,a.energy,kWh,2,,,,不计,,,\n";
    AccountingPlant plant{kMeter, kElec + other};
    ten_days(plant);

    plant.takes_tables(kMeter, kElec);
    plant.account();

    EXPECT_EQ(plant.value("other", "2027-01-02"), "960.00");
}

TEST(ChangedTables, WhatRestsOnSamplesThatAreGoneIsNotComputedAgain) {
    AccountingPlant plant{kMeter, kElec};
    ten_days(plant);
    for (const auto& item : plant.store().items()) {
        const auto& stored = std::get<StoredSample>(item);
        if (stored.sample.slot.at == plant.at("2027-01-05 12:00"))
            plant.store().drop_through(stored.sequence);
    }

    plant.takes_tables(kMeter,
                       "elec,电,电力,实时 日 月,15,现场仪表,累计差,2 * a.energy,万kWh,4,,,,不计,,,\n");
    plant.account();

    EXPECT_EQ(plant.value("elec", "2027-01-04"), "0.0960");
    EXPECT_EQ(plant.value("elec", "2027-01-05"), "0.0960") << "half of its samples are there";
    EXPECT_EQ(plant.revisions("elec", "2027-01-05 00:00").size(), 1U);
    EXPECT_EQ(plant.value("elec", "2027-01-06"), "0.1920");
}

// ---- what cannot change ----

TEST(ChangedFrame, IsNoneWhereTablesSayTheSameOrTheBooksDoNotKnow) {
    AccountingPlant plant{kMeter, kElec};
    ten_days(plant);
    EXPECT_TRUE(frame_problems(plant.books().basis().value(), plant.basis().options).empty());
    EXPECT_TRUE(frame_problems({}, plant.basis().options).empty());
}

TEST(ChangedFrame, TheOffsetOfTheSiteAndTheStepsOfAnItemCannotChange) {
    AccountingPlant plant{kMeter, kElec};
    ten_days(plant);
    Options others = plant.basis().options;
    others.site.utc_offset = 7h;
    others.items.front().interval = 30min;

    const auto problems = frame_problems(plant.books().basis().value(), others);

    ASSERT_EQ(problems.size(), 2U);
    EXPECT_FALSE(problems[0].row);
    EXPECT_EQ(problems[1].row, 0U);
}

TEST(ChangedFrame, IsNotedByBooksOfAnEarlierProgramWithoutComputingAnythingAgain) {
    AccountingPlant plant{kMeter, kElec};
    ten_days(plant);
    auto as_before = plant.books().basis().value();
    std::erase_if(as_before, [](const BasisLine& line) { return line.subject.starts_with("frame"); });
    ASSERT_TRUE(plant.books().commit({.basis = as_before}));

    plant.restart();
    ASSERT_TRUE(plant.accountant().step());

    EXPECT_TRUE(plant.books().to_do().value().empty());
    EXPECT_FALSE(frame_problems(plant.books().basis().value(),
                                [&] {
                                    Options others = plant.basis().options;
                                    others.site.utc_offset = 7h;
                                    return others;
                                }())
                     .empty());
}

}  // namespace
}  // namespace mg
