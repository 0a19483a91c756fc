#pragma once

#include <memory>
#include <string>

#include "config/options.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/reading/sample.h"

namespace mg {

/// A site with meters m1 … mn of one model (energy_import: u32, 0.01 kWh, CT 60; voltage_a: f32) and one MQTT
/// uplink.
Options plant_with_uplink(int meters, std::uint16_t broker_port);

/// A sample of meter m<number>; its index is `second` × 100 + number in 0.01 kWh.
Sample plant_sample(const Options& plant, int number, int second);
/// What its energy_import is published as: (second × 100 + number) × 0.01 × 60.
double plant_energy(int number, int second);

Slot plant_slot(int second);

/// Adds `seconds` rounds of samples of all meters, from `first` on.
void fill(SampleStore& store, const Options& plant, int first, int seconds);

/// A layout of `points` f32 points, for measurements.
LayoutRef wide_layout(const std::string& meter, int points);

}  // namespace mg
