#include "gateway/control/status.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/control/status_maker.h"

namespace mg {
namespace {

std::shared_ptr<const Layout> one_point(Ratio ratio) {
    Layout layout{.meter = {"m1"}, .model = "test", .points = {}};
    layout.points.push_back({.id = {"energy_import"},
                             .type = WireType::u32,
                             .kind = PointKind::index,
                             .ratio = ratio,
                             .scale = Decimal{1, -2},
                             .unit = "kWh",
                             .exponent_from = std::nullopt});
    return std::make_shared<const Layout>(std::move(layout));
}

Sample sample_of(std::shared_ptr<const Layout> layout, Reading reading) {
    Sample sample;
    sample.layout = std::move(layout);
    sample.readings = {reading};
    return sample;
}

const Multiplier kRatios{.ct = Decimal{40, 0}, .pt = Decimal{100, 0}};

TEST(Status, SaysTheSameAfterATripThroughJson) {
    const std::string json = status_to_json(full_status());

    const auto back = status_from_json(json);

    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(status_to_json(*back), json);
    EXPECT_EQ(back->clock.utc, full_status().clock.utc);
    EXPECT_EQ(back->meters[0].points, full_status().meters[0].points);
    EXPECT_FALSE(back->meters[1].line);
}

TEST(Status, IsOneLine) {
    EXPECT_EQ(status_to_json(full_status()).find('\n'), std::string::npos);
}

TEST(Status, ForeignBytesInANameDoNotBreakIt) {
    GatewayStatus status = full_status();
    status.lines[0].name = "\xb5\xe7";  // GB18030, not UTF-8

    EXPECT_TRUE(status_from_json(status_to_json(status)));
}

TEST(Status, WhatIsNotAStatusIsRefusedWithAReason) {
    std::string unknown_state = status_to_json(full_status());
    unknown_state.replace(unknown_state.find("\"held\""), 6, "\"gone\"");
    for (const std::string& text :
         {std::string("{}"), std::string("[]"), std::string("no JSON"), unknown_state}) {
        const auto status = status_from_json(text);

        ASSERT_FALSE(status) << text;
        EXPECT_EQ(status.error().kind, Failure::corrupt);
        EXPECT_FALSE(status.error().what.empty());
    }
}

TEST(PointStatus, AppliesOnlyTheRatioOfItsPoint) {
    const Reading reading{.bits = 12345, .quality = Quality::good};

    const auto with_both = point_status(sample_of(one_point(Ratio::ct_pt), reading), 0, kRatios);
    EXPECT_EQ(with_both.displayed, "123.45");
    EXPECT_EQ(with_both.multiplier, "4000");
    EXPECT_EQ(with_both.with_multiplier, "493800.00");

    const auto voltage = point_status(sample_of(one_point(Ratio::pt), reading), 0, kRatios);
    EXPECT_EQ(voltage.multiplier, "100");
    EXPECT_EQ(voltage.with_multiplier, "12345.00");
}

TEST(PointStatus, OfAMissingReadingHasNoValueButAReason) {
    const auto status = point_status(
        sample_of(one_point(Ratio::none), {.bits = 0, .quality = Quality::no_reply}), 0, kRatios);

    EXPECT_EQ(status.displayed, "");
    EXPECT_EQ(status.with_multiplier, "");
    EXPECT_EQ(status.multiplier, "1");
    EXPECT_EQ(status.quality, Quality::no_reply);
}

TEST(BufferStatus, ADiskThatTakesNothingIsTrouble) {
    StoreStats stats;
    EXPECT_EQ(buffer_status(stats).state, BufferState::ok);

    stats.trouble = "no space left";
    EXPECT_EQ(buffer_status(stats).state, BufferState::disk_trouble);
    EXPECT_EQ(buffer_status(stats).trouble, "no space left");
}

TEST(StatusDetail, KnowsItsNames) {
    EXPECT_EQ(status_detail_from("summary"), StatusDetail::summary);
    EXPECT_EQ(status_detail_from("points"), StatusDetail::points);
    EXPECT_FALSE(status_detail_from("everything"));
}

TEST(Status, ANumberThatDoesNotFitIsNoStatus) {
    const std::string good = status_to_json(full_status());
    for (const std::string number : {"1e300", "480.5", "-18446744073709551616", "4294967296"}) {
        std::string text = good;
        const std::string_view field = "\"utc_offset_minutes\":480";
        text.replace(text.find(field), field.size(), "\"utc_offset_minutes\":" + number);

        EXPECT_FALSE(status_from_json(text)) << number;
    }
    EXPECT_TRUE(status_from_json(good));
}

}  // namespace
}  // namespace mg
