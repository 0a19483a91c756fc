#include "drivers/modbus/modbus_driver.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "drivers/modbus/modbus_listener.h"
#include "drivers/modbus/modbus_meter.h"
#include "drivers/modbus/read_plan.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr int kMostRegisters = 125;  // Modbus Application Protocol V1.1b3, 6.3

tl::unexpected<Error> invalid(const MeterOptions& meter, const std::string& what) {
    return fail(Failure::invalid_config, trf("meter {0}: {1}", "计量点 {0}：{1}", meter.id.text, what));
}

tl::unexpected<Error> invalid(const ModelOptions& model, const PointOptions& point, const std::string& what) {
    return fail(Failure::invalid_config, trf("model {0}, point {1}: {2}", "采集模板 {0}，测点 {1}：{2}",
                                             model.id, point.id.text, what));
}

// Serial: 0 is the broadcast that nobody answers, 248 … 255 are reserved. TCP: 0 and 255 are the device
// itself.
bool unit_is_allowed(int unit, LineKind kind) {
    if (kind == LineKind::modbus_tcp) return (unit >= 0 && unit <= 247) || unit == 255;
    return unit >= 1 && unit <= 247;
}

Result<std::uint8_t> unit_of(const MeterOptions& meter, LineKind kind) {
    int unit = -1;
    const auto* end = meter.address.data() + meter.address.size();
    const auto [read, error] = std::from_chars(meter.address.data(), end, unit);
    if (error == std::errc{} && read == end && unit_is_allowed(unit, kind))
        return static_cast<std::uint8_t>(unit);
    const auto allowed =
        kind == LineKind::modbus_tcp ? tr("0 … 247 or 255", "0 … 247 或 255") : tr("1 … 247", "1 … 247");
    return invalid(meter, trf("address \"{0}\": a Modbus unit on this line is {1}",
                              "地址“{0}”：此线路上的 Modbus 从站地址为 {1}", meter.address, allowed));
}

Result<> check_points(const ModelOptions& model) {
    if (model.max_registers < 1 || model.max_registers > kMostRegisters) {
        return fail(Failure::invalid_config, trf("model {0}: max_registers {1}: allowed is 1 … {2}",
                                                 "采集模板 {0}：max_registers {1}：允许 1 … {2}", model.id,
                                                 model.max_registers, kMostRegisters));
    }
    for (const auto& point : model.points) {
        const auto count = register_count(point);
        if (point.address + count > 0x10000) {
            return invalid(model, point,
                           trf("0x{0:04X}+{1} ends beyond register 0xFFFF", "0x{0:04X}+{1} 超出寄存器 0xFFFF",
                               point.address, count));
        }
        if (count > model.max_registers) {
            return invalid(model, point,
                           trf("takes {0} registers, max_registers is {1}",
                               "占 {0} 个寄存器，max_registers 为 {1}", count, model.max_registers));
        }
    }
    return {};
}

// The points of the whole instrument and of the meter's own circuit.
std::vector<std::size_t> points_of(const MeterOptions& meter, const ModelOptions& model) {
    std::vector<std::size_t> indexes;
    for (std::size_t index = 0; index < model.points.size(); ++index) {
        const int circuit = model.points[index].circuit;
        if (circuit == 0 || circuit == meter.circuit) indexes.push_back(index);
    }
    return indexes;
}

LayoutPoint layout_point(const PointOptions& point) {
    return {point.id,    point.type, point.kind,   point.ratio,
            point.scale, point.unit, std::nullopt, point.exponent_offset};
}

Result<LayoutRef> layout_of(const MeterOptions& meter, const ModelOptions& model,
                            std::span<const std::size_t> indexes) {
    Layout layout{meter.id, model.id, {}};
    layout.points.reserve(indexes.size());
    for (const auto index : indexes) {
        const auto& point = model.points[index];
        layout.points.push_back(layout_point(point));
        if (!point.exponent_point) continue;
        const auto source = std::ranges::find_if(
            indexes, [&](std::size_t other) { return model.points[other].id == *point.exponent_point; });
        if (source == indexes.end()) {
            return invalid(model, point,
                           trf("takes its exponent from {0}, which the model does not have",
                               "指数取自测点 {0}，但模板中没有该测点", point.exponent_point->text));
        }
        layout.points.back().exponent_from = static_cast<std::uint16_t>(source - indexes.begin());
    }
    return std::make_shared<const Layout>(std::move(layout));
}

/// An instrument's address and points, checked.
struct Mapped {
    std::uint8_t unit{};
    std::vector<LayoutRef> layouts;
    std::vector<std::vector<std::size_t>> points_of_layout;
};

Result<Mapped> mapped(const InstrumentOptions& instrument) {
    const auto& model = *instrument.model;
    const auto unit = unit_of(*instrument.points.front(), instrument.line->kind);
    if (!unit) return pass_on(unit.error());
    if (auto checked = check_points(model); !checked) return pass_on(checked.error());

    Mapped result{.unit = *unit, .layouts = {}, .points_of_layout = {}};
    for (const auto* meter : instrument.points) {
        auto indexes = points_of(*meter, model);
        if (indexes.empty()) {
            return invalid(*meter, trf("circuit {0}: model {1} has no points for it",
                                       "回路 {0}：采集模板 {1} 没有对应测点", meter->circuit, model.id));
        }
        auto layout = layout_of(*meter, model, indexes);
        if (!layout) return pass_on(layout.error());
        result.layouts.push_back(std::move(*layout));
        result.points_of_layout.push_back(std::move(indexes));
    }
    return result;
}

}  // namespace

bool ModbusDriver::supports(LineKind kind) const {
    switch (kind) {
        case LineKind::serial:
        case LineKind::modbus_tcp:
        case LineKind::rtu_over_tcp:
        case LineKind::dtu:
            return true;
    }
    return false;
}

Result<std::unique_ptr<Meter>> ModbusDriver::make_meter(const InstrumentOptions& instrument,
                                                        Clock& clock) const {
    const auto& first = *instrument.points.front();
    if (!supports(instrument.line->kind)) {
        return invalid(first, trf("line {0}: Modbus is not spoken on lines of this kind",
                                  "线路 {0}：此类线路不支持 Modbus", instrument.line->id.text));
    }
    auto map = mapped(instrument);
    if (!map) return pass_on(map.error());
    return std::make_unique<ModbusMeter>(instrument, map->unit, std::move(map->layouts),
                                         std::move(map->points_of_layout), clock);
}

Result<std::unique_ptr<Listener>> ModbusDriver::make_listener(
    std::span<const InstrumentOptions> instruments) const {
    std::vector<HeardInstrument> heard;
    auto answer_within = milliseconds{0};
    for (const InstrumentOptions& instrument : instruments) {
        auto map = mapped(instrument);
        if (!map) return pass_on(map.error());
        heard.push_back({map->unit, std::move(map->layouts),
                         HeardPoints{*instrument.model, std::move(map->points_of_layout)}});
        answer_within = instrument.line->response_timeout;
    }
    return std::make_unique<ModbusListener>(std::move(heard), answer_within);
}

}  // namespace mg
