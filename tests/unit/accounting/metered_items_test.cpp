#include "gateway/accounting/metered_items.h"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "accounting_plant.h"
#include "config/load.h"

/// What each metering point itself measured.
namespace mg {
namespace {

/// 400/5: every kWh of the display is 80.
constexpr const char* kMeter = "a,hv,1,test,400,5,1000000,40000,SN-A\n";
constexpr const char* kElec = "elec,电,电力,实时 日 月,15,现场仪表,累计差,a.energy,万kWh,4,,,,不计,,,\n";

Options cement_plant() {
    return std::move(load_config(MG_SOURCE_DIR "/config/examples/cement-plant").options);
}

const ItemOptions* found(const std::vector<ItemOptions>& items, std::string_view id) {
    const auto item = std::ranges::find(items, id, &ItemOptions::id);
    return item == items.end() ? nullptr : &*item;
}

/// A meter on a wire with these index points: id, unit, exponent of the scale, type.
struct IndexPoint {
    const char* id;
    const char* unit;
    int exponent{-2};
    WireType type{WireType::u32};
};
Options site_with(const std::vector<IndexPoint>& points, const char* index_unit = "",
                  Multiplier multiplier = {}) {
    Options options;
    ModelOptions model{.id = "model"};
    for (const auto& [id, unit, exponent, type] : points) {
        PointOptions point;
        point.id = {id};
        point.type = type;
        point.scale = Decimal{1, exponent};
        point.unit = unit;
        point.kind = PointKind::index;
        point.ratio = Ratio::ct_pt;
        model.points.push_back(point);
    }
    options.models.push_back(model);
    MeterOptions meter;
    meter.id = {"m"};
    meter.line = LineId{"hv"};
    meter.model = "model";
    meter.index_unit = index_unit;
    meter.multiplier = multiplier;
    options.meters.push_back(meter);
    return options;
}
std::vector<std::string> ids_of(const Options& options) {
    std::vector<std::string> ids;
    for (const auto& item : metered_items(options)) ids.push_back(item.id);
    return ids;
}
int decimals_of(const Options& options) {
    return metered_items(options).front().decimals;
}

TEST(MeteredItems, AreTheMainIndexOfEveryMeteringPointOnAWireAndTheReverseOne) {
    const auto items = metered_items(cement_plant());

    for (const char* id : {"hv_kiln.energy_import", "hv_kiln.energy_export", "grid_in1.energy_import",
                           "grid_in1.energy_export", "lv_pack.energy_import", "steam_sp.mass",
                           "heat_town.heat", "water_life.volume", "air_main.volume", "scale_clinker.mass"}) {
        EXPECT_NE(found(items, id), nullptr) << id;
    }
    // No tariffs, no second quantity, nothing of what is in the ledger only
    for (const char* id : {"grid_in1.energy_import_t1", "grid_in1.energy_total", "hv_kiln.reactive_import",
                           "steam_sp.heat", "heat_town.volume"}) {
        EXPECT_EQ(found(items, id), nullptr) << id;
    }
    const ItemOptions& kiln = *found(items, "hv_kiln.energy_import");
    EXPECT_EQ(kiln.name.find("熟料烧成10kV馈线"), 0U);
    EXPECT_EQ(kiln.energy, "电力");
    EXPECT_EQ(kiln.unit, "kWh");
    EXPECT_EQ(kiln.formula, "hv_kiln.energy_import");
    EXPECT_EQ(kiln.method, ItemMethod::difference);
    EXPECT_EQ(kiln.periods, (std::set{StatType::day, StatType::month, StatType::year}));
    EXPECT_TRUE(kiln.codes.empty());
    EXPECT_FALSE(kiln.uplinks.contains(UplinkId{"province"}));
}

TEST(MeteredItems, GoIntoTheAccountingOfTheSampleSiteWithoutAProblem) {
    Options options = cement_plant();
    const auto before = check_items(options).problems.size();
    const auto own = options.items.size();

    add_metered_items(options);

    EXPECT_GT(options.items.size(), own + 30);
    const auto checked = check_items(options);
    EXPECT_TRUE(checked.ok());
    EXPECT_EQ(checked.problems.size(), before);
}

TEST(MeteredItems, TheMainIndexIsTheForwardOneOfTheStatedUnit) {
    EXPECT_EQ(
        ids_of(site_with({{"energy_total", "kWh"}, {"energy_import", "kWh"}, {"energy_export", "kWh"}})),
        (std::vector<std::string>{"m.energy_import", "m.energy_export"}));
    EXPECT_EQ(ids_of(site_with({{"mass", "t"}, {"heat", "GJ"}}, "GJ")), std::vector<std::string>{"m.heat"});
    EXPECT_EQ(ids_of(site_with({{"mass", "t"}, {"heat", "GJ"}})), std::vector<std::string>{"m.mass"});
    // A sum of both ways has no other way of its own
    EXPECT_EQ(ids_of(site_with({{"energy_total", "kWh"}, {"energy_export", "kWh"}})),
              std::vector<std::string>{"m.energy_total"});
    EXPECT_EQ(ids_of(site_with({{"pulses", "imp"}})), std::vector<std::string>{});
}

TEST(MeteredItems, NothingIsAskedOfWhatIsOnNoWire) {
    Options options = site_with({{"energy_import", "kWh"}});
    options.meters[0].line.reset();
    EXPECT_TRUE(metered_items(options).empty());
}

TEST(MeteredItems, DecimalsHoldAStepOfTheIndexBeforeAndBehindTheMultiplier) {
    const auto of = [](int exponent, Multiplier multiplier) {
        return decimals_of(site_with({{"energy_import", "kWh", exponent}}, "", multiplier));
    };
    EXPECT_EQ(of(-2, {}), 2);
    EXPECT_EQ(of(-2, {Decimal{60, 0}, Decimal{350, 0}}), 2) << "0.01 × 21000 = 210, but it was 0.01 once";
    EXPECT_EQ(of(-2, {Decimal{375, -1}, Decimal{1, 0}}), 3) << "0.01 × 37.5 = 0.375";
    EXPECT_EQ(of(0, {}), 0);
    EXPECT_EQ(of(1, {}), 0);
    EXPECT_EQ(of(-12, {}), 9) << "no more than an item may have";
    EXPECT_EQ(decimals_of(site_with({{"energy_import", "kWh", 0, WireType::f32}})), 3);
}

TEST(MeteredItems, ASiteWithoutATableOfItemsGetsNone) {
    Options options = site_with({{"energy_import", "kWh"}});
    add_metered_items(options);
    EXPECT_TRUE(options.items.empty());
}

TEST(MeteredItems, AnExistingSiteGetsThemFromWhatIsStored) {
    AccountingPlant plant{kMeter, kElec};
    plant.runs("a", "2027-01-01 00:00", "2027-02-02 00:00", "1000", "10");
    plant.account();

    plant.measures_each_meter();
    plant.account();

    // 96 quarters of 10 × 80
    EXPECT_EQ(plant.value("a.energy", "2027-01-01"), "76800.00");
    EXPECT_EQ(plant.value("a.energy", "2027-02-01"), "76800.00");
    EXPECT_EQ(plant.value("a.energy", "2027-01"), "2380800.00");
    EXPECT_EQ(plant.revisions("elec", "2027-01-01").size(), 1U);
    // Nobody asked for quarter-hours
    EXPECT_TRUE(plant.books().records({.items = {"a.energy"}, .type = StatType::real_time}).value().empty());
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(MeteredItems, AReplacementThatIsEnteredLateIsARevisionWithItsCause) {
    AccountingPlant plant{kMeter, kElec};
    plant.measures_each_meter();
    plant.runs("a", "2027-01-01 00:00", "2027-01-02 10:00", "53000", "10");
    plant.runs("a", "2027-01-02 10:15", "2027-01-04 00:00", "3", "10");
    plant.account();
    ASSERT_EQ(plant.revisions("a.energy", "2027-01-02").size(), 1U);
    Replacement replacement;
    replacement.meter = {"a"};
    replacement.removed_at = plant.at("2027-01-02 10:07");
    replacement.installed_at = plant.at("2027-01-02 10:07");
    replacement.old_serial = "SN-A";
    replacement.new_serial = "SN-C";
    replacement.registers = {{{"energy"}, Decimal{54367, 0}, Decimal{0, 0}, Decimal{}}};
    const DatedId id = plant.records(replacement);
    plant.account();

    // 40 quarters until 10:00, 7 and 3 around the exchange, 55 quarters until midnight: 960 × 80
    EXPECT_EQ(plant.value("a.energy", "2027-01-02"), "76800.00");
    EXPECT_EQ(plant.revisions("a.energy", "2027-01-02").back().cause, fmt::format("replacement {}", id));
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(MeteredItems, DaysOfASilentMeterComeWhenItIsBackAndAreMarked) {
    AccountingPlant plant{kMeter, kElec};
    plant.measures_each_meter();
    plant.runs("a", "2027-01-01 00:00", "2027-01-02 12:00", "1000", "10");
    plant.stops("a", "2027-01-02 12:15", "2027-01-07 12:00");
    plant.runs("a", "2027-01-07 12:00", "2027-01-10 00:00", "7240", "10");
    plant.account();

    // 2440 at noon of the 2nd, 7240 five days later: 960 of the display a day
    EXPECT_EQ(plant.value("a.energy", "2027-01-01"), "76800.00");
    EXPECT_EQ(plant.value("a.energy", "2027-01-04"), "76800.00 begin_bridged end_bridged");
    EXPECT_EQ(plant.value("a.energy", "2027-01-08"), "76800.00");
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(MeteredItems, LeaveTheDaysOfASumToTheMeterThatIsSilentFromItsFirstReadingOn) {
    AccountingPlant plant{"a,hv,1,test,,,1000000,4000,SN-A\nb,hv,2,test,400,5,1000000,400000,SN-B\n",
                          "sum,和,电力,日,15,现场仪表,累计差,a.energy + b.energy,kWh,2,,,,不计,,,\n"};
    plant.measures_each_meter();
    plant.runs("a", "2027-01-01 00:00", "2027-01-09 00:00", "1000", "10");
    plant.reads("b", "2027-01-01 00:00", "5");
    plant.account();
    ASSERT_EQ(plant.value("a.energy", "2027-01-05"), "960.00");

    plant.restart();
    plant.account();
    plant.runs("b", "2027-01-09 00:00", "2027-01-10 00:00", "773", "1");
    plant.runs("a", "2027-01-09 00:15", "2027-01-10 00:00", "8690", "10");
    plant.account();

    // 768 of the display of b over 8 days are 96 × 80 a day; a gives 960
    EXPECT_EQ(plant.value("sum", "2027-01-02"), "8640.00 begin_bridged end_bridged");
    EXPECT_EQ(plant.value("sum", "2027-01-09"), "8640.00");
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

TEST(MeteredItems, ARestartInTheMiddleOfADayChangesNothing) {
    AccountingPlant plant{kMeter, kElec};
    plant.measures_each_meter();
    plant.runs("a", "2027-01-01 00:00", "2027-01-02 12:00", "1000", "10");
    plant.account();
    plant.restart();
    plant.runs("a", "2027-01-02 12:15", "2027-01-03 00:00", "2450", "10");
    plant.account();

    EXPECT_EQ(plant.value("a.energy", "2027-01-02"), "76800.00");
    EXPECT_EQ(plant.revisions("a.energy", "2027-01-01").size(), 1U);
    EXPECT_EQ(plant.what_computing_anew_changes(), "");
}

}  // namespace
}  // namespace mg
