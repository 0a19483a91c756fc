#include <gtest/gtest.h>

#include "gateway/document/chart_axis.h"
#include "gateway/document/chart_svg.h"

namespace mg {
namespace {

Chart chart(Chart::Kind kind, std::vector<Chart::Series> series) {
    Chart made{.kind = kind, .title = "title <&>", .series = std::move(series)};
    for (std::size_t i = 0; i < made.series.front().values.size(); ++i)
        made.categories.push_back(std::to_string(i + 1));
    return made;
}

std::size_t count(const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
    return found;
}

TEST(ChartAxis, EndsAtARoundNumberAboveTheHighestColumn) {
    const ChartAxis axis = axis_of(chart(Chart::Kind::columns, {{"a", {310, 1130, std::nullopt}}}));
    EXPECT_DOUBLE_EQ(axis.low, 0);
    EXPECT_DOUBLE_EQ(axis.high, 1200);
    EXPECT_DOUBLE_EQ(axis.step, 200);
    EXPECT_EQ(axis.text(1200), "1,200");
}

TEST(ChartAxis, StacksWhatIsAboveAndBelowZeroApart) {
    const ChartAxis axis = axis_of(chart(Chart::Kind::stacked_columns, {{"a", {30, -10}}, {"b", {40, -15}}}));
    EXPECT_DOUBLE_EQ(axis.high, 80);
    EXPECT_DOUBLE_EQ(axis.low, -40);
}

TEST(ChartAxis, LinesAreSeenFromNearAndWithTheirBar) {
    Chart lines = chart(Chart::Kind::lines, {{"a", {97.2, 99.9}}});
    lines.bar = 90;
    const ChartAxis axis = axis_of(lines);
    EXPECT_DOUBLE_EQ(axis.low, 90);
    EXPECT_DOUBLE_EQ(axis.high, 100);
}

TEST(ChartAxis, OfNothingAndOfOneValueIsAnAxisStill) {
    EXPECT_LT(axis_of(chart(Chart::Kind::lines, {{"a", {std::nullopt}}})).low, 1);
    const ChartAxis axis = axis_of(chart(Chart::Kind::columns, {{"a", {0, 0}}}));
    EXPECT_LT(axis.low, axis.high);
    EXPECT_EQ(ChartAxis({.low = 0, .high = 0.1, .step = 0.02}).text(0.04), "0.04");
}

TEST(ChartSvg, AHoleIsNoColumnAndBreaksALine) {
    const std::string columns = chart_svg(chart(Chart::Kind::columns, {{"a", {1, std::nullopt, 3}}}));
    EXPECT_EQ(count(columns, "<rect"), 2U);
    const std::string lines = chart_svg(chart(Chart::Kind::lines, {{"a", {1, 2, std::nullopt, 3, 4}}}));
    const auto path = lines.find("<path d=\"M", lines.find("<circle"));
    ASSERT_NE(path, std::string::npos);
    const std::string d = lines.substr(path, lines.find("fill", path) - path);
    EXPECT_EQ(count(d, "M"), 2U);
    EXPECT_EQ(count(d, "L"), 2U);
}

TEST(ChartSvg, EscapesItsWords) {
    const std::string svg = chart_svg(chart(Chart::Kind::columns, {{"a", {1}}}));
    EXPECT_NE(svg.find("title &lt;&amp;&gt;"), std::string::npos);
    EXPECT_EQ(svg.find("<&>"), std::string::npos);
}

}  // namespace
}  // namespace mg
