#pragma once

#include <bit>
#include <string>
#include <vector>

#include "config/options.h"
#include "tests/support/raw_peer.h"

namespace mg {

inline PointOptions quantity(const std::string& id, std::uint16_t address, WireType type, std::string unit,
                             Decimal scale = {1, 0}) {
    PointOptions point;
    point.id.text = id;
    point.table = RegisterTable::input;
    point.address = address;
    point.type = type;
    point.unit = std::move(unit);
    point.scale = scale;
    return point;
}

/// Three voltages at 0, 2, 4, an energy at 6, a power factor at 8 and the frequency at 10, as floats.
inline ModelOptions float_meter(WordOrder order = WordOrder::abcd) {
    ModelOptions model;
    model.id = "floats";
    model.points = {
        quantity("voltage_a", 0, WireType::f32, "V"),   quantity("voltage_b", 2, WireType::f32, "V"),
        quantity("voltage_c", 4, WireType::f32, "V"),   quantity("energy", 6, WireType::f32, "kWh"),
        quantity("power_factor", 8, WireType::f32, ""), quantity("frequency", 10, WireType::f32, "Hz")};
    for (auto& point : model.points) point.order = order;
    return model;
}

/// Voltage in tenths at 100 and frequency in hundredths at 101, as whole numbers.
inline ModelOptions whole_meter() {
    ModelOptions model;
    model.id = "whole";
    model.points = {quantity("voltage", 100, WireType::u16, "V", {1, -1}),
                    quantity("frequency", 101, WireType::u16, "Hz", {1, -2})};
    return model;
}

inline void put_float(raw::Bytes& bytes, float value, bool low_word_first = false) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto high = static_cast<std::uint16_t>(bits >> 16U);
    const auto low = static_cast<std::uint16_t>(bits & 0xFFFFU);
    for (const auto word : {low_word_first ? low : high, low_word_first ? high : low}) {
        bytes.push_back(static_cast<std::uint8_t>(word >> 8U));
        bytes.push_back(static_cast<std::uint8_t>(word & 0xFFU));
    }
}

inline raw::Bytes floats(const std::vector<float>& values, bool low_word_first = false) {
    raw::Bytes bytes;
    for (const float value : values) put_float(bytes, value, low_word_first);
    return bytes;
}

}  // namespace mg
