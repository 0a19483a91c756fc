#include "tests/sim/misbehaviour.h"

#include <algorithm>

namespace mg::sim {
namespace {

std::vector<std::uint16_t> other_values(std::vector<std::uint16_t> registers) {
    for (std::uint16_t& value : registers) value = static_cast<std::uint16_t>(value ^ 0x0101U);
    return registers;
}

Bytes joined(Bytes first, const Bytes& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

Bytes half_of(Bytes frame) {
    frame.resize(frame.size() / 2);
    return frame;
}

Bytes damaged(Framing framing, Bytes frame) {
    // The transaction id is the first field of a TCP frame, the checksum the last of a serial one.
    std::uint8_t& target = framing == Framing::mbap ? frame[1] : frame.back();
    target = static_cast<std::uint8_t>(target ^ 0x55U);
    return frame;
}

Request in_the_name_of_the_next(Request request) {
    ++request.unit;
    return request;
}

Bytes meaningless(std::minstd_rand& random) {
    Bytes bytes(3 + random() % 8);
    std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random() >> 8U); });
    return bytes;
}

std::vector<Burst> byte_by_byte(const Bytes& frame, std::chrono::milliseconds pause) {
    std::vector<Burst> bursts;
    for (const std::uint8_t byte : frame) {
        bursts.push_back({pause * static_cast<int>(bursts.size()), Bytes{byte}});
    }
    return bursts;
}

}  // namespace

Behaviour behave(const Fault& fault, Framing framing, const Request& request,
                 const std::vector<std::uint16_t>& registers, std::minstd_rand& random) {
    using std::chrono::milliseconds;
    const milliseconds now{0};
    const Bytes good = read_answer(framing, request, registers);
    switch (fault.kind) {
        case FaultKind::none:
            return {.bursts = {{now, good}}};
        case FaultKind::silent:
        case FaultKind::down:
            return {};
        case FaultKind::late:
            return {.bursts = {{milliseconds{fault.argument}, good}}};
        case FaultKind::surplus:
            return {.bursts = {{now, joined(good, read_answer(framing, request, other_values(registers)))}}};
        case FaultKind::truncated:
            return {.bursts = {{now, half_of(good)}}};
        case FaultKind::wrong_unit:
            return {.bursts = {{now, read_answer(framing, in_the_name_of_the_next(request),
                                                 other_values(registers))}}};
        case FaultKind::wrong_crc:
            return {
                .bursts = {{now, damaged(framing, read_answer(framing, request, other_values(registers)))}}};
        case FaultKind::exception:
            return {.bursts = {{now, exception_answer(framing, request,
                                                      static_cast<std::uint8_t>(fault.argument))}}};
        case FaultKind::noise:
            return {.bursts = {{now, joined(meaningless(random), good)}}};
        case FaultKind::reset:
            return {.reset = true};
        case FaultKind::dribble: {
            auto bursts = byte_by_byte(good, milliseconds{std::max(1, fault.argument)});
            const std::size_t last = bursts.size() - 1;
            return {.bursts = std::move(bursts), .told = last};
        }
        case FaultKind::echo:
            return {.bursts = {{now, joined(request.raw, good)}}};
    }
    return {};
}

}  // namespace mg::sim
