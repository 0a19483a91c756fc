#include <functional>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "config/shipped_files.h"
#include "tests/unit/config/site.h"

/// What any model that ships must be like, whatever its instrument is.
namespace mg {
namespace {

// What an index may count, and by which ratio a secondary value of the unit grows.
const std::set<std::string> kCounted{"kWh", "Wh", "kvarh", "varh", "kVAh", "VAh", "m3", "t", "GJ"};
const std::map<std::string, Ratio> kRatioOfUnit{
    {"V", Ratio::pt},      {"A", Ratio::ct},       {"W", Ratio::ct_pt},    {"kW", Ratio::ct_pt},
    {"var", Ratio::ct_pt}, {"kvar", Ratio::ct_pt}, {"VA", Ratio::ct_pt},   {"kVA", Ratio::ct_pt},
    {"Wh", Ratio::ct_pt},  {"kWh", Ratio::ct_pt},  {"varh", Ratio::ct_pt}, {"kvarh", Ratio::ct_pt},
    {"VAh", Ratio::ct_pt}, {"kVAh", Ratio::ct_pt}};
const std::set<std::string> kOtherMomentary{"Hz",  "m3/h", "m3/s", "L/h", "t/h", "GJ/h",
                                            "m/s", "MPa",  "kPa",  "°C",  "mL",  "kg/m"};

bool is_ascii(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

int registers_of(const PointOptions& point) {
    return size_of(point.type) / 2;
}

void for_each_point(const std::function<void(const ModelOptions&, const PointOptions&)>& check) {
    for (const ModelOptions& model : shipped_models()) {
        for (const PointOptions& point : model.points) {
            SCOPED_TRACE(model.id + " " + point.id.text);
            check(model, point);
        }
    }
}

std::string recorded_answer_of(const ModelOptions& model) {
    return read_all(std::filesystem::path{MG_SOURCE_DIR} / "tests/unit/drivers/answers" /
                    (model.id + ".txt"));
}

TEST(ShippedModels, AreAtLeastTwentyFiveRealInstruments) {
    EXPECT_GE(std::ranges::count_if(shipped_models(),
                                    [](const ModelOptions& model) { return model.maker != "sample"; }),
              25);
}

TEST(ShippedModels, AreAsManyAsTheReadmePromises) {
    const auto readable = std::ranges::count_if(shipped_models(), [](const ModelOptions& model) {
        return model.maker != "sample" && model.protocol == Protocol::modbus;
    });
    const std::filesystem::path root{MG_SOURCE_DIR};
    EXPECT_NE(read_all(root / "README.md").find(std::to_string(readable) + " models built in"),
              std::string::npos);
    EXPECT_NE(read_all(root / "README.zh-CN.md").find("内置 " + std::to_string(readable) + " 种采集模板"),
              std::string::npos);
}

TEST(ShippedModels, OpenWithAWordAboutTheInstrumentAndItsSource) {
    for (const auto& [name, text] : shipped_model_files()) EXPECT_TRUE(text.starts_with("# ")) << name;
    for (const ModelOptions& model : shipped_models()) {
        EXPECT_FALSE(model.maker.empty()) << model.id;
        EXPECT_GE(model.source.size(), 10U) << model.id;
    }
}

TEST(ShippedModels, CallEachPointByANameInBothLanguages) {
    for_each_point([](const ModelOptions&, const PointOptions& point) {
        EXPECT_FALSE(is_ascii(point.name_zh)) << point.name_zh;
        EXPECT_TRUE(is_ascii(point.name_en)) << point.name_en;
        EXPECT_FALSE(point.name_en.empty());
    });
}

// The same id is the same quantity in every model: a formula or a chart may rely on it.
TEST(ShippedModels, GiveAnIdTheSameNameEverywhere) {
    std::map<std::string, std::pair<std::string, std::string>> names;
    for_each_point([&](const ModelOptions&, const PointOptions& point) {
        const auto& [zh, en] =
            names.emplace(point.id.text, std::pair{point.name_zh, point.name_en}).first->second;
        EXPECT_EQ(point.name_zh, zh);
        EXPECT_EQ(point.name_en, en);
    });
}

TEST(ShippedModels, CountInKnownUnits) {
    for_each_point([](const ModelOptions&, const PointOptions& point) {
        switch (point.kind) {
            case PointKind::index:
                EXPECT_TRUE(kCounted.contains(point.unit)) << point.unit;
                break;
            case PointKind::state:
                EXPECT_EQ(point.unit, "");
                break;
            case PointKind::momentary:
                EXPECT_TRUE(kOtherMomentary.contains(point.unit) ||
                            (kRatioOfUnit.contains(point.unit) && !kCounted.contains(point.unit)) ||
                            (point.unit.empty() && point.id.text.starts_with("power_factor")))
                    << point.unit;
                break;
        }
    });
}

// Half a meter in secondary and half in primary values would be a factor of hundreds in the books.
TEST(ShippedModels, AreSecondaryInAllElectricalValuesOrInNone) {
    for (const ModelOptions& model : shipped_models()) {
        const bool secondary = std::ranges::any_of(
            model.points, [](const PointOptions& point) { return point.ratio != Ratio::none; });
        for (const PointOptions& point : model.points) {
            const auto of_unit = kRatioOfUnit.find(point.unit);
            const bool battery = point.id.text == "battery_voltage";
            const Ratio expected =
                secondary && of_unit != kRatioOfUnit.end() && !battery ? of_unit->second : Ratio::none;
            EXPECT_EQ(point.ratio, expected) << model.id << " " << point.id.text;
        }
    }
}

TEST(ShippedModels, AskForNoPointThatDoesNotFitIntoARequest) {
    for_each_point([](const ModelOptions& model, const PointOptions& point) {
        EXPECT_TRUE(model.protocol != Protocol::modbus || registers_of(point) <= model.max_registers);
        EXPECT_LT(model.max_gap, model.max_registers);
    });
}

TEST(ShippedModels, LeaveEastronMetersThePauseTheyNeed) {
    for (const ModelOptions& model : shipped_models()) {
        if (model.maker != "Eastron") continue;
        EXPECT_GE(model.request_gap, milliseconds{model.id == "eastron-sdm72d" ? 500 : 100}) << model.id;
    }
}

// A power of ten that stands in a register is read in the same sweep and counts nothing itself.
TEST(ShippedModels, TakeExponentsFromAStateOfTheSameInstrument) {
    for_each_point([](const ModelOptions& model, const PointOptions& point) {
        if (!point.exponent_point) return;
        const auto exponent = std::ranges::find(model.points, *point.exponent_point, &PointOptions::id);
        ASSERT_NE(exponent, model.points.end());
        EXPECT_EQ(exponent->kind, PointKind::state);
        EXPECT_EQ(registers_of(*exponent), 1);
    });
}

// "verified" is a promise that somebody can look at.
TEST(ShippedModels, ThatAreVerifiedHaveARecordedAnswerWithAnIndexInIt) {
    for (const ModelOptions& model : shipped_models()) {
        if (!model.verified) continue;
        const std::string answer = recorded_answer_of(model);
        EXPECT_NE(answer.find("model " + model.id + "\n"), std::string::npos) << model.id;
        EXPECT_NE(answer.find("\nget "), std::string::npos) << model.id << ": no frame of a real answer";
        EXPECT_TRUE(std::ranges::any_of(model.points, [&](const PointOptions& point) {
            return point.kind == PointKind::index &&
                   answer.find("\npoint " + point.id.text + " ") != std::string::npos;
        })) << model.id;
    }
}

}  // namespace
}  // namespace mg
