#include "gateway/diagnosis/fingerprint.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "drivers/modbus/read_plan.h"
#include "drivers/modbus/register_codec.h"
#include "gateway/reading/raw_value.h"

namespace mg {
namespace {

constexpr double kSmallest = 1e-6;  // below it a float is another number's bits

enum class Kind : std::uint8_t { other, voltage, frequency, factor, fluid };

/// What a value of a fluid can be, in a unit.
struct FluidRange {
    std::string_view unit;
    double least;
    double most;
};
// What meters of this kind are built for: steam up to 600 °C and 40 MPa, 100 m/s of gas.
constexpr std::array kFluidRanges{
    FluidRange{"°C", -40, 600},    FluidRange{"MPa", -0.1, 40},   FluidRange{"kPa", -100, 40'000},
    FluidRange{"bar", -1, 400},    FluidRange{"m/s", -100, 100},  FluidRange{"m3/h", -1e6, 1e6},
    FluidRange{"m3/s", -1e3, 1e3}, FluidRange{"L/h", -1e6, 1e6},  FluidRange{"t/h", -1e4, 1e4},
    FluidRange{"kg/h", -1e6, 1e6}, FluidRange{"GJ/h", -1e4, 1e4}, FluidRange{"Hz", 0, 10'000},
    FluidRange{"V", 2, 26},
};
constexpr double kLeastOfFluid = 1e-4;  // below it a float is another number's bits

const FluidRange* range_of(const PointOptions& point) {
    const auto* found = std::ranges::find(kFluidRanges, point.unit, &FluidRange::unit);
    return found == kFluidRanges.end() ? nullptr : found;
}

Kind kind_of(const PointOptions& point) {
    if (point.exponent_point) return Kind::other;
    const std::string& id = point.id.text;
    if (id.starts_with("voltage") && (point.unit == "V" || point.unit == "kV")) return Kind::voltage;
    if (id.starts_with("frequency") && point.unit == "Hz") return Kind::frequency;
    if (id.starts_with("power_factor")) return Kind::factor;
    // In one register nearly every number is plausible.
    const bool telling = register_count(point) >= 2 && range_of(point) != nullptr;
    const bool is_battery = id.starts_with("battery");
    return telling && (point.unit != "V" || is_battery) ? Kind::fluid : Kind::other;
}

bool is_electric(const PointOptions& point) {
    const Kind kind = kind_of(point);
    return kind != Kind::other && kind != Kind::fluid;
}

/// What can be judged in this model: of an electricity meter nothing but its electricity.
bool tells(const PointOptions& point, bool electric) {
    return electric ? is_electric(point) : kind_of(point) == Kind::fluid;
}

std::size_t end_of(const PointOptions& point) {
    return std::size_t{point.address} + register_count(point);
}

Fingerprint from(const ModelOptions& model, const PointOptions& first, bool electric) {
    Fingerprint found{
        .model = &model, .table = first.table, .first = first.address, .count = 0, .points = {}};
    std::size_t end = 0;
    for (std::size_t i = 0; i < model.points.size(); ++i) {
        const PointOptions& point = model.points[i];
        const bool within = point.table == first.table && point.address >= first.address &&
                            end_of(point) <= std::size_t{first.address} + model.max_registers;
        if (!tells(point, electric) || !within) continue;
        found.points.push_back(i);
        end = std::max(end, end_of(point));
    }
    found.count = static_cast<std::uint16_t>(end - first.address);
    return found;
}

void judge(const PointOptions& point, double value, Likeness& likeness) {
    const double size = std::abs(value);
    if (size == 0) return;
    const auto count = [&](bool plausible, int& kind) { ++(plausible ? kind : likeness.absurd); };
    switch (kind_of(point)) {
        case Kind::voltage: {
            const double most = point.unit == "kV" ? 50'000 : 500;
            const double volts = point.unit == "kV" ? value * 1000 : value;
            return count(volts >= 50 && volts <= most, likeness.voltages);
        }
        case Kind::frequency:
            return count(value >= 45 && value <= 65, likeness.frequencies);
        case Kind::factor:
            return count(size <= 1 && size >= kSmallest, likeness.factors);
        case Kind::fluid: {
            const FluidRange& range = *range_of(point);
            return count(value >= range.least && value <= range.most && size >= kLeastOfFluid,
                         likeness.fluids);
        }
        case Kind::other:
            return;
    }
}

}  // namespace

std::optional<Fingerprint> fingerprint_of(const ModelOptions& model) {
    if (model.protocol != Protocol::modbus) return std::nullopt;
    const bool electric = std::ranges::any_of(model.points, is_electric);
    std::optional<Fingerprint> best;
    for (const PointOptions& point : model.points) {
        if (!tells(point, electric)) continue;
        auto found = from(model, point, electric);
        if (!best || found.points.size() > best->points.size()) best = std::move(found);
    }
    return best;
}

Likeness likeness_of(const Fingerprint& fingerprint, std::span<const std::uint8_t> registers,
                     std::optional<WordOrder> order) {
    Likeness likeness;
    for (const std::size_t index : fingerprint.points) {
        PointOptions point = fingerprint.model->points[index];
        const auto offset = std::size_t{2} * (point.address - fingerprint.first);
        const auto size = std::size_t{2} * register_count(point);
        if (offset + size > registers.size()) continue;
        if (order && size > 2) point.order = *order;
        const Reading reading = decode(point, registers.subspan(offset, size));
        if (reading.quality == Quality::not_available) continue;
        const auto value = to_decimal(point.type, reading.bits);
        if (!has_value(reading.quality) || !value) {
            ++likeness.absurd;
            continue;
        }
        judge(point,
              std::strtod(value->to_string().c_str(), nullptr) *
                  std::strtod(point.scale.to_string().c_str(), nullptr),
              likeness);
    }
    return likeness;
}

}  // namespace mg
