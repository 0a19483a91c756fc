#include <regex>

#include <gtest/gtest.h>
#include <iconv.h>

#include "tests/unit/config/site.h"

namespace mg {
namespace {

const auto kExamples = std::filesystem::path{MG_SOURCE_DIR} / "config/examples";

std::string to_gb18030(std::string text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    const iconv_t converter = iconv_open("GB18030", "UTF-8");
    std::string bytes(text.size() * 2, '\0');
    char* in = text.data();
    char* out = bytes.data();
    std::size_t in_left = text.size();
    std::size_t out_left = bytes.size();
    EXPECT_NE(iconv(converter, &in, &in_left, &out, &out_left), static_cast<std::size_t>(-1));
    iconv_close(converter);
    bytes.resize(bytes.size() - out_left);
    return bytes;
}

TEST(Examples, AllLoadWithoutAnError) {
    for (const auto& entry : std::filesystem::directory_iterator{kExamples}) {
        const Loaded loaded = load_config(entry.path());

        EXPECT_TRUE(loaded.ok()) << entry.path() << "\n" << text_of(loaded.problems);
        EXPECT_FALSE(loaded.options.meters.empty());
    }
}

/// What its makers assumed and nobody has confirmed: the use of a coal factor and of a total.
TEST(CementPlant, IsWarnedWhereWordsAndCodeDiffer) {
    const Loaded loaded = load_config(kExamples / "cement-plant");

    EXPECT_EQ(
        text_of(loaded.problems),
        "items.csv:18:9: warning: use: the code 00-00-0000-050104-11 says 11 'purchased'; found: "
        "折标系数\n"
        "items.csv:26:9: warning: use: the code 00-00-0000-020000-11 says 11 'purchased'; found: 合计\n");
}

TEST(CementPlant, HasItsPointsLinesAndRatios) {
    const Options options = load_config(kExamples / "cement-plant").options;

    EXPECT_EQ(options.meters.size(), 32U);
    EXPECT_EQ(options.lines.size(), 4U);
    EXPECT_EQ(std::ranges::count_if(options.meters, [](const MeterOptions& m) { return m.line.has_value(); }),
              30);
    const MeterOptions& grid = *options.meter(MeterId{"grid_in1"});
    EXPECT_EQ(grid.address, "000020260001");
    EXPECT_EQ(*grid.multiplier.of(Ratio::ct_pt), (Decimal{21000, 0}));
    EXPECT_EQ(*options.meter(MeterId{"hv_raw"})->multiplier.of(Ratio::ct_pt), (Decimal{1, 0}));
    EXPECT_EQ(options.meter(MeterId{"lv_air"})->circuit, 3);
    EXPECT_EQ(options.meter(MeterId{"steam_sp"})->row.text("instrument"), "蒸汽流量计(差压式,温压补偿)");
    EXPECT_EQ(options.meter(MeterId{"water_well"})->every, std::chrono::minutes{15});
    EXPECT_FALSE(options.meter(MeterId{"truck_scale"})->line);
}

TEST(CementPlant, HasItsItemsAndCoefficients) {
    const Options options = load_config(kExamples / "cement-plant").options;

    ASSERT_EQ(options.items.size(), 27U);
    ASSERT_EQ(options.coefficients.size(), 5U);
    EXPECT_EQ(std::ranges::count_if(options.items, [](const ItemOptions& i) { return i.codes.empty(); }), 5);
    const ItemOptions& coal = *std::ranges::find(options.items, "coal_used", &ItemOptions::id);
    EXPECT_EQ(coal.codes.of(UplinkId{"any"})->hyphenated(), "00-00-0000-010104-21");
    EXPECT_EQ(coal.method, ItemMethod::difference);
    EXPECT_EQ(coal.source, InputType::field_meter);
    EXPECT_EQ(coal.month_source, InputType::manual);
    EXPECT_EQ(coal.interval, std::chrono::minutes{15});
    EXPECT_EQ(coal.periods.size(), 4U);
    EXPECT_EQ(std::get<std::string>(coal.coal->value), "coal_tce");
    EXPECT_EQ(coal.coal->basis, CoalBasis::measured);
    EXPECT_EQ(coal.in_total, InTotal::plus);
    EXPECT_EQ(coal.formula, "(scale_kiln_coal.mass + scale_calciner_coal.mass) * coef.coal_pf_to_raw");
    EXPECT_EQ(coal.row.line(), 17);
    EXPECT_EQ(coal.row.column_of("formula"), 15);
    EXPECT_EQ(SiteCalendar{}.text({StatType::day, coal.valid_from, {}}), "2026-01-01");
    EXPECT_FALSE(coal.valid_to);
    const ItemOptions& sold = *std::ranges::find(options.items, "heat_sold", &ItemOptions::id);
    EXPECT_EQ(sold.in_total, InTotal::minus);
    EXPECT_FALSE(sold.uplinks.contains(UplinkId{"plant"}));
    EXPECT_EQ(options.coefficients[0].value, (Decimal{1229, -3}));
}

TEST(CementPlant, HasItsProcessesAndEquipment) {
    const Options options = load_config(kExamples / "cement-plant").options;

    ASSERT_EQ(options.plant.size(), 11U);
    EXPECT_EQ(options.plant[0].kind, PlantUnitKind::enterprise);
    EXPECT_EQ(options.plant[0].needs.size(), 4U);
    EXPECT_EQ(options.plant[0].needs[1].required_meters, 2);
    const PlantUnitOptions& motor = options.plant.back();
    EXPECT_EQ(motor.kind, PlantUnitKind::equipment);
    EXPECT_EQ(motor.process, 4);
    EXPECT_EQ(motor.process_unit, 1);
    EXPECT_EQ(motor.equipment_type, 1);
    EXPECT_EQ(motor.needs[0].rated, (Decimal{3550, 0}));
    EXPECT_EQ(options.plant[3].designed_capacity, "2500 t/d");
    const ItemOptions& of_motor = *std::ranges::find(options.items, "elec_cm1_main", &ItemOptions::id);
    EXPECT_TRUE(motor.has_place_in(*of_motor.codes.standard));
}

TEST(CementPlant, HasItsTariffAndShifts) {
    const Options options = load_config(kExamples / "cement-plant").options;

    ASSERT_EQ(options.calendars.size(), 2U);
    EXPECT_EQ(options.calendars[0].slots, (std::vector<std::string>{"深谷", "尖", "峰", "谷", "平"}));
    EXPECT_EQ(options.calendars[1].slots, (std::vector<std::string>{"早", "中", "夜"}));
    EXPECT_EQ(options.calendars[1].versions[0].rules[2].to, std::chrono::hours{30});
}

TEST(CementPlant, HasTheLifeOfItsRegisters) {
    const Options options = load_config(kExamples / "cement-plant").options;

    const MeterOptions& air = *options.meter(MeterId{"air_main"});
    EXPECT_EQ(air.gas_state, GasState::standard_20c);
    EXPECT_EQ(air.rollover, (Decimal{100'000'000, 0}));
    EXPECT_EQ(air.max_per_hour, (Decimal{15'000, 0}));
    EXPECT_EQ(air.index_unit, "m3");
    const MeterOptions& city = *options.meter(MeterId{"water_city"});
    EXPECT_EQ(city.bill_day, 25);
    EXPECT_EQ(city.level, MeterLevel::enterprise);
    EXPECT_EQ(city.state, InstrumentState::running);
    EXPECT_EQ(SiteCalendar{}.text({StatType::day, *city.installed_on, {}}), "2022-04-10");
}

TEST(CementPlant, IsTheSameInGb18030) {
    TemporarySite site;
    for (const char* name :
         {"gateway.toml", "meters.csv", "items.csv", "coefficients.csv", "calendars.csv", "units.csv"}) {
        site.file(name, to_gb18030(read_all(kExamples / "cement-plant" / name)));
    }

    const Loaded copy = site.load();
    const Options original = load_config(kExamples / "cement-plant").options;

    ASSERT_TRUE(copy.ok()) << text_of(copy.problems);
    EXPECT_EQ(copy.problems.size(), 2U);
    EXPECT_EQ(copy.options.site.name, original.site.name);
    ASSERT_EQ(copy.options.items.size(), original.items.size());
    for (std::size_t i = 0; i < original.items.size(); ++i) {
        EXPECT_EQ(copy.options.items[i].name, original.items[i].name);
        EXPECT_EQ(copy.options.items[i].formula, original.items[i].formula);
        EXPECT_EQ(copy.options.items[i].unit, original.items[i].unit);
    }
    EXPECT_EQ(copy.options.plant.size(), original.plant.size());
    EXPECT_EQ(copy.options.calendars[0].slots, original.calendars[0].slots);
    EXPECT_EQ(copy.options.coefficients[1].source, original.coefficients[1].source);
    ASSERT_EQ(copy.options.meters.size(), original.meters.size());
    for (std::size_t i = 0; i < original.meters.size(); ++i) {
        EXPECT_EQ(copy.options.meters[i].row.cells(), original.meters[i].row.cells());
        EXPECT_EQ(copy.options.meters[i].id, original.meters[i].id);
        EXPECT_EQ(copy.options.meters[i].address, original.meters[i].address);
    }
}

TEST(CementPlant, HasEveryPointThatItsFormulasUse) {
    const Options options = load_config(kExamples / "cement-plant").options;
    const std::string items = read_all(kExamples / "cement-plant/items.csv");
    const std::regex reference{"([a-z0-9_]+)\\.([a-z][a-z0-9_]*)"};
    int references = 0;

    for (auto found = std::sregex_iterator{items.begin(), items.end(), reference};
         found != std::sregex_iterator{}; ++found) {
        const MeterOptions* meter = options.meter(MeterId{(*found)[1]});
        if (meter == nullptr) continue;  // a coefficient
        ++references;
        const PointId id{(*found)[2]};
        EXPECT_TRUE(std::ranges::any_of(options.model(meter->model)->points, [&](const PointOptions& p) {
            return p.id == id && p.kind == PointKind::index;
        })) << found->str();
    }

    EXPECT_GE(references, 30);
}

}  // namespace
}  // namespace mg
