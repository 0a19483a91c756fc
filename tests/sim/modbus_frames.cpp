#include "tests/sim/modbus_frames.h"

#include <array>
#include <cstddef>

namespace mg::sim {
namespace {

constexpr std::size_t kMbapHeader = 7;
constexpr std::size_t kMbapRequest = 12;
constexpr std::size_t kRtuRequest = 8;
constexpr std::size_t kLongestMbap = 260;

constexpr std::array<std::uint16_t, 256> make_checksum_table() {
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        unsigned crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U;
        table[byte] = static_cast<std::uint16_t>(crc);
    }
    return table;
}
constexpr auto kChecksumTable = make_checksum_table();

std::uint16_t big_endian(const std::uint8_t* at) {
    return static_cast<std::uint16_t>((at[0] << 8U) | at[1]);
}

void append(Bytes& to, std::uint16_t value) {
    to.push_back(static_cast<std::uint8_t>(value >> 8U));
    to.push_back(static_cast<std::uint8_t>(value & 0xFFU));
}

void discard(Bytes& inbound, std::size_t count) {
    inbound.erase(inbound.begin(), inbound.begin() + static_cast<std::ptrdiff_t>(count));
}

Request parse_body(const std::uint8_t* unit) {
    Request request;
    request.unit = unit[0];
    request.function = unit[1];
    request.first = big_endian(unit + 2);
    request.count = big_endian(unit + 4);
    return request;
}

std::optional<Request> take_mbap(Bytes& inbound) {
    while (inbound.size() >= kMbapHeader) {
        const std::size_t size = 6U + big_endian(&inbound[4]);
        if (big_endian(&inbound[2]) != 0 || size > kLongestMbap || size < kMbapHeader) {
            inbound.clear();
            return std::nullopt;
        }
        if (inbound.size() < size) return std::nullopt;
        if (size != kMbapRequest) {
            discard(inbound, size);
            continue;
        }
        Request request = parse_body(&inbound[6]);
        request.transaction = big_endian(inbound.data());
        request.raw.assign(inbound.begin(), inbound.begin() + kMbapRequest);
        discard(inbound, kMbapRequest);
        return request;
    }
    return std::nullopt;
}

// The read functions 01 to 04 all have eight bytes on a serial wire; the checksum finds where one begins.
std::optional<Request> take_rtu(Bytes& inbound) {
    while (inbound.size() >= kRtuRequest) {
        if (checksum({inbound.data(), kRtuRequest}) == 0) {
            Request request = parse_body(inbound.data());
            request.raw.assign(inbound.begin(), inbound.begin() + kRtuRequest);
            discard(inbound, kRtuRequest);
            return request;
        }
        discard(inbound, 1);
    }
    return std::nullopt;
}

Bytes begin_frame(Framing framing, const Request& request, std::size_t body) {
    Bytes frame;
    frame.reserve(kMbapHeader + body + 2);
    if (framing == Framing::mbap) {
        append(frame, request.transaction);
        append(frame, 0);
        append(frame, static_cast<std::uint16_t>(body + 1));
    }
    frame.push_back(request.unit);
    return frame;
}

void end_frame(Framing framing, Bytes& frame) {
    if (framing == Framing::mbap) return;
    const std::uint16_t crc = checksum(frame);
    frame.push_back(static_cast<std::uint8_t>(crc & 0xFFU));
    frame.push_back(static_cast<std::uint8_t>(crc >> 8U));
}

}  // namespace

std::uint16_t checksum(std::span<const std::uint8_t> bytes) {
    unsigned crc = 0xFFFF;
    for (const std::uint8_t byte : bytes) crc = (crc >> 8U) ^ kChecksumTable[(crc ^ byte) & 0xFFU];
    return static_cast<std::uint16_t>(crc);
}

std::optional<Request> take_request(Framing framing, Bytes& inbound) {
    return framing == Framing::mbap ? take_mbap(inbound) : take_rtu(inbound);
}

Bytes read_answer(Framing framing, const Request& request, std::span<const std::uint16_t> registers) {
    Bytes frame = begin_frame(framing, request, 2 + 2 * registers.size());
    frame.push_back(request.function);
    frame.push_back(static_cast<std::uint8_t>(2 * registers.size()));
    for (const std::uint16_t value : registers) append(frame, value);
    end_frame(framing, frame);
    return frame;
}

Bytes exception_answer(Framing framing, const Request& request, std::uint8_t code) {
    Bytes frame = begin_frame(framing, request, 2);
    frame.push_back(static_cast<std::uint8_t>(request.function | 0x80U));
    frame.push_back(code);
    end_frame(framing, frame);
    return frame;
}

}  // namespace mg::sim
