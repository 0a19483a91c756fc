#include "gateway/commands/explanation_view.h"

#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "gateway/accounting/explainer.h"
#include "gateway/accounting/explanation_json.h"
#include "gateway/base/language.h"
#include "tests/unit/accounting/accounting_plant.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr const char* kMeter = "a,hv,1,test,400,5,1000000,400000,SN-A\n";

std::string view_of(AccountingPlant& plant, const std::string& item, std::string_view period,
                    std::optional<std::uint32_t> revision = {}) {
    plant.account();
    Explainer explainer{plant.basis(), plant.books(), plant.store()};
    const auto explanation = explainer.explain(item, plant.period(period), revision);
    if (!explanation) return explanation.error().what;
    const auto view = explanation_view(json_of(*explanation), 480min);
    return view ? *view : view.error().what;
}

void expect_parts(const std::string& view, std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) {
        EXPECT_NE(view.find(part), std::string::npos) << part << " is missing in:\n" << view;
    }
}

/// A day with a replacement at 10:07, put on record after it was computed without.
struct ReplacedMeter : testing::Test {
    ReplacedMeter() {
        plant.runs("a", "2027-01-01 00:00", "2027-01-01 10:00", "5300", "1");
        plant.runs("a", "2027-01-01 10:15", "2027-01-02 00:00", "3.5", "1");
        plant.account();
        Replacement replacement;
        replacement.meter = {"a"};
        replacement.removed_at = plant.at("2027-01-01 10:07");
        replacement.installed_at = plant.at("2027-01-01 10:07");
        replacement.old_serial = "SN-A";
        replacement.new_serial = "SN-B";
        replacement.registers = {{{"energy"}, Decimal{53405, -1}, Decimal{3, 0}, Decimal{}}};
        plant.records(replacement);
    }
    ~ReplacedMeter() override { set_language(Language::en); }

    AccountingPlant plant{
        kMeter, "elec,全厂用电,电力,实时 日,15,现场仪表,累计差,a.energy * coef.k,万kWh,4,,,,不计,,,\n",
        "k,0.5,1,2026-01-01\n"};
};

TEST_F(ReplacedMeter, TheDayIsShownFromIndexToIndexWithTheRecordAndTheArithmetic) {
    expect_parts(
        view_of(plant, "elec", "2027-01-01"),
        {"elec 2027-01-01: 0.3840 万kWh, revision 1", "formula: a.energy * coef.k",
         "a.energy: 7680 kWh × 0.0001 (units) × 0.5 [coef.k] = 0.384",
         "2027-01-01 00:00:00  5300.00  (sample 1, taken 2027-01-01 00:00:03, good)", "… 40 readings between",
         "2027-01-01 10:07:00  5340.5  (record 2)", "(5340.5 - 5300.00) × 80 [record 1] = 3240",
         "(58.50 - 3) × 80 [record 1] = 4440", "record 1: first instrument, a: SN-A, multiplier 80",
         "record 2: meter replacement, a: SN-A → SN-B", "revision 1: 0.3800 → 0.3840"});
}

TEST_F(ReplacedMeter, AnEarlierRevisionIsShownWithoutAWorkingThatIsNotItsOwn) {
    const auto view = view_of(plant, "elec", "2027-01-01", 0);
    expect_parts(view, {"elec 2027-01-01: 0.3800 万kWh, revision 0", "A later revision took its place"});
    EXPECT_EQ(view.find("a.energy:"), std::string::npos) << view;
}

TEST_F(ReplacedMeter, ItIsSaidInChineseAsWell) {
    set_language(Language::zh);
    expect_parts(view_of(plant, "elec", "2027-01-01 10:00"), {"修订 1", "年初累计，期末", "换表"});
}

TEST(ExplanationView, ATotalSaysByWhichFactorAndOnWhichBasis) {
    AccountingPlant plant{
        kMeter,
        "elec,电,电力,实时 日,15,现场仪表,累计差,a.energy,万kWh,4,coef.elec_tce,tce/万kWh,等价,加,,,\n"
        "heat,热,热力,日,,手工填报,手工,,GJ,2,0.03412,tce/GJ,等价,减,,,\n"
        "tce,综合能耗,综合能耗,日,,现场仪表,综合能耗,,tce,2,,,,不计,,,\n",
        "elec_tce,3.05,tce/万kWh,2026-01-01\n"};
    plant.runs("a", "2027-01-01 00:00", "2027-01-02 00:00", "5300", "1");
    plant.enters("heat", "2027-01-01", "10");

    expect_parts(view_of(plant, "tce", "2027-01-01"),
                 {"standard coal of elec: × coef.elec_tce tce/万kWh, equivalent (等价)",
                  "standard coal of heat: × 0.03412 tce/GJ, equivalent (等价)"});
    set_language(Language::zh);
    expect_parts(view_of(plant, "tce", "2027-01-01"), {"elec 折标：× coef.elec_tce tce/万kWh，等价"});
    set_language(Language::en);
}

TEST_F(ReplacedMeter, WhatIsNotThereIsSaid) {
    expect_parts(view_of(plant, "elec", "2027-01-05"), {"elec has no figure for 2027-01-05 yet"});
    expect_parts(view_of(plant, "elec", "2027-01-01", 9), {"elec has 2 revisions for 2027-01-01"});
    EXPECT_FALSE(explanation_view("{}", 480min));
    EXPECT_FALSE(explanation_view("nonsense", 480min));
}

}  // namespace
}  // namespace mg
