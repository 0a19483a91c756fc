#include "drivers/channel/wire_timing.h"

#include <cstdint>

namespace mg {
namespace {

std::int64_t bits_per_character(const SerialSettings& settings) {
    return 1 + settings.data_bits + (settings.parity == Parity::none ? 0 : 1) + settings.stop_bits;
}

// Rounded up: a frame must not be called late or over too early.
std::chrono::microseconds time_of_bits(std::int64_t bits, int baud) {
    return std::chrono::microseconds{(bits * 1'000'000 + baud - 1) / baud};
}

}  // namespace

std::chrono::microseconds time_on_wire(const SerialSettings& settings, std::size_t characters) {
    return time_of_bits(static_cast<std::int64_t>(characters) * bits_per_character(settings), settings.baud);
}

std::chrono::microseconds frame_silence(const SerialSettings& settings) {
    // Modbus over Serial Line V1.02, 2.5.1.1.
    if (settings.baud > 19'200) return std::chrono::microseconds{1750};
    return time_of_bits((bits_per_character(settings) * 7 + 1) / 2, settings.baud);
}

}  // namespace mg
