#include <gtest/gtest.h>

#include "config/shipped_files.h"
#include "tests/unit/config/site.h"

namespace mg {
namespace {

const ModelOptions& shipped(const std::string& id) {
    const auto& models = shipped_models();
    const auto found = std::ranges::find(models, id, &ModelOptions::id);
    if (found == models.end()) throw std::runtime_error{"no model " + id};
    return *found;
}

const PointOptions& point(const ModelOptions& model, const std::string& id) {
    const auto found = std::ranges::find(model.points, PointId{id}, &PointOptions::id);
    if (found == model.points.end()) throw std::runtime_error{"no point " + id};
    return *found;
}

TEST(ShippedModels, AllLoadWithoutAProblem) {
    EXPECT_GE(shipped_model_files().size(), 18U);
    for (const auto& [name, text] : shipped_model_files()) {
        const LoadedModel loaded = load_model(text, std::string(name));

        EXPECT_TRUE(loaded.model) << text_of(loaded.problems);
        EXPECT_TRUE(loaded.problems.empty()) << text_of(loaded.problems);
    }
}

TEST(ShippedModels, AllNameTheirSourceAndHaveAnIndex) {
    for (const ModelOptions& model : shipped_models()) {
        EXPECT_FALSE(model.source.empty()) << model.id;
        EXPECT_TRUE(std::ranges::any_of(model.points, [](const PointOptions& p) {
            return p.kind == PointKind::index;
        })) << model.id;
    }
}

TEST(ShippedModels, CountRegistersFromZeroAsTheWireDoes) {
    EXPECT_EQ(point(shipped("acrel-dtsd1352"), "energy_import").address, 0x000A);
    EXPECT_EQ(point(shipped("schneider-iem3000"), "energy_import").address, 3203);
    EXPECT_EQ(point(shipped("tuf-2000m"), "flow").address, 0);
    EXPECT_EQ(point(shipped("eastron-sdm630"), "energy_import").table, RegisterTable::input);
}

TEST(ShippedModels, TheFlowMeterHasItsTotalsPowerOfTen) {
    const ModelOptions& model = shipped("tuf-2000m");
    const PointOptions& volume = point(model, "volume");

    EXPECT_EQ(volume.type, WireType::i32_f32);
    EXPECT_EQ(volume.order, WordOrder::cdab);
    EXPECT_EQ(volume.exponent_offset, -3);
    ASSERT_TRUE(volume.exponent_point);
    EXPECT_EQ(point(model, volume.exponent_point->text).address, 1437);
}

TEST(Model, ScalesAreTakenDigitForDigit) {
    const auto loaded = load_model(
        "[model]\nname = \"x\"\nsource = \"x\"\npoint = [\n"
        "  { id = \"a\", name = { zh = \"甲乙丙\", en = \"a\" }, at = \"holding:0\", as = \"u16\", scale = "
        "0.001 },\n"
        "  { id = \"b\", name = \"b\", at = \"holding:1\", as = \"u16\", scale = 0.12345678901234567890123 "
        "},\n"
        "  { id = \"c\", name = \"c\", at = \"holding:2\", as = \"u16\", scale = 1e-3 },\n"
        "  { id = \"d\", name = \"d\", at = \"holding:3\", as = \"u16\", scale = \"0.1\" },\n"
        "  { id = \"e\", name = \"e\", at = \"holding:4\", as = \"u16\", scale = 10 },\n]\n",
        "x.toml");

    ASSERT_TRUE(loaded.model) << text_of(loaded.problems);
    const auto& points = loaded.model->points;
    EXPECT_EQ(points[0].scale.mantissa(), 1);
    EXPECT_EQ(points[0].scale.exponent(), -3);
    EXPECT_EQ(points[0].name_zh, "甲乙丙");
    EXPECT_EQ(points[1].scale.to_string(), "0.12345678901234567890123");
    EXPECT_EQ(points[2].scale, (Decimal{1, -3}));
    EXPECT_EQ(points[3].scale, (Decimal{1, -1}));
    EXPECT_EQ(points[4].scale, (Decimal{10, 0}));
}

TEST(Model, InvalidMarksMayBeNumbersOrHexadecimalText) {
    const auto loaded = load_model(
        "[model]\nname = \"x\"\nsource = \"x\"\n[[point]]\nid = \"a\"\nname = \"a\"\nat = "
        "\"input:0x0010\"\nas = \"u32\"\n"
        "invalid = [\"0xFFFFFFFF\", 0x80000000, 5]\n",
        "x.toml");

    ASSERT_TRUE(loaded.model) << text_of(loaded.problems);
    EXPECT_EQ(loaded.model->points[0].invalid, (std::vector<std::uint64_t>{0xFFFFFFFF, 0x80000000, 5}));
    EXPECT_EQ(loaded.model->points[0].address, 16);
}

// A reader types it in as it stands there.
TEST(Model, OfThePageOnAddingAMeterLoads) {
    for (const std::string page : {"adding-a-meter.md", "adding-a-meter.zh-CN.md"}) {
        const std::string text = read_all(std::filesystem::path{MG_SOURCE_DIR} / "docs" / page);
        const auto begin = text.find("```toml\n");
        const auto end = text.find("\n```\n", begin);
        ASSERT_NE(end, std::string::npos) << page;

        const auto loaded = load_model(text.substr(begin + 8, end - begin - 7), "xy-100.toml");

        EXPECT_TRUE(loaded.problems.empty()) << page << "\n" << text_of(loaded.problems);
        ASSERT_TRUE(loaded.model) << page;
        EXPECT_EQ(loaded.model->points.at(0).id.text, "energy_import");
    }
}

TEST(Model, CircuitsMayShareIdsButNotRegisters) {
    const auto model = [](const std::string& second_at) {
        return load_model(
            "[model]\nname = \"x\"\nsource = \"x\"\ncircuits = 2\npoint = [\n"
            "  { id = \"e\", name = \"e\", at = \"holding:0\", as = \"u32\", circuit = 1 },\n"
            "  { id = \"e\", name = \"e\", at = \"" +
                second_at +
                "\", as = \"u32\", circuit = 2 },\n"
                "  { id = \"u\", name = \"u\", at = \"holding:9\", as = \"u16\" },\n]\n",
            "x.toml");
    };

    EXPECT_TRUE(model("holding:2").model);
    EXPECT_FALSE(model("holding:8").model);
}

TEST(Model, AnyTextIsAModelOrHasAProblem) {
    for (const std::string& text :
         {std::string(), std::string("\xFF"), std::string("[[[["), std::string("model = 5\npoint = 6\n"),
          std::string("[model]\npoint = [1, 2]\n"), std::string("[[model]]\n"), std::string(5000, '['),
          std::string("point = { id = 3 }\n"), std::string("[model]\nname = 1979-05-27\n")}) {
        const LoadedModel loaded = load_model(text, "x.toml");
        EXPECT_FALSE(loaded.model);
        EXPECT_FALSE(loaded.problems.empty());
    }
}

}  // namespace
}  // namespace mg
