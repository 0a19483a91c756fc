#pragma once

#include <chrono>
#include <random>
#include <vector>

#include "tests/sim/modbus_frames.h"
#include "tests/sim/plant_description.h"

namespace mg::sim {

/// Bytes that go out some time after the request.
struct Burst {
    std::chrono::milliseconds after{0};
    Bytes bytes;
};

struct Behaviour {
    std::vector<Burst> bursts{};
    bool reset{false};    ///< the connection is to be reset instead
    std::size_t told{0};  ///< which burst carries the registers: the log is written with it
};

/// What goes out instead of, before, or after the good answer when `fault` strikes. Pure but for `random`.
/// Values that are not the meter's own are changed in every register, so that a reader who takes them is
/// found out.
Behaviour behave(const Fault& fault, Framing framing, const Request& request,
                 const std::vector<std::uint16_t>& registers, std::minstd_rand& random);

}  // namespace mg::sim
