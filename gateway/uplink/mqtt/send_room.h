#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace mg {

/// Asks the kernel for as much room as it gives (SO_SNDBUF, up to net.core.wmem_max) for what is written to
/// each connection of this process to that numeric address, and says how many bytes surely fit there while
/// the other side takes nothing: half of it, because the kernel counts its own headers as well. None: there
/// is no such connection.
///
/// For Paho's sake (1.3.12): of a write that does not fit at once it keeps a list, which its two threads use
/// without a common lock (eclipse-paho/paho.mqtt.c issues 1514, 1629: heap corruption), and the rest goes
/// only when its poll comes round, up to a second later. It shows nobody its socket.
std::optional<std::size_t> make_send_room(const std::string& address, std::uint16_t port);

}  // namespace mg
