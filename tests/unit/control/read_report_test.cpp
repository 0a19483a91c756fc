#include "gateway/control/read_report.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "drivers/instruments.h"

namespace mg {
namespace {

LayoutRef layout_of(const std::string& meter) {
    Layout layout{.meter = {meter}, .model = "two", .points = {}};
    layout.points.push_back({.id = {"energy_import"},
                             .type = WireType::u32,
                             .kind = PointKind::index,
                             .ratio = Ratio::ct_pt,
                             .scale = Decimal{1, -1},
                             .unit = "kWh",
                             .exponent_from = std::nullopt});
    layout.points.push_back(
        {.id = {"frequency"}, .type = WireType::u16, .unit = "Hz", .exponent_from = std::nullopt});
    return std::make_shared<const Layout>(std::move(layout));
}

MeterOptions meter_at(const std::string& id, const std::string& address, int circuit) {
    MeterOptions meter;
    meter.id = {id};
    meter.name = "磨机";
    meter.line = LineId{"mcc"};
    meter.address = address;
    meter.circuit = circuit;
    meter.model = "two";
    meter.multiplier.ct = Decimal{40, 0};
    return meter;
}

Options plant() {
    Options options;
    LineOptions line;
    line.id = {"mcc"};
    options.lines.push_back(line);
    ModelOptions model;
    model.id = "two";
    PointOptions energy;
    energy.id = {"energy_import"};
    energy.name_zh = "正向有功电能";
    energy.name_en = "active energy import";
    model.points.push_back(energy);
    options.models.push_back(model);
    options.meters = {meter_at("b", "21", 2), meter_at("other", "22", 0), meter_at("a", "21", 1)};
    MeterOptions scale;
    scale.id = {"scale"};
    options.meters.push_back(scale);
    return options;
}

PollResult poll_of_two_circuits() {
    const std::vector<Reading> first{{1, Quality::good}, {50, Quality::good}};
    const std::vector<Reading> second{{0x000186a0, Quality::good}, {0, Quality::unsupported}};
    PollResult poll;
    poll.readings = {first, second};
    poll.trouble = "unit 21: exception 2";
    poll.answered = true;
    poll.wire = {{.request = {0x15, 0x03},
                  .answer = {0x15, 0x83, 0x02},
                  .error = "exception 2",
                  .took = milliseconds{7}}};
    return poll;
}

TEST(ReadReport, ShowsTheReadingsOfTheMeterThatWasAskedFor) {
    const Options options = plant();
    const std::vector<LayoutRef> layouts{layout_of("a"), layout_of("b")};

    const auto report =
        read_report(options, *options.meter({"b"}), layouts, poll_of_two_circuits(), UtcTime{});

    ASSERT_TRUE(report) << report.error().what;
    ASSERT_EQ(report->points.size(), 2U);
    EXPECT_EQ(report->points[0].name_zh, "正向有功电能");
    EXPECT_EQ(report->points[0].raw, "0001 86a0");
    EXPECT_EQ(report->points[0].value.displayed, "10000.0");
    EXPECT_EQ(report->points[0].value.with_multiplier, "400000.0");
    EXPECT_EQ(report->points[1].raw, "");
    EXPECT_EQ(report->points[1].value.quality, Quality::unsupported);
    EXPECT_EQ(report->wire[0].answer, "15 83 02");
    EXPECT_TRUE(report->any_value());
}

TEST(ReadReport, SaysTheSameAfterATripThroughJson) {
    const Options options = plant();
    const std::vector<LayoutRef> layouts{layout_of("a"), layout_of("b")};
    const auto report =
        read_report(options, *options.meter({"b"}), layouts, poll_of_two_circuits(), UtcTime{});
    ASSERT_TRUE(report);

    const auto back = read_report_from_json(read_report_to_json(*report));

    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(read_report_to_json(*back), read_report_to_json(*report));
    EXPECT_EQ(back->points[0].value, report->points[0].value);
}

TEST(ReadReport, APollWithoutTheMeterIsCorrupt) {
    const Options options = plant();
    const std::vector<LayoutRef> layouts{layout_of("a")};

    const auto report =
        read_report(options, *options.meter({"b"}), layouts, poll_of_two_circuits(), UtcTime{});

    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind, Failure::corrupt);
}

TEST(InstrumentOf, CollectsTheCircuitsBehindOneAddressInOrder) {
    const Options options = plant();

    const auto instrument = instrument_of(options, *options.meter({"b"}));

    ASSERT_TRUE(instrument) << instrument.error().what;
    ASSERT_EQ(instrument->points.size(), 2U);
    EXPECT_EQ(instrument->points[0]->id.text, "a");
    EXPECT_EQ(instrument->points[1]->id.text, "b");
    EXPECT_EQ(instrument->line->id.text, "mcc");
    EXPECT_EQ(instrument->model->id, "two");
}

TEST(InstrumentOf, ALedgerRowHasNone) {
    const Options options = plant();

    const auto instrument = instrument_of(options, *options.meter({"scale"}));

    ASSERT_FALSE(instrument);
    EXPECT_EQ(instrument.error().kind, Failure::invalid_config);
}

}  // namespace
}  // namespace mg
