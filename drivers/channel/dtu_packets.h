#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "config/options.h"

/// What modems (DTUs) say by themselves, between the frames of the meters behind them. Pure.
namespace mg {

/// What stands at the front of a stream.
struct FrontPacket {
    std::size_t size{0};  ///< of the longest packet that stands there whole; 0: none does
    bool more{false};     ///< a longer one may be on its way: what is here is its beginning
};

/// Of no input at all: nothing.
FrontPacket packet_at_front(std::span<const std::uint8_t> input, std::span<const ModemPacket> packets);

/// How a line knows its modem.
struct DtuCaller {
    ModemPacket registration;
    std::optional<IpNetwork> from;
    ModemPacket heartbeat;
};

enum class CallVerdict : std::uint8_t {
    known,    ///< `line` is called
    more,     ///< what is here is the beginning of a registration, or nothing yet
    unknown,  ///< no line has such a modem
};
struct CallOf {
    CallVerdict verdict{};
    std::size_t line{0};  ///< known: which of the lines
};

/// Whose modem it is that calls from `source` and has sent `received` so far. A registration counts before
/// an address; heartbeats of those who may be meant are passed over. With `no_more` nothing else will come:
/// then the verdict is never `more`.
CallOf identify(std::span<const DtuCaller> lines, const IpAddress& source,
                std::span<const std::uint8_t> received, bool no_more);

}  // namespace mg
