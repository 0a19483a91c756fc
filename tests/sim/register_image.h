#pragma once

#include <cstdint>
#include <random>
#include <variant>
#include <vector>

#include "tests/sim/modbus_frames.h"
#include "tests/sim/plant_description.h"

namespace mg::sim {

/// The registers that hold `value` (displayed), first register first. Values beyond the type wrap, as
/// counters do.
std::vector<std::uint16_t> encode(const SimulatedPoint& point, double value);
/// The same for a bit pattern given in big-endian order.
std::vector<std::uint16_t> encode_bits(NumberType type, ByteOrder order, std::uint64_t bits);

struct Refusal {
    std::uint8_t code{2};
};
using ReadOutcome = std::variant<std::vector<std::uint16_t>, Refusal>;

/// What the registers of one meter show at a moment. Registers between two points read as 0 unless the model
/// is strict.
class RegisterImage {
public:
    explicit RegisterImage(const SimulatedMeter& meter);
    /// `seconds`: since the simulation began.
    ReadOutcome read(const Request& request, double seconds);

private:
    double value_now(const Generator& generator, double seconds);

    std::shared_ptr<const SimulatedModel> model_;
    double offset_;  ///< so that two meters of one model never show the same index
    std::minstd_rand random_;
};

}  // namespace mg::sim
