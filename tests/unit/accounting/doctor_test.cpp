#include "gateway/accounting/doctor.h"

#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "accounting_plant.h"
#include "gateway/accounting/doctor_evidence.h"

namespace mg {
namespace {

using Cause = DoctorFinding::Cause;

Decimal dec(std::string_view text) {
    return Decimal::parse(text).value();
}

/// Two incomers on a busbar and three feeders from it, an item of last year's amount; a day that agrees.
struct Site : testing::Test {
    Site() {
        ModelOptions model;
        model.id = "model";
        for (const char* id : {"energy_import", "energy_export"}) {
            PointOptions point;
            point.id = {id};
            point.kind = PointKind::index;
            point.ratio = Ratio::ct_pt;
            point.unit = "kWh";
            model.points.push_back(point);
        }
        options.models = {model};
        add("in_1", "grid", "bus", "60", "100", 52'000, 20'800);
        add("in_2", "grid", "bus", "60", "100", 48'000, 20'800);
        add("mill", "bus", "milling", "40", "100", 60'000, 6'200);
        add("kiln", "bus", "burning", "40", "100", 30'000, 4'160);
        add("office", "bus", "office", "80", "1", 8'000, 1'000);
        ItemOptions item;
        item.id = "elec";
        item.formula = "mill.energy_import";
        item.unit = "万kWh";
        item.periods = {StatType::real_time, StatType::day};
        item.last_year = dec("2200");
        options.items = {item};
        evidence.item_per_day["elec"] = 6;
        evidence.days = 7;
    }

    void add(const std::string& id, const std::string& from, const std::string& to, std::string_view ct,
             std::string_view pt, double per_day, int most) {
        MeterOptions meter;
        meter.id = {id};
        meter.line = LineId{"hv"};
        meter.model = "model";
        meter.multiplier = {dec(ct), dec(pt)};
        meter.from = from;
        meter.to = to;
        meter.max_per_hour = Decimal{most, 0};
        options.meters.push_back(meter);
        evidence.registers[{{id}, {"energy_import"}}] = {
            .per_day = per_day, .largest_hour = per_day / 20, .step = 1, .days = 7};
        evidence.mean_power[{id}] = per_day / 24;
    }
    DoctorEvidence::Register& seen(const std::string& id) {
        return evidence.registers.at({{id}, {"energy_import"}});
    }
    void counts(const std::string& id, double factor) {
        seen(id).per_day *= factor;
        seen(id).largest_hour *= factor;
    }
    /// "mill too_high ct_twice own_power 40", one after the other.
    std::string found() const {
        std::vector<std::string> all;
        for (const auto& one : examine(options, evidence)) {
            all.push_back(fmt::format("{} {} {} {} {:.3g}{}", one.subject, to_string(one.what),
                                      to_string(one.cause), to_string(one.against), one.factor,
                                      one.other.empty() ? "" : " " + one.other));
        }
        return fmt::format("{}", fmt::join(all, "; "));
    }

    Options options;
    DoctorEvidence evidence;
};

TEST_F(Site, AHealthySiteHasNoFindings) {
    EXPECT_EQ(found(), "");
    counts("office", 0.6);  // a weekend
    evidence.mean_power.at({"office"}) *= 0.5;
    EXPECT_EQ(found(), "");
}

TEST_F(Site, ARatioThatIsAppliedTwiceShowsAtTheMetersOwnPower) {
    counts("kiln", 40);
    EXPECT_EQ(found(), "kiln too_high ct_twice own_power 40; kiln above_rating unknown nameplate 14.4");
}

TEST_F(Site, ARatioThatIsAppliedTwiceToEverythingShowsAtTheNode) {
    counts("kiln", 100);
    evidence.mean_power.at({"kiln"}) *= 100;
    EXPECT_EQ(found(), "kiln above_rating unknown nameplate 36.1; kiln too_high pt_twice node 93.8 bus");
}

TEST_F(Site, ACurrentTransformerThatWasForgottenShowsAtTheNode) {
    options.meters[0].multiplier.ct = dec("1");
    seen("in_1").per_day = 50'000.0 / 60;
    evidence.mean_power.at({"in_1"}) /= 60;
    EXPECT_EQ(found(), "in_1 too_low ct_missing node 60 bus");
}

TEST_F(Site, AnItemIsHeldAgainstLastYear) {
    evidence.item_per_day["elec"] = 60'000;
    EXPECT_EQ(found(), "elec too_high unit_10000 last_year 9.95e+03");
    evidence.item_per_day["elec"] = 0.0006;
    EXPECT_EQ(found(), "elec too_low unit_10000 last_year 1e+04");
    evidence.item_per_day["elec"] = 5.0 * 40;
    EXPECT_EQ(found(), "elec too_high ct_twice last_year 33.2");
    evidence.item_per_day["elec"] = 6 * 3.5;
    EXPECT_EQ(found(), "") << "a year is not like the other";
}

TEST_F(Site, EnergyThatRunsIntoExportIsAReversedTransformer) {
    seen("kiln").per_day = 0;
    evidence.registers[{{"kiln"}, {"energy_export"}}] = {
        .per_day = 30'000, .largest_hour = 1500, .step = 1, .days = 7};
    EXPECT_EQ(found(), "kiln runs_reversed unknown nothing 1");
    options.items[0].formula = "mill.energy_import - kiln.energy_export";
    EXPECT_EQ(found(), "") << "this site feeds in and knows it";
}

TEST_F(Site, ARegisterThatStandsWhilePowerFlowsIsNamed) {
    seen("office").per_day = 0;
    EXPECT_EQ(found(), "office stands unknown own_power 1");
    evidence.mean_power.at({"office"}) = 0.01;
    EXPECT_EQ(found(), "") << "nothing flows";
}

TEST_F(Site, ACoarseStepNamesTheMeterToTakeTheShapeFrom) {
    seen("mill").step = 150;  // of 625 in a quarter-hour
    EXPECT_EQ(found(), "mill coarse_step unknown nothing 0.24 in_1");
    options.items[0].periods = {StatType::day};
    EXPECT_EQ(found(), "") << "nobody reports its quarter-hours";
}

TEST(DoctorCause, IsTheUsualOneNearest) {
    const Multiplier through{dec("60"), dec("100")};
    EXPECT_EQ(cause_of(60, through, 1.2), Cause::ct_twice);
    EXPECT_EQ(cause_of(95, through, 1.2), Cause::pt_twice);
    EXPECT_EQ(cause_of(6000, through, 1.2), Cause::ratio_twice);
    EXPECT_EQ(cause_of(10'000, through, 1.2), Cause::unit_10000);
    EXPECT_EQ(cause_of(0.001, through, 1.2), Cause::unit_1000);
    EXPECT_EQ(cause_of(0.01, {dec("60"), dec("1")}, 1.2), Cause::pt_missing);
    EXPECT_EQ(cause_of(1.0 / 60, {dec("1"), dec("1")}, 1.2), Cause::ct_missing);
    EXPECT_EQ(cause_of(3, through, 1.2), Cause::unknown);
}

TEST(DoctorEvidence, IsWhatTheStoreAndTheBooksSayOfFullDays) {
    AccountingPlant plant{"a,hv,1,test,,,1000000,4000,SN-A\nb,hv,2,test,400,5,1000000,400000,SN-B\n",
                          "elec,电,电力,实时 日,15,现场仪表,累计差,a.energy + b.energy,万kWh,4,,,,不计,,,\n"};
    plant.runs("a", "2027-01-01 00:00", "2027-01-03 12:00", "1000", "10");
    plant.runs("b", "2027-01-01 00:00", "2027-01-03 12:00", "5", "0.25");
    plant.account();

    const auto evidence =
        gather_evidence(plant.basis(), plant.books(), plant.store(), plant.at("2027-01-03 13:07"));

    ASSERT_TRUE(evidence) << evidence.error().what;
    EXPECT_EQ(evidence->days, 2);
    const auto& b = evidence->registers.at({{"b"}, {"energy"}});
    EXPECT_DOUBLE_EQ(b.per_day, 1920);
    EXPECT_DOUBLE_EQ(b.largest_hour, 80);
    EXPECT_DOUBLE_EQ(b.step, 0.8);
    EXPECT_DOUBLE_EQ(evidence->mean_power.at({"b"}), 0);
    EXPECT_DOUBLE_EQ(evidence->item_per_day.at("elec"), 0.288);
    EXPECT_TRUE(examine(plant.basis().options, *evidence).empty());
}

}  // namespace
}  // namespace mg
