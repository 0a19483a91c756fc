#include <exception>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "accounting_plant.h"
#include "gateway/accounting/explainer.h"
#include "gateway/accounting/explanation_json.h"

/// Prints what explain says of the records of made-up plants, one a line, for a program that computes them
/// again from what is printed alone: recompute_explanations.py.
namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTwoMeters =
    "a,hv,1,test,,,1000000,4000,SN-A\n"
    "b,hv,2,test,400,5,1000000,400000,SN-B\n";
constexpr const char* kElec =
    "elec,电,电力,实时 日 月 年,15,现场仪表,累计差,a.energy + b.energy,万kWh,4,,,,不计,,,\n"
    "less,差,电力,实时 日,15,现场仪表,累计差,2 * elec - b.energy,MWh,3,,,,不计,,,\n";

Decimal dec(std::string_view text) {
    return Decimal::parse(text).value();
}

/// Every day, month and year; of the quarter-hours those that have something to tell, and some others.
void print_all(const std::string& scenario, AccountingPlant& plant) {
    plant.account();
    Explainer explainer{plant.basis(), plant.books(), plant.store()};
    int number = 0;
    const auto all = plant.books().records({});
    for (const auto& record : all.value()) {
        if (record.item.find('/') != std::string::npos) continue;
        const bool is_short = record.period.type == StatType::real_time;
        if (is_short && record.marks == Marks{} && ++number % 37 != 0) continue;
        const auto explanation = explainer.explain(record.item, record.period, {});
        if (!explanation) throw std::runtime_error(scenario + ": " + explanation.error().what);
        fmt::print("{{\"scenario\":\"{}\",\"explanation\":{}}}\n", scenario, json_of(*explanation));
    }
}

Replacement replacement(const AccountingPlant& plant, std::string_view removed, std::string_view installed,
                        std::string_view old_end, std::string_view new_start) {
    Replacement record;
    record.meter = {"a"};
    record.removed_at = plant.at(removed);
    record.installed_at = plant.at(installed);
    record.old_serial = "SN-A";
    record.new_serial = "SN-C";
    record.registers = {{{"energy"}, dec(old_end), dec(new_start), Decimal{}}};
    return record;
}

void plain_over_the_year_end() {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.records(
        OpeningAmount{"elec", plant.period("2026").from, plant.at("2026-12-30 10:00"), dec("99.87654321")});
    plant.records(
        OpeningAmount{"elec", plant.period("2026-12").from, plant.at("2026-12-30 10:00"), dec("7.00005")});
    plant.runs("a", "2026-12-30 10:00", "2027-01-02 00:00", "1000.01", "10.37");
    plant.runs("b", "2026-12-30 10:00", "2027-01-02 00:00", "5", "0.23");
    print_all("plain_over_the_year_end", plant);
}

void rolls_over() {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("a", "2027-01-01 00:00", "2027-01-01 12:00", "999800", "4");
    plant.runs("a", "2027-01-01 12:15", "2027-01-02 00:00", "0.5", "7.77");
    plant.runs("b", "2027-01-01 00:00", "2027-01-02 00:00", "5", "0.23");
    print_all("rolls_over", plant);
}

void replaced() {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("b", "2027-01-01 00:00", "2027-01-03 00:00", "5", "0");
    plant.runs("a", "2027-01-01 00:00", "2027-01-01 10:00", "53000", "10");
    plant.runs("a", "2027-01-01 12:15", "2027-01-03 00:00", "3", "0.5");
    auto record = replacement(plant, "2027-01-01 10:07", "2027-01-01 12:04", "53404.5", "1.25");
    record.registers.front().unmetered = dec("70");
    record.multiplier = Multiplier{Decimal{20, 0}, Decimal{1, 0}};
    plant.records(record);
    print_all("replaced", plant);
}

void bridged() {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("b", "2027-01-01 00:00", "2027-01-03 12:00", "5", "0.01");
    plant.runs("a", "2027-01-01 00:00", "2027-01-01 20:00", "100", "3");
    plant.runs("a", "2027-01-02 07:30", "2027-01-03 12:00", "500.01", "3");
    print_all("bridged", plant);
}

void bridged_over_a_replacement() {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("b", "2027-01-01 00:00", "2027-01-04 00:00", "5", "0");
    plant.reads("a", "2027-01-01 00:00", "1000");
    plant.runs("a", "2027-01-03 12:00", "2027-01-04 00:00", "1010", "2.5");
    plant.records(replacement(plant, "2027-01-02 10:07", "2027-01-02 10:07", "1072", "1000"));
    print_all("bridged_over_a_replacement", plant);
}

void ratio_changed() {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("a", "2027-01-01 00:00", "2027-01-03 00:00", "1000", "10");
    plant.runs("b", "2027-01-01 00:00", "2027-01-03 00:00", "5", "0.25");
    plant.records(MultiplierChange{{"b"}, plant.at("2027-01-01 10:07"), {Decimal{60, 0}, Decimal{1, 0}}, {}});
    plant.records(MultiplierChange{
        {"b"}, plant.at("2027-01-01 20:11"), {Decimal{40, 0}, Decimal{1, 0}}, {{{"energy"}, dec("25.1")}}});
    plant.records(MultiplierChange{{"b"}, plant.at("2027-01-02 10:07"), {Decimal{30, 0}, Decimal{1, 0}}, {}});
    plant.records(MultiplierChange{{"b"}, plant.at("2027-01-02 10:09"), {Decimal{20, 0}, Decimal{1, 0}}, {}});
    print_all("ratio_changed", plant);
}

void ruled_broken_and_out_of_service() {
    AccountingPlant plant{kTwoMeters, kElec};
    plant.runs("b", "2027-01-01 00:00", "2027-01-03 00:00", "5", "0");
    plant.runs("a", "2027-01-01 00:00", "2027-01-01 08:00", "50000", "10");
    plant.runs("a", "2027-01-01 08:15", "2027-01-01 12:00", "3", "10");
    plant.reads("a", "2027-01-01 12:15", "0");
    plant.runs("a", "2027-01-01 12:30", "2027-01-01 18:00", "173", "1");
    plant.runs("a", "2027-01-01 18:15", "2027-01-03 00:00", "900000", "1");
    plant.records(IndexRuling{{"a"},
                              {"energy"},
                              plant.at("2027-01-01 08:15"),
                              IndexVerdict::was_reset,
                              dec("50322"),
                              dec("1"),
                              {}});
    plant.records(OutOfService{{"a"}, plant.at("2027-01-02 10:05"), plant.at("2027-01-02 11:20")});
    print_all("ruled_broken_and_out_of_service", plant);
}

void weighed_by_coefficients() {
    AccountingPlant plant{kTwoMeters,
                          "coal,煤,原煤,实时 日 月 年,15,现场仪表,累计差,"
                          "-a.energy * (1 - coef.wet) / coef.share + 3 * b.energy,kWh,2,,,,不计,,,\n",
                          "wet,0.125,1,2026-01-01\nshare,3,1,2026-01-01\nwet,0.13,1,2027-01-02\n"};
    plant.runs("a", "2027-01-01 00:00", "2027-01-03 00:00", "1000", "10");
    plant.runs("b", "2027-01-01 00:00", "2027-01-03 00:00", "5", "0.25");
    plant.records(
        CoefficientValue{"share", dec("7"), "1", plant.at("2027-01-01 10:07"), "化验单", "2027", "本厂"});
    print_all("weighed_by_coefficients", plant);
}

void ratios_totals_and_entries() {
    AccountingPlant plant{
        kTwoMeters,
        "elec,电,电力,实时 日 月 年,15,现场仪表,累计差,a.energy + "
        "b.energy,万kWh,4,coef.elec_tce,tce/万kWh,当量,加,,,\n"
        "resold,转供,电力,实时 日 月 年,15,现场仪表,累计差,"
        "b.energy,万kWh,4,coef.elec_tce,tce/万kWh,当量,减,,,\n"
        "own,自用,电力,实时 日 月 年,15,现场仪表,累计差,"
        "elec - resold,万kWh,4,,,,不计,,,\n"
        "diesel,柴油,柴油,日 月 年,,手工填报,手工,,t,3,coef.diesel_tce,tce/t,参考,加,,,\n"
        "tce,综合能耗,综合能耗,日 月 年,,现场仪表,综合能耗,,tce,2,,,,不计,,,\n"
        "unit,单耗,能效指标,日 月 年,,现场仪表,比值,1000 * (diesel * coef.diesel_tce + "
        "elec * coef.elec_tce) / (elec - resold),kgce/万kWh,2,,,,不计,,,\n"
        "twice,倍,能效指标,日 月,,现场仪表,比值,2 * unit * elec / (elec + resold),kgce/万kWh,2,,,,不计,,,\n",
        "elec_tce,1.229,tce/万kWh,2026-01-01\ndiesel_tce,1.4571,tce/t,2026-01-01\n"
        "elec_tce,1.23,tce/万kWh,2026-12-31\n"};
    for (const auto* item : {"elec", "resold", "own"}) {
        plant.records(OpeningAmount{item, plant.period("2026").from, plant.at("2026-12-30 00:00"), dec("5")});
        plant.records(
            OpeningAmount{item, plant.period("2026-12").from, plant.at("2026-12-30 00:00"), dec("3")});
    }
    plant.records(
        OpeningAmount{"diesel", plant.period("2026-12").from, plant.at("2026-12-30 00:00"), dec("31")});
    plant.runs("a", "2026-12-30 00:00", "2027-01-02 00:00", "1000", "100.03");
    plant.runs("b", "2026-12-30 00:00", "2027-01-02 00:00", "5", "0.25");
    plant.enters("diesel", "2026-12-30", "2");
    plant.enters("diesel", "2026-12-31", "2.125");
    plant.enters("diesel", "2027-01-01", "0.001");
    plant.enters("elec", "2027-01-01", "1.5");
    plant.enters("diesel", "2026", "99");
    print_all("ratios_totals_and_entries", plant);
}

void means_and_last_values() {
    AccountingPlant plant{
        kTwoMeters,
        "load,负荷,电力,实时 日,15,现场仪表,平均,a.power + coef.half * b.power,MW,5,,,,不计,,,\n"
        "end,期末,电力,实时 日,15,现场仪表,期末值,(a.power - b.power) * coef.half,MW,6,,,,不计,,,\n",
        "half,0.5,1,2026-01-01\n"};
    for (int minute = 0; minute <= 24 * 60; minute += 5) {
        const UtcTime at = plant.period("2027-01-01").from + std::chrono::minutes{minute};
        const SiteCalendar minutes{.real_time = 1min};
        const auto text = minutes.text(minutes.containing(StatType::real_time, at));
        plant.reads("a", text, minute % 35 == 10 ? "-" : "5", std::to_string(minute % 17));
        plant.reads("b", text, "5", std::to_string(minute % 13) + ".25");
    }
    plant.records(MultiplierChange{{"b"}, plant.at("2027-01-01 10:07"), {Decimal{60, 0}, Decimal{1, 0}}, {}});
    print_all("means_and_last_values", plant);
}

void months_by_stock_taking() {
    AccountingPlant plant{
        kTwoMeters,
        "coal,煤,原煤,日 月 年,,现场仪表,累计差,a.energy,kWh,2,coef.k,tce/kWh,参考,加,手工填报,,\n"
        "tce,综合能耗,综合能耗,日 月 年,,现场仪表,综合能耗,,tce,3,,,,不计,,,\n",
        "k,0.78,tce/kWh,2026-01-01\n"};
    plant.runs("a", "2027-01-01 00:00", "2027-02-02 00:00", "1000", "0.51");
    plant.enters("coal", "2027-01", "1500.5");
    print_all("months_by_stock_taking", plant);
}

}  // namespace
}  // namespace mg

int main() {
    try {
        mg::plain_over_the_year_end();
        mg::rolls_over();
        mg::replaced();
        mg::bridged();
        mg::bridged_over_a_replacement();
        mg::ratio_changed();
        mg::ruled_broken_and_out_of_service();
        mg::weighed_by_coefficients();
        mg::ratios_totals_and_entries();
        mg::means_and_last_values();
        mg::months_by_stock_taking();
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
    return 0;
}
