#include "gateway/balance/metering_network.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

std::size_t count(const std::string& text, std::string_view word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
}

MeterOptions meter(std::string id, std::string energy, std::string from, std::string to) {
    MeterOptions made{.id = {std::move(id)}, .line = LineId{"hall"}};
    made.energy = std::move(energy);
    made.from = std::move(from);
    made.to = std::move(to);
    return made;
}

/// Electricity from the grid over a bus to a kiln, with a meter that somebody reads and one that is faulty; a
/// water meter of which nobody said where it stands.
std::vector<MeterOptions> plant() {
    std::vector<MeterOptions> meters{
        meter("in", "电力", "电网", "10kV <母线>"), meter("kiln", "电力", "10kV <母线>", "窑"),
        meter("office", "电力", "10kV <母线>", "办公"), meter("old", "电力", "10kV <母线>", "磨"),
        meter("well", "新水", "", "")};
    meters[0].name = "进线 & 关口";
    meters[0].level = MeterLevel::enterprise;
    meters[1].level = MeterLevel::unit;
    meters[2].line.reset();
    meters[3].state = InstrumentState::faulty;
    return meters;
}

TEST(MeteringNetwork, HasEveryMeteringPointOfAnEnergyOnce) {
    const auto networks = metering_networks(plant());
    ASSERT_EQ(networks.size(), 2U);
    EXPECT_EQ(networks[0].energy, "电力");
    ASSERT_EQ(networks[0].meters.size(), 4U);
    EXPECT_EQ(networks[0].meters[1].meter, "kiln");
    EXPECT_EQ(networks[0].meters[1].reading, MeterReading::on_wire);
    EXPECT_EQ(networks[0].meters[2].reading, MeterReading::by_hand);
    EXPECT_EQ(networks[0].meters[3].reading, MeterReading::idle);
    EXPECT_TRUE(networks[1].meters.empty());
    EXPECT_EQ(networks[1].without_place, std::vector<std::string>{"well"});
}

TEST(MeteringNetwork, IsDrawnWithACircleAMeterAndABlockAPlace) {
    const auto networks = metering_networks(plant());
    const std::string svg = network_picture(networks[0]);
    EXPECT_EQ(count(svg, "<circle"), 4U);
    EXPECT_EQ(count(svg, "<rect"), 5U);
    EXPECT_EQ(count(svg, "stroke-dasharray"), 2U) << "by hand, and faulty";
    EXPECT_EQ(count(svg, "stroke-width=\"2.5\""), 1U) << "of the enterprise";
    EXPECT_EQ(count(svg, "stroke-width=\"2\"/>"), 1U) << "crossed out";
    EXPECT_NE(svg.find("进线 &amp; 关口"), std::string::npos);
    EXPECT_NE(svg.find("10kV &lt;母线&gt;"), std::string::npos);
    EXPECT_TRUE(network_picture(networks[1]).empty());
}

TEST(MeteringNetwork, NamesWhatIsNotInThePicture) {
    const auto sections = network_sections(metering_networks(plant()));
    ASSERT_EQ(sections.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<Picture>(sections[0].blocks.front()));
    ASSERT_EQ(sections[1].blocks.size(), 1U);
    const auto* named = std::get_if<Paragraph>(&sections[1].blocks.front());
    ASSERT_NE(named, nullptr);
    EXPECT_NE(named->text.find("well"), std::string::npos);
}

}  // namespace
}  // namespace mg
