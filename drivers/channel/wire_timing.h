#pragma once

#include <chrono>
#include <cstddef>

#include "config/options.h"

/// Arithmetic of serial wires. Pure.
namespace mg {

/// Start bit, data, parity and stop bits of that many characters.
std::chrono::microseconds time_on_wire(const SerialSettings& settings, std::size_t characters);

/// The silence that separates frames: 3.5 characters, above 19200 baud 1.75 ms.
std::chrono::microseconds frame_silence(const SerialSettings& settings);

}  // namespace mg
