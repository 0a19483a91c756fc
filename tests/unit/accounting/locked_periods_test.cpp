#include <chrono>
#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "accounting_plant.h"

namespace mg {
namespace {

constexpr const char* kTwoMeters =
    "a,hv,1,test,,,1000000,4000,SN-A\n"
    "b,hv,2,test,400,5,1000000,400000,SN-B\n";
constexpr const char* kItems =
    "elec,电,电力,实时 日 月 年,15,现场仪表,累计差,a.energy + b.energy,kWh,2,,,,不计,,,\n"
    "share,占比,能效指标,日 月 年,,现场仪表,比值,100 * b.energy / elec,%,2,,,,不计,,,\n";

/// From 22 December on; what came before is an opening amount, so that month and year are whole. b runs 80
/// kWh a quarter-hour and a 10: 8640 a day, 267840 in the month.
struct LockedPeriods : testing::Test {
    LockedPeriods() {
        plant.records(OpeningAmount{"elec", plant.at("2026-01-01 00:00"), plant.at("2026-12-01 00:00"),
                                    Decimal{1'000'000, 0}});
        plant.records(OpeningAmount{"elec", plant.at("2026-12-01 00:00"), plant.at("2026-12-22 00:00"),
                                    Decimal{181'440, 0}});
        plant.runs("a", "2026-12-22 00:00", "2027-01-03 00:00", "1000", "10");
        plant.runs("b", "2026-12-22 00:00", "2027-01-03 00:00", "5", "1");
        plant.account();
    }
    DatedId lock(std::string_view period) {
        return named(plant.records(PeriodLock{plant.period(period)}), 'L');
    }
    /// What b measured from then on is twice as much.
    DatedId double_b(std::string_view from) {
        return named(
            plant.records(MultiplierChange{{"b"}, plant.at(from), {Decimal{160, 0}, Decimal{1, 0}}, {}}),
            'M');
    }
    void revoke(DatedId id) {
        ASSERT_TRUE(plant.books().revoke(id, "li", "why", plant.at("2027-05-01 00:00")));
        plant.account();
    }
    /// Records are known by the names that `named` gives them: "8640.00 → 16320.00 (multiplier M)", "none".
    std::string request(const std::string& item, std::string_view when) {
        const StatPeriod period = plant.period(when);
        const auto found =
            plant.books()
                .requests({.items = {item}, .type = period.type, .from = period.from, .to = period.to})
                .value();
        if (found.empty()) return "none";
        const auto& [wanted, stands] = found.front();
        return (stands && stands->value ? stands->value->to_string() : "nothing") + " → " +
               (wanted.value ? wanted.value->to_string() : "no value") + " (" + by_name(wanted.cause) + ")";
    }
    /// "multiplier 6; lock 5 revoked" → "multiplier M; lock L revoked".
    std::string by_name(std::string cause) const {
        for (const auto& [id, name] : names) {
            const auto at = cause.find(' ' + std::to_string(id));
            if (at != std::string::npos) cause.replace(at + 1, std::to_string(id).size(), 1, name);
        }
        return cause;
    }
    DatedId named(DatedId id, char name) {
        names[id] = name;
        return id;
    }
    std::size_t requests() { return plant.books().requests({}).value().size(); }

    AccountingPlant plant{kTwoMeters, kItems};
    std::map<DatedId, char> names;
};

TEST_F(LockedPeriods, AClosedMonthStaysAsItIsAndWhatWouldChangeItIsARequest) {
    lock("2026-12");
    double_b("2026-12-31 00:00");
    plant.account();

    EXPECT_EQ(plant.value("elec", "2026-12"), "267840.00 opening");
    EXPECT_EQ(plant.value("elec", "2026-12-31"), "8640.00");
    EXPECT_EQ(plant.value("elec", "2026-12-31 10:15"), "90.00");
    EXPECT_EQ(plant.value("share", "2026-12-31"), "88.89");
    EXPECT_EQ(plant.value("elec", "2027-01-01"), "16320.00") << "it is open";
    EXPECT_EQ(plant.value("elec", "2026"), "1267840.00 opening") << "open, but the sum of what stands";

    EXPECT_EQ(request("elec", "2026-12"), "267840.00 → 275520.00 (multiplier M)");
    EXPECT_EQ(request("elec", "2026-12-31"), "8640.00 → 16320.00 (multiplier M)");
    EXPECT_EQ(request("elec", "2026-12-31 10:15"), "90.00 → 170.00 (multiplier M)");
    EXPECT_EQ(request("elec", "2026-12-30"), "none");
    EXPECT_EQ(request("share", "2026-12-31"), "88.89 → 94.12 (multiplier M)");
    EXPECT_EQ(request("elec", "2026"), "none");
}

TEST_F(LockedPeriods, AnOpenedMonthTakesWhatWasAskedForWithItsCause) {
    const DatedId closed = lock("2026-12");
    double_b("2026-12-31 00:00");
    plant.account();
    revoke(closed);

    EXPECT_EQ(plant.value("elec", "2026-12"), "275520.00 opening");
    EXPECT_EQ(plant.value("elec", "2026"), "1275520.00 opening");
    EXPECT_EQ(plant.value("share", "2026-12-31"), "94.12");
    const auto revisions = plant.revisions("elec", "2026-12");
    ASSERT_EQ(revisions.size(), 2U);
    EXPECT_EQ(by_name(revisions.back().cause), "multiplier M; lock L revoked");
    EXPECT_EQ(by_name(plant.revisions("elec", "2026").back().cause), "lock L revoked");
    EXPECT_EQ(requests(), 0U);
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST_F(LockedPeriods, ARequestEndsWhenWhatAskedForItIsRevoked) {
    lock("2026-12");
    const DatedId wrong = double_b("2026-12-23 00:00");
    plant.account();
    EXPECT_GT(requests(), 800U);
    revoke(wrong);

    EXPECT_EQ(requests(), 0U);
    EXPECT_EQ(plant.value("elec", "2027-01-01"), "8640.00");
    EXPECT_EQ(plant.revisions("elec", "2026-12").size(), 1U);
}

TEST_F(LockedPeriods, SeveralCorrectionsAddUpToOneRequestAcrossARestart) {
    const DatedId closed = lock("2026-12");
    double_b("2026-12-31 00:00");
    plant.account();
    plant.restart();
    plant.account();
    Replacement replacement;  // a ran 7 kWh more before it was taken away
    replacement.meter = {"a"};
    replacement.removed_at = replacement.installed_at = plant.at("2026-12-23 10:07");
    replacement.old_serial = "SN-A";
    replacement.new_serial = "SN-C";
    replacement.registers = {{{"energy"}, Decimal{2377, 0}, Decimal{2370, 0}, Decimal{}}};
    named(plant.records(replacement), 'R');
    plant.account();
    plant.restart();
    plant.account();

    EXPECT_EQ(plant.value("elec", "2026-12"), "267840.00 opening");
    EXPECT_EQ(request("elec", "2026-12"), "267840.00 → 275527.00 (multiplier M; replacement R)");
    EXPECT_EQ(request("elec", "2026-12-23"), "8640.00 → 8647.00 (replacement R)");
    EXPECT_EQ(request("elec", "2026-12-31"), "8640.00 → 16320.00 (multiplier M)");
    revoke(closed);
    EXPECT_EQ(plant.value("elec", "2026-12"), "275527.00 opening");
    EXPECT_EQ(plant.value("elec", "2026"), "1275527.00 opening");
    EXPECT_EQ(requests(), 0U);
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST_F(LockedPeriods, AClosedDayClosesItsQuarterHoursAndNotItsMonth) {
    lock("2026-12-30");
    double_b("2026-12-30 00:00");
    plant.account();

    EXPECT_EQ(plant.value("elec", "2026-12-30"), "8640.00");
    EXPECT_EQ(plant.value("elec", "2026-12-30 10:15"), "90.00");
    EXPECT_EQ(request("elec", "2026-12-30"), "8640.00 → 16320.00 (multiplier M)");
    EXPECT_EQ(plant.value("elec", "2026-12-31"), "16320.00");
    EXPECT_EQ(plant.value("elec", "2026-12"), "275520.00 opening") << "the sum of what stands";
    EXPECT_EQ(plant.value("elec", "2026"), "1275520.00 opening");
}

TEST_F(LockedPeriods, AnOpenedDayUnderAClosedMonthStaysClosed) {
    const DatedId day = lock("2026-12-31");
    lock("2026-12");
    double_b("2026-12-31 00:00");
    plant.account();
    revoke(day);
    EXPECT_EQ(plant.value("elec", "2026-12-31"), "8640.00");
    EXPECT_EQ(request("elec", "2026-12-31"), "8640.00 → 16320.00 (multiplier M)");
}

TEST(LockedPeriod, AFirstValueForAClosedDayIsARequestToo) {
    AccountingPlant plant{kTwoMeters, kItems};
    plant.runs("a", "2027-01-01 00:00", "2027-01-03 00:00", "1000", "10");
    plant.runs("b", "2027-01-01 00:00", "2027-01-01 12:00", "5", "1");
    plant.account();
    const DatedId closed = plant.records(PeriodLock{plant.period("2027-01-01")});
    plant.runs("b", "2027-01-01 12:15", "2027-01-03 00:00", "54", "1");
    plant.account();

    EXPECT_EQ(plant.value("elec", "2027-01-01"), "none");
    EXPECT_EQ(plant.value("elec", "2027-01-02"), "8640.00") << "goes on behind the closed day";
    const auto asked = plant.books().requests({.items = {"elec"}, .type = StatType::day}).value();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_FALSE(asked.front().stands);
    EXPECT_EQ(asked.front().wanted.value->to_string(), "8640.00");
    ASSERT_TRUE(plant.books().revoke(closed, "li", "why", plant.at("2027-05-01 00:00")));
    plant.account();
    EXPECT_EQ(plant.value("elec", "2027-01-01"), "8640.00");
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(LockedPeriod, ALateReadingOfAClosedDayIsARequest) {
    AccountingPlant plant{kTwoMeters, kItems};
    plant.runs("b", "2027-01-01 00:00", "2027-01-02 06:00", "5", "1");
    plant.runs("a", "2027-01-01 00:00", "2027-01-01 23:30", "1000", "10");
    plant.reads("a", "2027-01-01 23:45", "-");
    plant.runs("a", "2027-01-02 00:00", "2027-01-02 06:00", "1960", "10");
    plant.account();
    plant.records(PeriodLock{plant.period("2027-01-01")});
    plant.reads("a", "2027-01-01 23:45", "1941");
    plant.account();
    const auto late = plant.period("2027-01-01 23:45");
    const auto asked = plant.books().requests({.items = {"elec"}, .type = StatType::real_time}).value();
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_EQ(asked.back().wanted.period, late);
    EXPECT_EQ(asked.back().wanted.cause, "late readings");
    EXPECT_EQ(plant.value("elec", "2027-01-01"), "8640.00") << "the day itself is the same";
}

TEST(LockedPeriod, ARequestIsNotLostInRoundingAcrossDays) {
    // 0.04 kWh a quarter-hour more does not show in a quarter-hour, but in the month.
    AccountingPlant plant{"a,hv,1,test,,,1000000,4000,SN-A\n",
                          "elec,电,电力,实时 日 月 年,15,现场仪表,累计差,a.energy,kWh,0,,,,不计,,,\n"};
    plant.runs("a", "2026-12-01 00:00", "2027-01-02 00:00", "1000", "4");
    plant.account();
    const DatedId closed = plant.records(PeriodLock{plant.period("2026-12")});
    plant.records(MultiplierChange{{"a"},
                                   plant.at("2026-12-01 00:00"),
                                   {Decimal{101, -2}, Decimal{1, 0}},
                                   {{{"energy"}, Decimal{1000, 0}}}});
    plant.account();

    const auto month = plant.books().requests({.items = {"elec"}, .type = StatType::month}).value();
    ASSERT_EQ(month.size(), 1U);
    EXPECT_EQ(month.front().wanted.value->to_string(), "12023");  // 2976 × 4.04 = 12023.04
    EXPECT_EQ(month.front().stands->value->to_string(), "11904");
    ASSERT_TRUE(plant.books().revoke(closed, "li", "why", plant.at("2027-05-01 00:00")));
    plant.account();
    EXPECT_EQ(plant.value("elec", "2026-12"), "12023");
    EXPECT_EQ(plant.books().requests({}).value().size(), 0U);
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

}  // namespace
}  // namespace mg
