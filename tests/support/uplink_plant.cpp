#include "tests/support/uplink_plant.h"

#include <bit>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace mg {
namespace {

LayoutPoint layout_point(const PointOptions& point) {
    LayoutPoint made;
    made.id = point.id;
    made.type = point.type;
    made.kind = point.kind;
    made.ratio = point.ratio;
    made.scale = point.scale;
    made.unit = point.unit;
    return made;
}

ModelOptions plant_model() {
    PointOptions energy;
    energy.id = {"energy_import"};
    energy.name_zh = "正向有功总电能";
    energy.name_en = "active energy import";
    energy.type = WireType::u32;
    energy.scale = Decimal{1, -2};
    energy.unit = std::string{"kWh"};
    energy.kind = PointKind::index;
    energy.ratio = Ratio::ct_pt;
    PointOptions voltage;
    voltage.id = {"voltage_a"};
    voltage.name_zh = "A相电压";
    voltage.name_en = "voltage A";
    voltage.type = WireType::f32;
    voltage.unit = std::string{"V"};
    voltage.ratio = Ratio::pt;
    ModelOptions model;
    model.id = "two-points";
    model.name = "two points";
    model.points = {energy, voltage};
    return model;
}

const LayoutRef& layout_of(const Options& plant, int number) {
    static thread_local std::map<int, LayoutRef> known;
    LayoutRef& layout = known[number];
    if (!layout) {
        Layout made;
        made.meter = {fmt::format("m{}", number)};
        made.model = "two-points";
        for (const PointOptions& point : plant.models.front().points)
            made.points.push_back(layout_point(point));
        layout = std::make_shared<const Layout>(std::move(made));
    }
    return layout;
}

}  // namespace

Options plant_with_uplink(int meters, std::uint16_t broker_port) {
    Options plant;
    plant.site.id = "plant";
    plant.site.name = "试验厂";
    plant.models = {plant_model()};
    for (int number = 1; number <= meters; ++number) {
        MeterOptions meter;
        meter.id = {fmt::format("m{}", number)};
        meter.name = fmt::format("{}号配电柜", number);
        meter.line = LineId{"line1"};
        meter.model = "two-points";
        meter.every = milliseconds{1000};
        meter.multiplier.ct = Decimal{60, 0};
        meter.row = {"meters.csv",
                     number + 1,
                     {{"energy_kind", 1, "电力"}, {"maker", 2, "示例电表厂 \"甲\""}, {"remark", 3, ""}}};
        plant.meters.push_back(std::move(meter));
    }
    UplinkOptions uplink;
    uplink.id = {"broker"};
    uplink.mqtt.brokers = {{.host = "127.0.0.1", .port = broker_port}};
    uplink.mqtt.ack_timeout = std::chrono::seconds{5};
    plant.uplinks = {std::move(uplink)};
    return plant;
}

Slot plant_slot(int second) {
    using namespace std::chrono;
    return {sys_days{2026y / November / 22d} + seconds{900 + second}};
}

Sample plant_sample(const Options& plant, int number, int second) {
    return {.layout = layout_of(plant, number),
            .slot = plant_slot(second),
            .taken_at = plant_slot(second).at + milliseconds{412},
            .epoch = 0,
            .boundary = second % 900 == 0,
            .readings = {{static_cast<std::uint64_t>(second) * 100 + static_cast<std::uint64_t>(number),
                          Quality::good},
                         {std::bit_cast<std::uint32_t>(230.4F), Quality::good}}};
}

double plant_energy(int number, int second) {
    return (second * 100 + number) * 60 / 100.0;
}

void fill(SampleStore& store, const Options& plant, int first, int seconds) {
    for (int second = first; second < first + seconds; ++second) {
        for (std::size_t meter = 0; meter < plant.meters.size(); ++meter) {
            store.append(plant_sample(plant, static_cast<int>(meter) + 1, second));
        }
    }
}

LayoutRef wide_layout(const std::string& meter, int points) {
    Layout made;
    made.meter = {meter};
    made.model = "wide";
    for (int i = 0; i < points; ++i) {
        LayoutPoint point;
        point.id = {fmt::format("point_{}", i)};
        point.type = i % 4 == 0 ? WireType::u32 : WireType::f32;
        point.scale = i % 4 == 0 ? Decimal{1, -2} : Decimal{1, 0};
        point.ratio = i % 2 == 0 ? Ratio::ct_pt : Ratio::none;
        made.points.push_back(point);
    }
    return std::make_shared<const Layout>(std::move(made));
}

}  // namespace mg
