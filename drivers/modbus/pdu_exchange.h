#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <tl/expected.hpp>

#include "drivers/driver.h"
#include "drivers/modbus/exchange.h"
#include "drivers/modbus/frame.h"

namespace mg {

/// From the function code on, without unit and checksum.
using Pdu = std::vector<std::uint8_t>;
using PduAnswer = tl::expected<Pdu, NoAnswer>;

/// One question of any function and its answer, for people who look at a line; polling has Exchange, which
/// knows what length it waits for. Here an answer ends where its function says so, by the MBAP length, or
/// after 200 ms without a byte. One thread only.
///
/// ask() blocks for the channel's gap and drain, then at most for the response timeout, a second, and the
/// time of both frames on the wire. A stop ends it at once. It recovers the channel itself; afterwards the
/// channel may be closed.
class PduExchange {
public:
    PduExchange(Framing framing, Clock& clock) : framing_{framing}, clock_{clock} {}

    PduAnswer ask(Channel& channel, std::uint8_t unit, std::span<const std::uint8_t> pdu,
                  const ExchangeTiming& timing, const StopEvent& stop, WireRecord* record = nullptr);

private:
    struct Waiting;

    PduAnswer wait(Channel& channel, Waiting& waiting, const StopEvent& stop);
    std::vector<std::uint8_t> take_frame(Channel& channel, Waiting& waiting, bool ended);
    PduAnswer broken(Channel& channel, Waiting& waiting);

    Framing framing_;
    Clock& clock_;
    std::uint16_t transaction_{0};
};

}  // namespace mg
