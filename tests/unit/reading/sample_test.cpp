#include "gateway/reading/sample.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

LayoutRef flow_meter() {
    Layout layout{.meter = {"steam"}, .model = "tuf-2000m", .points = {}};
    layout.points.push_back(
        {.id = {"volume"}, .type = WireType::u32, .unit = "m3", .exponent_from = 1, .exponent_offset = -3});
    layout.points.push_back({.id = {"volume_exponent"}, .type = WireType::u16, .unit = {}});
    return std::make_shared<const Layout>(layout);
}

TEST(Sample, AnExponentReadFromTheInstrumentApplies) {
    Sample sample{
        .layout = flow_meter(), .slot = {}, .readings = {{4711, Quality::good}, {2, Quality::good}}};
    EXPECT_EQ(displayed_value(sample, 0)->to_string(), "471.1");
}

TEST(Sample, AValueWhoseExponentIsMissingIsNoValue) {
    Sample sample{
        .layout = flow_meter(), .slot = {}, .readings = {{4711, Quality::good}, {0, Quality::no_reply}}};
    EXPECT_FALSE(displayed_value(sample, 0));
}

TEST(Sample, AnAbsurdExponentIsNoValue) {
    Sample sample{
        .layout = flow_meter(), .slot = {}, .readings = {{4711, Quality::good}, {60000, Quality::good}}};
    EXPECT_FALSE(displayed_value(sample, 0));
}

// A layout that was damaged on disk says so; the program died of it (stack overflow).
TEST(Sample, ExponentsThatLeadToEachOtherComeToAnEnd) {
    Layout layout = *flow_meter();
    layout.points[1].exponent_from = 0;
    const Sample sample{.layout = std::make_shared<const Layout>(layout),
                        .slot = {},
                        .readings = {{4711, Quality::good}, {2, Quality::good}}};

    EXPECT_EQ(displayed_value(sample, 0)->to_string(), "471.1");
}

TEST(Sample, AFailedPollSaysWhyForEveryPoint) {
    const Sample sample = missing_sample(flow_meter(), {}, Quality::no_reply);
    EXPECT_TRUE(sample.missing());
    ASSERT_EQ(sample.readings.size(), 2U);
    EXPECT_EQ(sample.readings[1].quality, Quality::no_reply);
}

TEST(Quality, NamesComeBackAndOnlyTheFirstThreeCarryAValue) {
    for (const auto quality :
         {Quality::good, Quality::clock_untrusted, Quality::implausible, Quality::no_reply,
          Quality::corrupt_reply, Quality::refused, Quality::unsupported, Quality::not_available,
          Quality::line_down, Quality::not_asked, Quality::stopped, Quality::clock_step,
          Quality::storage_lost, Quality::before_start}) {
        EXPECT_EQ(quality_from(to_string(quality)), quality);
        EXPECT_EQ(has_value(quality), quality <= Quality::implausible);
    }
}

}  // namespace
}  // namespace mg
