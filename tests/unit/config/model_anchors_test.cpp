#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "config/shipped_files.h"
#include "tests/unit/config/site.h"

/// A few points of every shipped model, written down from the model's source by hand and not from the model:
/// the number as the source prints it, and what the source calls its first register. A slip of the pen in a
/// model, a number that was shifted by one or a wrong word order does not come through twice.
namespace mg {
namespace {

using enum RegisterTable;
using enum WireType;
using enum WordOrder;

struct Anchor {
    std::string_view model;
    std::string_view point;
    RegisterTable table;
    int number;  ///< as printed in the source
    int first;   ///< what the source calls the register that is 0 on the wire
    WireType type;
    WordOrder order;
    std::string_view scale;
    std::string_view unit;
    Ratio ratio{Ratio::none};
};

constexpr Ratio kSecondary = Ratio::ct_pt;

constexpr std::array kAnchors{
    // ABB A43/A44 manual rev. C, 9.4: "exactly as it is sent on the bus".
    Anchor{"abb-a43", "energy_import", holding, 0x5000, 0, u64, abcd, "0.01", "kWh"},
    Anchor{"abb-a43", "energy_export_a", holding, 0x546C, 0, u64, abcd, "0.01", "kWh"},
    Anchor{"abb-a43", "power", holding, 0x5B14, 0, i32, abcd, "0.01", "W"},
    Anchor{"abb-a43", "frequency", holding, 0x5B2C, 0, u16, abcd, "0.01", "Hz"},
    // mbmd, abb.go.
    Anchor{"abb-b23", "energy_import", holding, 0x5000, 0, u64, abcd, "0.01", "kWh"},
    Anchor{"abb-b23", "power", holding, 0x5B14, 0, i32, abcd, "0.01", "W"},
    Anchor{"abb-b23", "voltage_a", holding, 0x5B00, 0, u32, abcd, "0.1", "V"},
    // aggsoft.com, Acuvim II (decimal); manual p. 197 for the energy.
    Anchor{"accuenergy-acuvim-ii", "energy_import", holding, 0x4048, 0, u32, abcd, "0.1", "kWh"},
    Anchor{"accuenergy-acuvim-ii", "voltage_a", holding, 16386, 0, f32, abcd, "1", "V"},
    Anchor{"accuenergy-acuvim-ii", "power", holding, 16418, 0, f32, abcd, "1", "W"},
    // Charger firmware after the ADL400-D data sheet: 0, 100 … 102, 356 … 362.
    Anchor{"acrel-adl400", "energy_total", holding, 0, 0, u32, abcd, "0.01", "kWh", kSecondary},
    Anchor{"acrel-adl400", "current_a", holding, 100, 0, u16, abcd, "0.01", "A", Ratio::ct},
    Anchor{"acrel-adl400", "power_a", holding, 356, 0, i32, abcd, "0.001", "kW", kSecondary},
    Anchor{"acrel-adl400", "power", holding, 362, 0, i32, abcd, "0.001", "kW", kSecondary},
    // ADL3000-E manual, 9.1; aggsoft.com (decimal).
    Anchor{"acrel-adl3000", "energy_import", holding, 0x000A, 0, u32, abcd, "0.01", "kWh", kSecondary},
    Anchor{"acrel-adl3000", "energy_export", holding, 0x0014, 0, u32, abcd, "0.01", "kWh", kSecondary},
    Anchor{"acrel-adl3000", "reactive_import", holding, 40, 0, u32, abcd, "0.01", "kvarh", kSecondary},
    Anchor{"acrel-adl3000", "voltage_a", holding, 97, 0, u16, abcd, "0.1", "V", Ratio::pt},
    // evcc, acrel-adw300.yaml.
    Anchor{"acrel-adw300", "energy_import", holding, 62, 0, i32, abcd, "0.01", "kWh", kSecondary},
    Anchor{"acrel-adw300", "power", holding, 36, 0, i32, abcd, "1", "W", kSecondary},
    // DTSD1352 manual V2.0, 9.1; public library.
    Anchor{"acrel-dtsd1352", "energy_import", holding, 0x000A, 0, u32, abcd, "0.01", "kWh", kSecondary},
    Anchor{"acrel-dtsd1352", "power", holding, 0x016A, 0, i32, abcd, "0.001", "kW", kSecondary},
    Anchor{"acrel-dtsd1352", "voltage_c", holding, 0x0063, 0, u16, abcd, "0.1", "V", Ratio::pt},
    // The maker's page: 40001-2 temperature, 40009 … 12 the total.
    Anchor{"aoke-vortex-gas", "volume", holding, 40009, 40001, f32_hundreds, abcd, "1", "m3"},
    Anchor{"aoke-vortex-gas", "flow", holding, 40007, 40001, f32, abcd, "1", "m3/s"},
    Anchor{"aoke-vortex-gas", "temperature", holding, 40001, 40001, f32, abcd, "1", "°C"},
    // VFM60 manual, chart 6.1 and the read of all values in 6.7.
    Anchor{"bell-vfm60", "mass", holding, 24, 0, f32, abcd, "1", "t"},
    Anchor{"bell-vfm60", "mass_flow", holding, 0, 0, f32, abcd, "1", "t/h"},
    Anchor{"bell-vfm60", "temperature", holding, 8, 0, f32, abcd, "1", "°C"},
    // The simulator writes the low word into the lower register.
    Anchor{"bove-ultrasonic-water", "volume", holding, 7, 0, u32, cdab, "0.001", "m3"},
    Anchor{"bove-ultrasonic-water", "volume_reverse", holding, 10, 0, u32, cdab, "0.001", "m3"},
    Anchor{"bove-ultrasonic-water", "temperature", holding, 30, 0, u16, abcd, "0.01", "°C"},
    // Ethernet EM24: mbmd, carlogavazzi-em24_e1.go.
    Anchor{"carlo-gavazzi-em24-e1", "energy_import", input, 0x34, 0, i32, cdab, "0.1", "kWh"},
    Anchor{"carlo-gavazzi-em24-e1", "power", input, 0x28, 0, i32, cdab, "0.1", "W"},
    // EM300/ET300 protocol, "Modicom" numbers.
    Anchor{"carlo-gavazzi-em340", "energy_import", input, 300'053, 300'001, i32, cdab, "0.1", "kWh"},
    Anchor{"carlo-gavazzi-em340", "energy_export", input, 300'079, 300'001, i32, cdab, "0.1", "kWh"},
    Anchor{"carlo-gavazzi-em340", "power", input, 300'041, 300'001, i32, cdab, "0.1", "W"},
    Anchor{"carlo-gavazzi-em340", "frequency", input, 300'052, 300'001, i16, abcd, "0.1", "Hz"},
    // Public firmware and captures.
    Anchor{"chint-ddsu666", "energy_import", holding, 0x4000, 0, f32, abcd, "1", "kWh", kSecondary},
    Anchor{"chint-ddsu666", "power", holding, 0x2004, 0, f32, abcd, "1", "kW", kSecondary},
    // mbmd, dtsu666.go; DTSU666 manual, table 11.
    Anchor{"chint-dtsu666", "energy_import", holding, 0x101E, 0, f32, abcd, "1", "kWh", kSecondary},
    Anchor{"chint-dtsu666", "energy_export", holding, 4136, 0, f32, abcd, "1", "kWh", kSecondary},
    Anchor{"chint-dtsu666", "power", holding, 8210, 0, f32, abcd, "0.1", "W", kSecondary},
    Anchor{"chint-dtsu666", "current_a", holding, 8204, 0, f32, abcd, "0.001", "A", Ratio::ct},
    // mbmd, dtsu666h.go.
    Anchor{"chint-dtsu666-h", "energy_import", holding, 2166, 0, f32, abcd, "1", "kWh"},
    Anchor{"chint-dtsu666-h", "power", holding, 2126, 0, f32, abcd, "0.1", "W"},
    // ultraD manual, 5.3.
    Anchor{"dynaflox-ultrad", "volume", holding, 2, 0, i32, abcd, "1", "m3"},
    Anchor{"dynaflox-ultrad", "flow", holding, 0, 0, i32, abcd, "1", "L/h"},
    // mbmd, the sdm*.go files.
    Anchor{"eastron-sdm120", "energy_import", input, 0x0048, 0, f32, abcd, "1", "kWh", kSecondary},
    Anchor{"eastron-sdm120", "power", input, 0x000C, 0, f32, abcd, "1", "W", kSecondary},
    Anchor{"eastron-sdm230", "energy_import", input, 0x0048, 0, f32, abcd, "1", "kWh"},
    Anchor{"eastron-sdm230", "power", input, 0x000C, 0, f32, abcd, "1", "W"},
    Anchor{"eastron-sdm54", "energy_import", input, 0x0048, 0, f32, abcd, "1", "kWh"},
    Anchor{"eastron-sdm54", "energy_export_c", input, 0x0164, 0, f32, abcd, "1", "kWh"},
    Anchor{"eastron-sdm54", "power", input, 0x0034, 0, f32, abcd, "1", "W"},
    Anchor{"eastron-sdm630", "energy_import", input, 0x0048, 0, f32, abcd, "1", "kWh", kSecondary},
    Anchor{"eastron-sdm630", "power", input, 0x0034, 0, f32, abcd, "1", "W", kSecondary},
    Anchor{"eastron-sdm72d", "energy_import", input, 0x0048, 0, f32, abcd, "1", "kWh"},
    Anchor{"eastron-sdm72d", "power", input, 0x0034, 0, f32, abcd, "1", "W"},
    Anchor{"eastron-sdm72d-m-2", "energy_import", input, 0x0048, 0, f32, abcd, "1", "kWh"},
    Anchor{"eastron-sdm72d-m-2", "reactive_total", input, 0x0158, 0, f32, abcd, "1", "kvarh"},
    Anchor{"eastron-sdm72d-m-2", "power", input, 0x0034, 0, f32, abcd, "1", "W"},
    // MFE600H manual, p. 26 (decimal); function code 04 in the FEM2000 tests.
    Anchor{"electromagnetic-flow-4112", "volume", input, 4120, 0, i32_f32, abcd, "1", "m3"},
    Anchor{"electromagnetic-flow-4112", "flow", input, 4112, 0, f32, abcd, "1", "m3/h"},
    Anchor{"electromagnetic-flow-4112", "volume_unit", input, 4129, 0, u16, abcd, "1", ""},
    // fawno/Modbus.
    Anchor{"hiking-dds238", "energy_total", holding, 0x0000, 0, u32, abcd, "0.01", "kWh"},
    Anchor{"hiking-dds238", "energy_export", holding, 0x0008, 0, u32, abcd, "0.01", "kWh"},
    Anchor{"hiking-dds238", "power", holding, 0x000E, 0, i16, abcd, "1", "W"},
    // Public firmware for the DTS238-7.
    Anchor{"hiking-dts238", "energy_import", holding, 0x000A, 0, u32, abcd, "0.01", "kWh"},
    Anchor{"hiking-dts238", "power", holding, 0x0086, 0, i32, abcd, "1", "W"},
    Anchor{"hiking-dts238", "power_factor", holding, 0x0095, 0, u16, abcd, "0.001", ""},
    // mbmd, janitza.go.
    Anchor{"janitza-b23", "energy_import", holding, 0x4A7C, 0, f32, abcd, "1", "Wh"},
    Anchor{"janitza-b23", "energy_export", holding, 0x4A84, 0, f32, abcd, "1", "Wh"},
    Anchor{"janitza-b23", "power_a", holding, 0x4A4C, 0, f32, abcd, "1", "W"},
    // The maker's names: G_WH_V consumed, G_WH_Z delivered.
    Anchor{"janitza-umg96rm", "energy_import", holding, 19'068, 0, f32, abcd, "1", "Wh"},
    Anchor{"janitza-umg96rm", "energy_export", holding, 19'076, 0, f32, abcd, "1", "Wh"},
    Anchor{"janitza-umg96rm", "power", holding, 19'026, 0, f32, abcd, "1", "W"},
    // The PouCon driver sends 0x0001 as it stands.
    Anchor{"kaifeng-xintai-water", "volume", holding, 0x0001, 0, f32, dcba, "1", "m3"},
    Anchor{"kaifeng-xintai-water", "flow", holding, 0x0005, 0, f32, dcba, "1", "m3/h"},
    // LRF-3000S manual, p. 51: 40009 and 40010 the total, 40011 its exponent.
    Anchor{"longrun-lrf3000s", "volume", holding, 40'009, 40'001, i32, cdab, "1", "m3"},
    Anchor{"longrun-lrf3000s", "forward_exponent", holding, 40'011, 40'001, i16, abcd, "1", ""},
    Anchor{"longrun-lrf3000s", "flow", holding, 40'005, 40'001, f32, cdab, "1", "m3/h"},
    // DMG series protocol manual, numbers as in its table: one more than sent.
    Anchor{"lovato-dmg610", "energy_import", input, 0x1B20, 1, u64, abcd, "0.01", "kWh"},
    Anchor{"lovato-dmg610", "power", input, 0x003A, 1, i32, abcd, "0.01", "W"},
    Anchor{"lovato-dmg610", "current_a", input, 0x0008, 1, u32, abcd, "0.0001", "A"},
    // Schneider's register lists count from 1.
    Anchor{"schneider-iem3000", "energy_import", holding, 3204, 1, i64, abcd, "1", "Wh"},
    Anchor{"schneider-iem3000", "power", holding, 3060, 1, f32, abcd, "1", "kW"},
    Anchor{"schneider-pm3200", "energy_import", holding, 3204, 1, i64, abcd, "1", "Wh"},
    Anchor{"schneider-pm3200", "energy_import_a", holding, 3518, 1, i64, abcd, "1", "Wh"},
    Anchor{"schneider-pm3200", "power", holding, 3060, 1, f32, abcd, "1", "kW"},
    Anchor{"schneider-pm5000", "energy_import", holding, 3204, 1, i64, abcd, "1", "Wh"},
    Anchor{"schneider-pm5000", "energy_export", holding, 3208, 1, i64, abcd, "1", "Wh"},
    Anchor{"schneider-pm5000", "power", holding, 3060, 1, f32, abcd, "1", "kW"},
    // Siemens' offsets are what is sent.
    Anchor{"siemens-pac2200", "energy_import_t1", input, 801, 0, f64, abcd, "1", "Wh"},
    Anchor{"siemens-pac2200", "power", input, 65, 0, f32, abcd, "1", "W"},
    Anchor{"siemens-pac3200", "energy_import_t1", input, 801, 0, f64, abcd, "1", "Wh"},
    Anchor{"siemens-pac3200", "power", input, 65, 0, f32, abcd, "1", "W"},
    Anchor{"siemens-pac4200", "energy_import_t1", input, 801, 0, f64, abcd, "1", "Wh"},
    Anchor{"siemens-pac4200", "reactive_export_t2", input, 829, 0, f64, abcd, "1", "varh"},
    Anchor{"siemens-pac4200", "power", input, 65, 0, f32, abcd, "1", "W"},
    // mbmd, socomec.go (hexadecimal); note on the E53 for the import.
    Anchor{"socomec-countis-e44", "energy_import", holding, 0xC652, 0, u32, abcd, "1", "kWh"},
    Anchor{"socomec-countis-e44", "energy_export", holding, 0xC658, 0, u32, abcd, "1", "kWh"},
    Anchor{"socomec-countis-e44", "power", holding, 50'536, 0, i32, abcd, "0.01", "kW"},
    Anchor{"socomec-countis-e44", "current_a", holding, 50'528, 0, u32, abcd, "0.001", "A"},
    Anchor{"socomec-countis-e53", "energy_import", holding, 0xC652, 0, u32, abcd, "1", "kWh"},
    Anchor{"socomec-countis-e53", "power", holding, 0xC568, 0, i32, abcd, "0.01", "kW"},
    // nv2118.com: register 1 is the flow.
    Anchor{"tuf-2000m", "volume", holding, 9, 1, i32_f32, cdab, "1", "m3"},
    Anchor{"tuf-2000m", "flow", holding, 1, 1, f32, cdab, "1", "m3/h"},
};

// Protocols without registers: the identifier of the standard.
constexpr std::array kIdentifiers{
    std::tuple{"dlt645-2007", "energy_import", "00-01-00-00", bcd32, "0.01", "kWh"},
    std::tuple{"dlt645-2007", "voltage_a", "02-01-01-00", bcd16, "0.1", "V"},
    std::tuple{"cjt188-water", "volume", "901F:volume", bcd32, "0.01", "m3"},
    std::tuple{"cjt188-heat", "heat", "901F:heat", bcd32, "0.01", "GJ"},
    std::tuple{"cjt188-heat", "flow", "901F:flow", bcd32, "0.0001", "m3/h"},
};

// Gives a meter reading and nothing beside it.
const std::set<std::string> kIndexOnly{"cjt188-water"};

const PointOptions* point_of(std::string_view model, std::string_view point) {
    const auto& models = shipped_models();
    const auto found = std::ranges::find(models, model, &ModelOptions::id);
    if (found == models.end()) return nullptr;
    const auto in = std::ranges::find(found->points, PointId{std::string(point)}, &PointOptions::id);
    return in == found->points.end() ? nullptr : &*in;
}

TEST(ShippedModels, SayWhatTheirSourcesSay) {
    for (const Anchor& anchor : kAnchors) {
        SCOPED_TRACE(std::string(anchor.model) + " " + std::string(anchor.point));
        const PointOptions* point = point_of(anchor.model, anchor.point);
        ASSERT_NE(point, nullptr);
        EXPECT_EQ(point->table, anchor.table);
        EXPECT_EQ(point->address, anchor.number - anchor.first);
        EXPECT_EQ(point->type, anchor.type);
        EXPECT_EQ(point->order, anchor.order);
        EXPECT_EQ(point->scale, *Decimal::parse(anchor.scale)) << point->scale.to_string();
        EXPECT_EQ(point->unit, anchor.unit);
        EXPECT_EQ(point->ratio, anchor.ratio);
    }
}

TEST(ShippedModels, WithoutRegistersHaveTheIdentifiersOfTheStandard) {
    for (const auto& [model, id, identifier, type, scale, unit] : kIdentifiers) {
        SCOPED_TRACE(std::string(model) + " " + id);
        const PointOptions* point = point_of(model, id);
        ASSERT_NE(point, nullptr);
        EXPECT_EQ(point->identifier, identifier);
        EXPECT_EQ(point->type, type);
        EXPECT_EQ(point->scale, *Decimal::parse(scale)) << point->scale.to_string();
        EXPECT_EQ(point->unit, unit);
    }
}

// A model that is added without anchors is not checked against anything.
TEST(ShippedModels, OfRealInstrumentsEachHaveAnIndexAndAMomentaryValueAmongTheAnchors) {
    std::set<std::pair<std::string, PointKind>> anchored;
    const auto add = [&](std::string_view model, std::string_view id) {
        if (const PointOptions* point = point_of(model, id)) anchored.emplace(model, point->kind);
    };
    for (const Anchor& anchor : kAnchors) add(anchor.model, anchor.point);
    for (const auto& row : kIdentifiers) add(std::get<0>(row), std::get<1>(row));

    for (const ModelOptions& model : shipped_models()) {
        if (model.maker == "sample") continue;
        EXPECT_TRUE(anchored.contains({model.id, PointKind::index})) << model.id;
        EXPECT_TRUE(anchored.contains({model.id, PointKind::momentary}) || kIndexOnly.contains(model.id))
            << model.id;
    }
}

}  // namespace
}  // namespace mg
