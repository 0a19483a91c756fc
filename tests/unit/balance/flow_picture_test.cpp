#include "gateway/balance/flow_picture.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "gateway/balance/balance_sections.h"

namespace mg {
namespace {

std::size_t count(const std::string& text, std::string_view word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
}

MediumBalance busbar() {
    MediumBalance medium{.energy = "电力", .unit = "kWh"};
    medium.edges = {{.meter = "in", .from = "grid", .to = "bus <10 kV>", .forward = Exact{300}},
                    {.meter = "kiln", .from = "bus <10 kV>", .to = "kiln_shop", .forward = Exact{200}},
                    {.meter = "mill", .from = "bus <10 kV>", .to = "mill_shop", .forward = Exact{100}}};
    return medium;
}

TEST(FlowPicture, ABandIsAsWideAsItsAmount) {
    const std::string svg = flow_picture(busbar());
    EXPECT_EQ(count(svg, "stroke-width=\"300.0\""), 1U);
    EXPECT_EQ(count(svg, "stroke-width=\"200.0\""), 1U);
    EXPECT_EQ(count(svg, "stroke-width=\"100.0\""), 1U);
    EXPECT_EQ(count(svg, "<rect"), 4U);
    EXPECT_NE(svg.find("kiln  200 kWh"), std::string::npos);
    EXPECT_NE(svg.find("bus &lt;10 kV&gt;"), std::string::npos);
}

TEST(FlowPicture, WhatIsNotKnownIsDashed) {
    MediumBalance medium = busbar();
    medium.edges[2].forward.reset();
    EXPECT_EQ(count(flow_picture(medium), "stroke-dasharray"), 1U);
    for (MeasuredEdge& edge : medium.edges) edge.forward.reset();
    EXPECT_TRUE(flow_picture(medium).empty());
}

TEST(FlowPicture, ACircleIsDrawn) {
    MediumBalance medium = busbar();
    medium.edges.push_back({.meter = "back", .from = "kiln_shop", .to = "grid", .forward = Exact{10}});
    EXPECT_EQ(count(flow_picture(medium), "stroke=\"#c8c8c8\""), 4U);
}

TEST(FlowPicture, StandsInTheSectionOfWhatHasNodes) {
    const auto has_picture = [](const MediumBalance& medium) {
        const Section section = balance_sections({.media = {medium}}).front();
        return std::ranges::any_of(section.blocks,
                                   [](const Block& block) { return std::holds_alternative<Picture>(block); });
    };
    MediumBalance medium = busbar();
    EXPECT_FALSE(has_picture(medium));
    medium.nodes.push_back({.node = "bus <10 kV>"});
    EXPECT_TRUE(has_picture(medium));
}

}  // namespace
}  // namespace mg
