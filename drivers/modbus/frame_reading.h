#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "drivers/modbus/frame.h"

/// What a frame says, whoever sent it; for people who watch a line. Pure, and total: any bytes may come.
namespace mg {

struct FrameReading {
    bool sound{false};  ///< checksum or MBAP header right; nothing below is said otherwise
    std::uint8_t unit{0};
    std::uint8_t function{0};  ///< without the exception's bit
    std::optional<std::uint8_t> exception;
    std::optional<std::uint16_t> address;  ///< of a request
    std::optional<std::uint16_t> count;    ///< of a request; of 05 and 06 the value
    std::vector<std::uint16_t> registers;  ///< of an answer to 03 and 04
    std::vector<std::uint8_t> data;        ///< of any other answer, what follows the function code
};

FrameReading read_request(Framing framing, std::span<const std::uint8_t> frame);
FrameReading read_answer(Framing framing, std::span<const std::uint8_t> frame);

/// The length that the answer `pdu` (from the function code on, or as much of it as is here) has in full;
/// none: not known yet, or a function without a length.
std::optional<std::size_t> full_length_of_answer(std::span<const std::uint8_t> pdu);

}  // namespace mg
