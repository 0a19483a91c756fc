#include "drivers/modbus/frame_reading.h"

#include <algorithm>

namespace mg {
namespace {

constexpr std::size_t kMbapHeader = 6;  // up to the unit, which it counts in its length
constexpr std::uint8_t kExceptionBit = 0x80;
constexpr std::uint8_t kIdentification = 0x2B;

std::uint16_t word_at(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

// Unit, function and data; empty where checksum or header are wrong.
std::span<const std::uint8_t> body_of(Framing framing, std::span<const std::uint8_t> frame) {
    if (framing == Framing::rtu) {
        return checksum_is_right(frame) ? frame.first(frame.size() - 2) : frame.first(0);
    }
    const bool header = frame.size() >= kMbapHeader + 2 && word_at(frame, 2) == 0 &&
                        word_at(frame, 4) == frame.size() - kMbapHeader;
    return header ? frame.subspan(kMbapHeader) : frame.first(0);
}

// The objects of an identification, Modbus Application Protocol V1.1b3, 6.21: function, kind, level,
// conformity, more, next, number; then each with id and length.
std::optional<std::size_t> length_of_identification(std::span<const std::uint8_t> pdu) {
    if (pdu.size() < 7) return std::nullopt;
    std::size_t length = 7;
    for (int object = 0; object < pdu[6]; ++object) {
        if (pdu.size() < length + 2) return std::nullopt;
        length += 2U + pdu[length + 1];
    }
    return length;
}

}  // namespace

FrameReading read_request(Framing framing, std::span<const std::uint8_t> frame) {
    FrameReading reading;
    const auto body = body_of(framing, frame);
    if (body.size() < 2) return reading;
    reading.sound = true;
    reading.unit = body[0];
    reading.function = body[1];
    if (reading.function != kIdentification && body.size() >= 6) {
        reading.address = word_at(body, 2);
        reading.count = word_at(body, 4);
    }
    return reading;
}

FrameReading read_answer(Framing framing, std::span<const std::uint8_t> frame) {
    FrameReading reading;
    const auto body = body_of(framing, frame);
    if (body.size() < 2) return reading;
    reading.sound = true;
    reading.unit = body[0];
    reading.function = body[1] & static_cast<std::uint8_t>(~kExceptionBit);
    if ((body[1] & kExceptionBit) != 0) {
        if (body.size() > 2) reading.exception = body[2];
        return reading;
    }
    const bool registers = (reading.function == 3 || reading.function == 4) && body.size() > 2 &&
                           body[2] % 2 == 0 && body.size() == 3U + body[2];
    if (!registers) {
        reading.data.assign(body.begin() + 2, body.end());
        return reading;
    }
    for (std::size_t at = 3; at < body.size(); at += 2) reading.registers.push_back(word_at(body, at));
    return reading;
}

std::optional<std::size_t> full_length_of_answer(std::span<const std::uint8_t> pdu) {
    if (pdu.empty()) return std::nullopt;
    if ((pdu[0] & kExceptionBit) != 0) return 2;
    switch (pdu[0]) {
        case 0x01:
        case 0x02:
        case 0x03:
        case 0x04:
            if (pdu.size() < 2) return std::nullopt;
            return 2U + pdu[1];
        case kIdentification:
            return length_of_identification(pdu);
        default:
            return std::nullopt;
    }
}

}  // namespace mg
