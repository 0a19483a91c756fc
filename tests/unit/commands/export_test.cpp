#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "gateway/base/language.h"
#include "gateway/commands/export_rows.h"
#include "tests/unit/buffer/store_fixture.h"

namespace mg {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr minutes kChina{480};

class ExportRows : public ::testing::Test {
protected:
    ExportRows() {
        Layout made{.meter = MeterId{"main"}, .model = "test", .points = {}};
        made.points.push_back({.id = PointId{"energy"},
                               .type = WireType::u32,
                               .kind = PointKind::index,
                               .ratio = Ratio::ct,
                               .scale = Decimal{1, -2},
                               .unit = "kWh"});
        made.points.push_back(
            {.id = PointId{"power"}, .type = WireType::u32, .scale = Decimal{1, 0}, .unit = "W, \"net\""});
        sample_.layout = std::make_shared<const Layout>(std::move(made));
        sample_.slot = Slot{test::kMorning};
        sample_.taken_at = test::kMorning + milliseconds{40};
        sample_.boundary = true;
        sample_.readings = {{12345, Quality::good}, {0, Quality::no_reply}};
        options_.multipliers[MeterId{"main"}] = Multiplier{.ct = Decimal{40, 0}};
    }
    Sample sample_;
    ExportOptions options_;
};

TEST_F(ExportRows, OneLineAPointWithValueAsDisplayedAndWithMultiplier) {
    EXPECT_EQ(csv_rows(StoredSample{7, 1, sample_}, options_),
              "main,2026-11-22T10:00:00+08:00,,2026-11-22T10:00:00.040+08:00,1,energy,123.45,40,4938.00,kWh,"
              "good,0,1,7\r\n"
              "main,2026-11-22T10:00:00+08:00,,2026-11-22T10:00:00.040+08:00,1,power,,1,,\"W, "
              "\"\"net\"\"\",no_reply,0,1,"
              "7\r\n");
}

TEST_F(ExportRows, HeadingAndRowsHaveTheSameColumns) {
    for (const Language spoken : {Language::en, Language::zh}) {
        set_language(spoken);
        const auto commas = [](const std::string& line) { return std::ranges::count(line, ','); };
        options_.points = {PointId{"energy"}};
        EXPECT_EQ(commas(csv_heading()), commas(csv_rows(StoredSample{7, 1, sample_}, options_)));
        EXPECT_EQ(
            commas(csv_heading()),
            commas(csv_rows(StoredGap{8, Gap{MeterId{"main"}, {}, {}, Quality::stopped, 0}}, options_)));
    }
    set_language(Language::en);
}

TEST_F(ExportRows, AMeterThatIsConfiguredNoMoreHasNoMultiplier) {
    options_.multipliers.clear();
    options_.points = {PointId{"energy"}};
    EXPECT_EQ(
        csv_rows(StoredSample{7, 1, sample_}, options_),
        "main,2026-11-22T10:00:00+08:00,,2026-11-22T10:00:00.040+08:00,1,energy,123.45,,,kWh,good,0,1,7\r\n");
}

TEST_F(ExportRows, JsonHasOneLineAnItem) {
    options_.points = {PointId{"energy"}};
    EXPECT_EQ(
        json_row(StoredSample{7, 1, sample_}, options_),
        R"({"type":"sample","sequence":7,"revision":1,"meter":"main","slot":"2026-11-22T10:00:00+08:00",)"
        R"("taken_at":"2026-11-22T10:00:00.040+08:00","epoch":0,"boundary":true,"points":[{"id":"energy",)"
        R"("value":"123.45","multiplier":"40","with_multiplier":"4938.00","unit":"kWh","quality":"good"}]})"
        "\n");
    const Gap gap{MeterId{"main"}, {test::kMorning}, {test::kMorning + minutes{5}}, Quality::stopped, 2};
    EXPECT_EQ(json_row(StoredGap{8, gap}, options_),
              R"({"type":"gap","sequence":8,"meter":"main","from":"2026-11-22T10:00:00+08:00",)"
              R"("to":"2026-11-22T10:05:00+08:00","reason":"stopped","epoch":2})"
              "\n");
    options_.points = {PointId{"nothing"}};
    EXPECT_EQ(json_row(StoredSample{7, 1, sample_}, options_), "");
    EXPECT_EQ(csv_rows(StoredSample{7, 1, sample_}, options_), "");
}

}  // namespace
}  // namespace mg
