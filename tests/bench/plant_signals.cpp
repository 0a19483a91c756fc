#include "tests/bench/plant_signals.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include <fmt/format.h>

namespace mg::bench {
namespace {

constexpr int kLines = 16;

struct Point {
    const char* id;
    WireType integer_type;
    double step;  ///< of the integer: the value of one
    const char* unit;
};
constexpr std::array<Point, 20> kPoints{
    {{"voltage_a", WireType::u16, 0.1, "V"},      {"voltage_b", WireType::u16, 0.1, "V"},
     {"voltage_c", WireType::u16, 0.1, "V"},      {"current_a", WireType::u16, 0.001, "A"},
     {"current_b", WireType::u16, 0.001, "A"},    {"current_c", WireType::u16, 0.001, "A"},
     {"power_a", WireType::i32, 1, "W"},          {"power_b", WireType::i32, 1, "W"},
     {"power_c", WireType::i32, 1, "W"},          {"power", WireType::i32, 1, "W"},
     {"reactive_power", WireType::i32, 1, "var"}, {"power_factor", WireType::i16, 0.001, ""},
     {"frequency", WireType::u16, 0.01, "Hz"},    {"energy_import", WireType::u32, 10, "Wh"},
     {"energy_export", WireType::u32, 10, "Wh"},  {"reactive_energy", WireType::u32, 10, "varh"},
     {"energy_sharp", WireType::u32, 10, "Wh"},   {"energy_peak", WireType::u32, 10, "Wh"},
     {"energy_flat", WireType::u32, 10, "Wh"},    {"energy_valley", WireType::u32, 10, "Wh"}}};

std::uint64_t register_bits(WireType type, double steps) {
    const auto number = static_cast<std::int64_t>(std::llround(steps));
    const std::uint64_t bits = static_cast<std::uint64_t>(number);
    return size_of(type) == 2 ? bits & 0xFFFFU : bits & 0xFFFFFFFFU;
}

/// Of the shift: nights at a third, days at full load.
double shift_load(double hour) {
    return 0.35 + 0.6 / (1 + std::exp(-(hour - 7.5) * 2)) - 0.6 / (1 + std::exp(-(hour - 20) * 1.5));
}

std::size_t tariff_at(double hour) {
    if (hour < 8) return 3;
    if (hour < 10 || (hour >= 12 && hour < 18)) return 2;
    return hour < 12 ? 1 : hour < 20 ? 0 : 1;
}

}  // namespace

PlantSignals::PlantSignals(SiteKind kind, int meters, unsigned seed) : kind_{kind}, random_{seed} {
    for (int i = 0; i < meters; ++i) {
        Layout layout{.meter = {fmt::format("meter_{:04}", i)}, .model = "bench", .points = {}};
        for (const Point& point : kPoints) {
            layout.points.push_back({.id = {point.id},
                                     .type = kind == SiteKind::floats ? WireType::f32 : point.integer_type,
                                     .unit = point.unit});
        }
        Meter meter;
        meter.layout = std::make_shared<const Layout>(std::move(layout));
        // Behind current transformers a meter sees up to 5 A; the float meters show primary values.
        meter.rated =
            kind == SiteKind::floats ? std::exp(8 + 4 * uniform_(random_)) : 500 + 2800 * uniform_(random_);
        meter.unbalance_a = noise(0.05);
        meter.unbalance_b = noise(0.05);
        meter.feeds_back = i % 10 == 0;
        meter.line = i % kLines;
        meter.delay = 20.0 + 60.0 * (i / kLines);
        meter.import = meter.rated * 4000 * uniform_(random_);
        meter.reactive = meter.import * 0.3;
        for (double& tariff : meter.tariffs) tariff = meter.import / 4;
        meter.feed_back = meter.feeds_back ? meter.import / 20 : 0;
        meters_.push_back(std::move(meter));
    }
}

void PlantSignals::advance(Meter& meter, Slot slot, double hours) {
    const double hour = std::fmod(
        std::chrono::duration<double, std::ratio<3600>>(slot.at.time_since_epoch()).count() + 8, 24);
    const double minutes = hours * 60;
    meter.load += (shift_load(hour) - meter.load) * std::min(1.0, 0.02 * minutes) +
                  noise(0.02 * std::sqrt(minutes)) * meter.load;
    meter.load = std::clamp(meter.load, 0.02, 1.2);
    if (uniform_(random_) < minutes / 40) meter.machine = 0.4 + 0.6 * uniform_(random_);
    meter.factor = std::clamp(meter.factor + (0.9 - meter.factor) * 0.05 + noise(0.003), 0.5, 1.0);
    const double power = meter.rated * meter.load * meter.machine;
    const double energy = power * hours;
    if (meter.feeds_back && hour > 11 && hour < 14) {
        meter.feed_back += energy;
    } else {
        meter.import += energy;
        meter.tariffs[tariff_at(hour)] += energy;
    }
    meter.reactive += energy * std::tan(std::acos(meter.factor));
    meter.demand += (power - meter.demand) * std::min(1.0, minutes / 15);
    meter.temperature += noise(0.05);
}

std::vector<Reading> PlantSignals::read(const Meter& meter) {
    const double power = meter.rated * meter.load * meter.machine;
    const std::array share{1.0 / 3 * (1 + meter.unbalance_a), 1.0 / 3 * (1 + meter.unbalance_b),
                           1.0 / 3 * (1 - meter.unbalance_a - meter.unbalance_b)};
    std::array<double, 20> values{};
    for (std::size_t phase = 0; phase < 3; ++phase) {
        const double voltage = voltage_ * (1 + noise(0.0003)) + 0.3 * static_cast<double>(phase);
        values[phase] = voltage;
        values[3 + phase] = power * share[phase] / voltage / meter.factor * (1 + noise(0.003));
        values[6 + phase] = power * share[phase] * (1 + noise(0.003));
    }
    values[9] = values[6] + values[7] + values[8] + noise(0.0005) * power;
    values[10] = power * std::tan(std::acos(meter.factor)) * (1 + noise(0.003));
    values[11] = meter.factor + noise(0.0005);
    values[12] = frequency_ + noise(0.0005);
    values[13] = meter.import;
    values[14] = meter.feed_back;
    values[15] = meter.reactive;
    for (std::size_t tariff = 0; tariff < 4; ++tariff) values[16 + tariff] = meter.tariffs[tariff];
    std::vector<Reading> readings(20);
    for (std::size_t point = 0; point < 20; ++point) {
        double value = values[point];
        // The float meters have what varies instead of tariffs, and their energies in kWh.
        if (kind_ == SiteKind::floats) {
            if (point >= 13) value /= 1000;
            if (point == 16) value = values[9] / values[11] * (1 + noise(0.003));
            if (point == 17) value = meter.demand * (1 + noise(0.0001));
            if (point == 18) value = 2.5 + std::abs(noise(0.4));
            if (point == 19) value = meter.temperature + noise(0.02);
            readings[point].bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
        } else {
            readings[point].bits = register_bits(
                kPoints[point].integer_type,
                point >= 13 ? std::floor(value / kPoints[point].step) : value / kPoints[point].step);
        }
        readings[point].quality = Quality::good;
    }
    return readings;
}

void PlantSignals::spoil(Sample& sample) {
    if (uniform_(random_) < 1.0 / 500) {
        for (Reading& reading : sample.readings) reading = {0, Quality::no_reply};
    } else if (uniform_(random_) < 1.0 / 2000) {
        sample.readings[static_cast<std::size_t>(uniform_(random_) * 20)] = {0, Quality::corrupt_reply};
    }
}

std::vector<Sample> PlantSignals::at(Slot slot, bool boundary) {
    const double hours =
        last_ ? std::chrono::duration<double, std::ratio<3600>>(slot.at - last_->at).count() : 1.0 / 60;
    last_ = slot;
    const double root = std::sqrt(hours * 60);
    voltage_ += (231 - voltage_) * std::min(1.0, 0.05 * hours * 60) + noise(0.4 * root);
    frequency_ += (50 - frequency_) * std::min(1.0, 0.2 * hours * 60) + noise(0.01 * std::min(root, 2.0));
    std::vector<Sample> samples;
    for (Meter& meter : meters_) {
        advance(meter, slot, hours);
        const double delay = meter.delay * (1 + 0.02 * uniform_(random_)) + 15 * uniform_(random_);
        samples.push_back({.layout = meter.layout,
                           .slot = slot,
                           .taken_at = slot.at + milliseconds{static_cast<std::int64_t>(delay)},
                           .epoch = 0,
                           .boundary = boundary,
                           .readings = read(meter)});
        spoil(samples.back());
    }
    // Sixteen lines hand in at once: what is ready first comes first.
    std::ranges::stable_sort(samples, {}, &Sample::taken_at);
    return samples;
}

}  // namespace mg::bench
