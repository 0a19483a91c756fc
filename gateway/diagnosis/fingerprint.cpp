#include "gateway/diagnosis/fingerprint.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "drivers/modbus/read_plan.h"
#include "drivers/modbus/register_codec.h"
#include "gateway/reading/raw_value.h"

namespace mg {
namespace {

constexpr double kSmallest = 1e-6;  // below it a float is another number's bits

enum class Kind : std::uint8_t { other, voltage, frequency, factor };

Kind kind_of(const PointOptions& point) {
    if (point.exponent_point) return Kind::other;
    if (point.unit == "V" || point.unit == "kV") return Kind::voltage;
    if (point.unit == "Hz") return Kind::frequency;
    return point.id.text.starts_with("power_factor") ? Kind::factor : Kind::other;
}

std::size_t end_of(const PointOptions& point) {
    return std::size_t{point.address} + register_count(point);
}

Fingerprint from(const ModelOptions& model, const PointOptions& first) {
    Fingerprint found{
        .model = &model, .table = first.table, .first = first.address, .count = 0, .points = {}};
    std::size_t end = 0;
    for (std::size_t i = 0; i < model.points.size(); ++i) {
        const PointOptions& point = model.points[i];
        const bool within = point.table == first.table && point.address >= first.address &&
                            end_of(point) <= std::size_t{first.address} + model.max_registers;
        if (kind_of(point) == Kind::other || !within) continue;
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
        case Kind::other:
            return;
    }
}

}  // namespace

std::optional<Fingerprint> fingerprint_of(const ModelOptions& model) {
    if (model.protocol != Protocol::modbus) return std::nullopt;
    std::optional<Fingerprint> best;
    for (const PointOptions& point : model.points) {
        if (kind_of(point) == Kind::other) continue;
        auto found = from(model, point);
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
