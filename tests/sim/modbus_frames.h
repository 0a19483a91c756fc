#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mg::sim {

using Bytes = std::vector<std::uint8_t>;

/// How a frame travels: with the TCP header, or with unit and checksum as on a serial wire.
enum class Framing : std::uint8_t { mbap, rtu };

struct Request {
    std::uint16_t transaction{0};  ///< only with mbap
    std::uint8_t unit{0};
    std::uint8_t function{0};
    std::uint16_t first{0};
    std::uint16_t count{0};
    Bytes raw;  ///< as received, for meters that echo
};

/// CRC-16/MODBUS: reflected A001, start FFFF; "123456789" gives 4B37.
std::uint16_t checksum(std::span<const std::uint8_t> bytes);

/// Takes the first complete request from `inbound`. Bytes that cannot begin one are discarded, as a meter on
/// a serial wire does.
std::optional<Request> take_request(Framing framing, Bytes& inbound);

Bytes read_answer(Framing framing, const Request& request, std::span<const std::uint16_t> registers);
Bytes exception_answer(Framing framing, const Request& request, std::uint8_t code);

}  // namespace mg::sim
