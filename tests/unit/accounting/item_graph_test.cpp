#include "gateway/accounting/item_graph.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include <gtest/gtest.h>

#include "config/load.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

const Options& sample_plant() {
    static const Options options = [] {
        const Loaded loaded =
            load_config(std::filesystem::path{MG_SOURCE_DIR} / "config/examples/cement-plant");
        for (const Problem& problem : loaded.problems) {
            EXPECT_NE(problem.severity, Severity::error) << problem.to_string();
        }
        return loaded.options;
    }();
    return options;
}

ItemOptions& item(Options& options, std::string_view id) {
    const auto found = std::ranges::find(options.items, id, &ItemOptions::id);
    EXPECT_NE(found, options.items.end()) << id;
    return *found;
}

UtcTime day(int year, unsigned month, unsigned of_month) {
    return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                                 std::chrono::day{of_month}} -
           8h;
}

/// A further version of an item behind the first; valid from `from` on, which ends the first.
ItemOptions& further_version(Options& options, std::string_view id, UtcTime from) {
    const auto first = std::ranges::find(options.items, id, &ItemOptions::id);
    ItemOptions second = *first;
    first->valid_to = from;
    second.valid_from = from;
    return *options.items.insert(first + 1, second);
}

std::string text_of(const CheckedItems& checked, const Options& options) {
    std::string text;
    for (const ItemProblem& problem : checked.problems) {
        const bool of_item = problem.table == ItemProblem::Table::items;
        text += (of_item ? options.items[problem.row].id : options.coefficients[problem.row].name) + ": " +
                problem.field + (problem.is_warning ? ": warning: " : ": ") + problem.what + "\n";
    }
    return text;
}

std::vector<std::string> ids_of(const std::vector<std::size_t>& rows, const Options& options) {
    std::vector<std::string> ids;
    for (const std::size_t row : rows) ids.push_back(options.items[row].id);
    return ids;
}

template <class T>
const T& calculation_of(const CheckedItems& checked, std::string_view id) {
    return std::get<T>(checked.graph.version(id, day(2026, 6, 1))->calculation);
}

TEST(ItemGraph, TheSamplePlantIsWithoutFault) {
    const CheckedItems checked = check_items(sample_plant());
    EXPECT_EQ(text_of(checked, sample_plant()), "");
    EXPECT_EQ(checked.graph.versions().size(), 27U);
}

TEST(ItemGraph, UnitsOfDifferencesAreConvertedByTheProgram) {
    const CheckedItems checked = check_items(sample_plant());
    const auto& purchased = calculation_of<SumOfAmounts>(checked, "elec_purchased");
    ASSERT_EQ(purchased.terms.size(), 2U);
    EXPECT_EQ(purchased.terms[0].term.input.to_string(), "grid_in1.energy_import");
    EXPECT_EQ(purchased.terms[0].conversion, (Exact{1, 10'000}));
    const auto& coal = calculation_of<SumOfAmounts>(checked, "coal_used");
    EXPECT_EQ(to_string(coal.terms[1].term.weight), "coef.coal_pf_to_raw");
    EXPECT_EQ(coal.terms[1].conversion, Exact{1});
    EXPECT_EQ(checked.graph.version("air_used", day(2026, 6, 1))->unit, Unit::parse("万m3(20℃)").value());
}

TEST(ItemGraph, RatiosAreCalculatedFromSums) {
    const CheckedItems checked = check_items(sample_plant());
    const auto& clinker = calculation_of<RatioOfSums>(checked, "clinker_unit");
    EXPECT_EQ(to_string(clinker.formula.tree), "[1] * 1000 / [2]");
    EXPECT_EQ(clinker.formula.parts[0].terms.size(), 6U);
}

TEST(ItemGraph, TheTotalSumsWhatTheColumnSays) {
    const CheckedItems checked = check_items(sample_plant());
    std::vector<std::string> parts;
    for (const auto& summand : calculation_of<TotalOfItems>(checked, "tce_total").summands) {
        parts.push_back((summand.minus ? "-" : "+") + sample_plant().items[summand.row].id);
    }
    EXPECT_EQ(parts, (std::vector<std::string>{"+elec_purchased", "-elec_export", "-elec_resold", "+elec_pv",
                                               "+coal_used", "+diesel_used", "-heat_sold"}));
    const auto& coal = checked.graph.version("coal_used", day(2026, 6, 1))->coal;
    ASSERT_TRUE(coal);
    EXPECT_EQ(to_string(coal->factor), "coef.coal_tce");
    EXPECT_EQ(coal->conversion, Exact{1});
}

struct Variant {
    const char* name;
    std::function<void(Options&)> change;
    const char* expected;  ///< "id: field: text" begins or contains
};

/// The sample plant with one thing changed, and the one problem that it has then.
void expect_problems(const std::vector<Variant>& variants) {
    for (const Variant& variant : variants) {
        Options options = sample_plant();
        variant.change(options);
        const std::string text = text_of(check_items(options), options);
        EXPECT_NE(text.find(variant.expected), std::string::npos) << variant.name << ":\n" << text;
    }
}

std::function<void(Options&)> formula(std::string id, std::string text) {
    return [=](Options& options) { item(options, id).formula = text; };
}
std::function<void(Options&)> unit(std::string id, std::string text) {
    return [=](Options& options) { item(options, id).unit = text; };
}

TEST(ItemGraph, NamesWhatAFormulaRefersToInVain) {
    expect_problems({
        {"syntax", formula("elec_raw", "hv_raw.energy_import +"),
         "elec_raw: formula: character 23: the formula ends where"},
        {"meter", formula("elec_raw", "hv_row.energy_import"),
         "elec_raw: formula: character 1: there is no metering point 'hv_row', nearest is 'hv_raw'"},
        {"point", formula("elec_raw", "lv_raw.energy_import + hv_raw.energi_import"),
         "elec_raw: formula: character 24: metering point hv_raw (model sample-pm-primary) has no point "
         "'energi_import', nearest is 'energy_import'"},
        {"item", formula("elec_used", "elec_purchase"),
         "elec_used: formula: character 1: there is no item 'elec_purchase', nearest is 'elec_purchased'"},
        {"coefficient", formula("coal_used", "scale_kiln_coal.mass * coef.coal_pf_raw"),
         "coal_used: formula: character 24: coefficients.csv has no 'coal_pf_raw', nearest is "
         "'coal_pf_to_raw'"},
        {"meter without point", formula("elec_raw", "hv_raw"),
         "hv_raw is a metering point: say which of its points"},
        {"item with point", formula("elec_used", "elec_raw.energy_import"),
         "elec_raw is an item and has no points"},
        {"ledger only", formula("coal_used", "truck_scale.mass"), "truck_scale is in the ledger only"},
        {"other circuit",
         [](Options& o) {
             for (MeterOptions& meter : o.meters)
                 if (meter.id.text == "lv_cement") meter.circuit = 9;
         },
         "metering point lv_cement (model sample-multi-circuit) has no point 'energy_import'"},
        {"all at once", formula("elec_raw", "hv_row.energy_import + no_item"),
         "character 24: there is no item 'no_item'"},
    });
}

TEST(ItemGraph, AMethodTakesOnlyWhatFitsIt) {
    expect_problems({
        {"momentary in a difference", formula("elec_raw", "hv_raw.power"),
         "elec_raw: formula: character 1: hv_raw.power is a momentary value, not an index: the methods 平均 "
         "and "
         "期末值 fit it, 累计差 does not"},
        {"index in a mean", [](Options& o) { item(o, "elec_raw").method = ItemMethod::mean; },
         "its amount comes by the method 累计差, not by 平均"},
        {"amount as last value", formula("coal_tce_factor", "coal_used"), "has no value at its end"},
        {"item in a mean",
         [](Options& o) {
             item(o, "elec_raw").method = ItemMethod::mean;
             item(o, "elec_raw").formula = "elec_kiln";
         },
         "elec_kiln is an item: a mean is taken of points"},
        {"ratio in a difference", formula("elec_used", "elec_purchased + cement_unit"),
         "cement_unit (比值) does not add up"},
        {"division in a difference", formula("elec_used", "elec_purchased / cement_out"),
         "divides by an input"},
        {"fixed amount", formula("elec_used", "elec_purchased + 5"),
         "'5' is added without a point or an item"},
        {"sum in a ratio", formula("cement_unit", "10000 * elec_cement"), "nothing is divided by an amount"},
        {"coefficient alone in a ratio",
         formula("cement_unit", "10000 * elec_cement / cement_out - coef.elec_tce"),
         "coef.elec_tce does not multiply an amount"},
        {"momentary in a ratio", formula("cement_unit", "hv_cm1.power / cement_out"), "is a momentary value"},
    });
}

TEST(ItemGraph, UnitsMustLeadIntoThatOfTheItem) {
    expect_problems({
        {"unknown unit", unit("elec_raw", "万KWh"),
         "elec_raw: unit: there is no unit '万KWh', nearest is '万kWh'"},
        {"unknown unit of a coefficient", [](Options& o) { o.coefficients.front().unit = "tce/万KWh"; },
         "elec_tce: unit: there is no unit"},
        {"energy from mass", unit("coal_used", "GJ"),
         "coal_used: formula: character 2: scale_kiln_coal.mass: t (mass) does not become GJ (energy)"},
        {"standard coal without coefficient", unit("elec_raw", "tce"),
         "only a dated coefficient (coef.*, in tce/kWh)"},
        {"gas without state",
         [](Options& o) {
             for (MeterOptions& meter : o.meters)
                 if (meter.id.text == "air_main") meter.gas_state = GasState::unstated;
             item(o, "air_used").unit = "万m3(0℃)";
         },
         "the state of the gas is not said: m3 at 20 °C and m3 at 0 °C differ by 7.3 %"},
        {"operating conditions",
         [](Options& o) {
             for (MeterOptions& meter : o.meters)
                 if (meter.id.text == "air_main") meter.gas_state = GasState::operating;
             item(o, "air_used").unit = "万m3(20℃)";
         },
         "are never converted"},
        {"two states of gas",
         [](Options& o) {
             for (MeterOptions& meter : o.meters)
                 if (meter.id.text == "water_well") meter.gas_state = GasState::standard_0c;
             item(o, "air_used").formula = "air_main.volume + water_well.volume";
         },
         "air_used: formula: character 19: air_main.volume is in m3(20℃), water_well.volume in m3(0℃): m3 at "
         "20"},
        {"ratio of other dimension", unit("cement_unit", "kWh"), "does not become kWh"},
        {"factor of a ratio missing", formula("cement_unit", "elec_cement / cement_out"),
         "cement_unit: formula: the result is in 万kWh/t, the item in kWh/t: the factor 10000 * is missing"},
        {"factor of a ratio too much", formula("cement_unit", "1000 * 10000 * elec_cement / cement_out"),
         "the division / 1000 is missing in the formula (or a number in it is too much)"},
        {"summands of a ratio",
         [](Options& o) {
             item(o, "clinker_unit").formula =
                 "1000 * (coal_used * coef.coal_tce + hv_raw.energy_import * coef.elec_tce) / clinker_out";
         },
         "write the factor 0.0001 to it"},
    });
}

TEST(ItemGraph, WhatTheProgramDoesItselfDoesNotBelongIntoAFormula) {
    expect_problems({
        {"unit", formula("elec_raw", "(hv_raw.energy_import + lv_raw.energy_import) / 10000"),
         "elec_raw: formula: character 49: the program converts kWh to 万kWh itself: remove this number"},
        {"unit the wrong way", formula("elec_raw", "hv_raw.energy_import * 10000"),
         "the program converts kWh"},
        {"multiplier", formula("elec_kiln", "hv_kiln.energy_import * 4000"),
         "character 25: this is a ratio of the transformers of hv_kiln"},
        {"ratio of primary registers", formula("elec_raw", "hv_raw.energy_import * 6000"),
         "this is a ratio of the transformers of hv_raw"},
        {"CT alone", formula("elec_raw", "lv_raw.energy_import * 400"),
         "this is a ratio of the transformers of lv_raw"},
        {"a suspicious number", formula("coal_used", "scale_kiln_coal.mass / 1000"),
         "coal_used: formula: warning: character 24: a number that looks like a conversion"},
    });
}

TEST(ItemGraph, CyclesAreNamed) {
    expect_problems({
        {"two", formula("elec_purchased", "elec_used"), "elec_purchased → elec_used → elec_purchased"},
        {"itself", formula("elec_raw", "elec_raw + hv_raw.energy_import"),
         "elec_raw: formula: computed from itself: elec_raw → elec_raw"},
        {"three",
         [](Options& o) {
             item(o, "elec_raw").formula = "elec_coalmill";
             item(o, "elec_coalmill").formula = "elec_kiln";
             item(o, "elec_kiln").formula = "elec_raw";
         },
         "computed from itself: elec_raw → elec_coalmill → elec_kiln → elec_raw"},
    });
}

TEST(ItemGraph, VersionsThatNeverMeetAreNoCycle) {
    Options options = sample_plant();
    item(options, "elec_raw").formula = "elec_kiln";
    further_version(options, "elec_raw", day(2026, 7, 1)).formula = "hv_raw.energy_import";
    further_version(options, "elec_kiln", day(2026, 7, 1)).formula = "elec_raw";
    EXPECT_EQ(text_of(check_items(options), options), "");
    further_version(options, "elec_kiln", day(2026, 6, 1)).formula = "elec_raw";
    EXPECT_NE(text_of(check_items(options), options).find("elec_raw → elec_kiln → elec_raw"),
              std::string::npos);
}

TEST(ItemGraph, WhatIsReferredToIsValidAsLong) {
    expect_problems({
        {"too late", [](Options& o) { item(o, "elec_pv").valid_from = day(2026, 3, 1); },
         "elec_used: formula: character 33: the item it refers to has no version that is valid from "
         "2026-01-01 on"},
        {"too short", [](Options& o) { item(o, "elec_pv").valid_to = day(2026, 9, 1); },
         "valid from 2026-09-01 on"},
        {"coefficient too late",
         [](Options& o) {
             for (CoefficientOptions& c : o.coefficients)
                 if (c.name == "coal_pf_to_raw") c.valid_from = day(2026, 2, 1);
         },
         "coal_used: formula: character 53: coef.coal_pf_to_raw has its first value from 2026-02-01 on, this "
         "version begins on 2026-01-01"},
        {"coefficient of the coal factor too late",
         [](Options& o) {
             for (CoefficientOptions& c : o.coefficients)
                 if (c.name == "heat_tce") c.valid_from = day(2026, 2, 1);
         },
         "heat_sold: coal_factor: coef.heat_tce has its first value from 2026-02-01"},
        {"unit changes", [](Options& o) { further_version(o, "elec_pv", day(2027, 1, 1)).unit = "kWh"; },
         "elec_used: formula: character 33: the unit or the method of elec_pv changes on 2027-01-01"},
    });
}

TEST(ItemGraph, PeriodsFollowFromThoseOfTheInputs) {
    expect_problems({
        {"manual in real time", formula("elec_used", "elec_purchased + coal_purchased"),
         "coal_purchased is entered by hand and has no real-time values"},
        {"day from month", [](Options& o) { item(o, "coal_used").periods = {StatType::month}; },
         "clinker_unit: formula: character 9: coal_used has month values at the finest; day values cannot"},
        {"interval", [](Options& o) { item(o, "elec_pv").interval = 60min; },
         "elec_pv has a value every 60 min; those of 15 min cannot be computed from it"},
        {"ratio of a ratio",
         [](Options& o) {
             item(o, "cement_unit").periods = {StatType::day};
             item(o, "clinker_unit").formula = "elec_kiln / clinker_out * cement_unit";
         },
         "cement_unit (比值) has no month values"},
        {"total in real time", [](Options& o) { item(o, "tce_total").periods.insert(StatType::real_time); },
         "tce_total: periods: diesel_used is part of the total and has no real-time values"},
    });
}

TEST(ItemGraph, CoalFactorsAreStandardCoalByUnitOfTheItem) {
    expect_problems({
        {"other unit", [](Options& o) { item(o, "elec_pv").coal->unit = "tce/t"; },
         "elec_pv: coal_unit: must be standard coal by unit of the item, as in tce/万kWh"},
        {"unknown", [](Options& o) { item(o, "elec_pv").coal->unit = "tce/万KWh"; },
         "elec_pv: coal_unit: there is no unit"},
        {"other than the coefficient", [](Options& o) { item(o, "elec_pv").coal->unit = "kgce/kWh"; },
         "elec_pv: coal_unit: coef.elec_tce is in tce/万kWh, not in kgce/kWh"},
        {"unknown coefficient", [](Options& o) { item(o, "elec_pv").coal->value = std::string("elec_tc"); },
         "elec_pv: coal_factor: coefficients.csv has no 'elec_tc', nearest is 'elec_tce'"},
        {"no factor", [](Options& o) { item(o, "elec_pv").coal.reset(); },
         "elec_pv: coal_factor: part of the total"},
        {"ratio in the total", [](Options& o) { item(o, "cement_unit").in_total = InTotal::plus; },
         "cement_unit: in_total: an item of method 比值 cannot be part"},
    });
}

TEST(ItemGraph, ATotalIsOfOneBasisAndCountsNothingTwice) {
    expect_problems({
        {"mixed", [](Options& o) { item(o, "elec_purchased").coal->basis = CoalBasis::equivalent; },
         "tce_total: method: 当量 (elec_export, elec_resold, elec_pv, heat_sold) and 等价 (elec_purchased) "
         "are mixed"},
        {"twice",
         [](Options& o) {
             item(o, "elec_used").in_total = InTotal::plus;
             item(o, "elec_used").coal = item(o, "elec_pv").coal;
         },
         "elec_used: in_total: warning: elec_used is computed from elec_purchased, and both enter tce_total"},
        {"unit", unit("tce_total", "t"), "tce_total: unit: a total is in standard coal"},
        {"empty",
         [](Options& o) {
             for (ItemOptions& each : o.items) each.in_total = InTotal::none;
         },
         "tce_total: method: no item says 加 or 减"},
    });
}

TEST(ItemGraph, OneMistakeDoesNotBlameOthers) {
    Options options = sample_plant();
    item(options, "elec_purchased").unit = "万KWh";
    const CheckedItems checked = check_items(options);
    EXPECT_FALSE(checked.ok());
    EXPECT_EQ(checked.problems.size(), 1U) << text_of(checked, options);
}

TEST(ItemGraph, ComputesInputsFirstAndOnlyWhatIsTouched) {
    const Options& options = sample_plant();
    const ItemGraph graph = check_items(options).graph;
    const auto order = ids_of(graph.order(), options);
    const auto position = [&](std::string_view id) { return std::ranges::find(order, id) - order.begin(); };
    EXPECT_EQ(order.size(), options.items.size());
    EXPECT_LT(position("elec_pv"), position("elec_used"));
    EXPECT_LT(position("elec_kiln"), position("clinker_unit"));
    EXPECT_LT(position("heat_sold"), position("tce_total"));

    const auto touched_by = [&](const Reference& input) {
        return ids_of(graph.depending_on(input), options);
    };
    EXPECT_EQ(touched_by({Reference::Kind::point, "hv_kiln", "energy_import"}),
              (std::vector<std::string>{"elec_kiln", "clinker_unit"}));
    EXPECT_EQ(touched_by({Reference::Kind::point, "hv_kiln", ""}),
              (std::vector<std::string>{"elec_kiln", "clinker_unit"}));
    EXPECT_EQ(touched_by({Reference::Kind::item, "diesel_used", ""}),
              (std::vector<std::string>{"diesel_used", "tce_total"}));
    EXPECT_EQ(touched_by({Reference::Kind::coefficient, "coal_pf_to_raw", ""}),
              (std::vector<std::string>{"coal_used", "tce_total", "clinker_unit"}));
    EXPECT_TRUE(touched_by({Reference::Kind::point, "hv_in1", ""}).empty());
}

TEST(ItemGraph, KnowsWhatAFigureRestsOn) {
    const Options& options = sample_plant();
    const ItemGraph graph = check_items(options).graph;
    std::vector<std::string> inputs;
    for (const Reference& input : graph.inputs_of(graph.version("cement_unit", day(2026, 6, 1))->row)) {
        inputs.push_back(input.to_string());
    }
    EXPECT_EQ(inputs, (std::vector<std::string>{"hv_cm1.energy_import", "hv_cm2.energy_import",
                                                "lv_cement.energy_import", "lv_pack.energy_import",
                                                "scale_cement.mass"}));
}

}  // namespace
}  // namespace mg
