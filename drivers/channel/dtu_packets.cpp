#include "drivers/channel/dtu_packets.h"

#include <algorithm>

namespace mg {
namespace {

using Bytes = std::span<const std::uint8_t>;

bool begins_with(Bytes input, const ModemPacket& packet) {
    return !packet.empty() && input.size() >= packet.size() &&
           std::equal(packet.begin(), packet.end(), input.begin());
}

bool may_become(Bytes input, const ModemPacket& packet) {
    return input.size() < packet.size() && std::equal(input.begin(), input.end(), packet.begin());
}

bool may_call(const DtuCaller& line, const IpAddress& source) {
    return !line.from || line.from->contains(source);
}

/// The line whose registration stands at the front, or more.
std::optional<CallOf> by_registration(std::span<const DtuCaller> lines, const IpAddress& source,
                                      Bytes input) {
    bool more = false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (!may_call(lines[i], source)) continue;
        if (begins_with(input, lines[i].registration)) return CallOf{CallVerdict::known, i};
        more = more || may_become(input, lines[i].registration);
    }
    return more ? std::optional{CallOf{CallVerdict::more}} : std::nullopt;
}

FrontPacket heartbeat_at_front(std::span<const DtuCaller> lines, const IpAddress& source, Bytes input) {
    FrontPacket front;
    for (const DtuCaller& line : lines) {
        if (!may_call(line, source)) continue;
        const auto one = packet_at_front(input, {&line.heartbeat, 1});
        front.size = std::max(front.size, one.size);
        front.more = front.more || one.more;
    }
    return front;
}

CallOf by_address(std::span<const DtuCaller> lines, const IpAddress& source) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].registration.empty() && may_call(lines[i], source)) return {CallVerdict::known, i};
    }
    return {CallVerdict::unknown};
}

}  // namespace

FrontPacket packet_at_front(Bytes input, std::span<const ModemPacket> packets) {
    FrontPacket front;
    if (input.empty()) return front;
    for (const ModemPacket& packet : packets) {
        if (begins_with(input, packet)) front.size = std::max(front.size, packet.size());
        front.more = front.more || may_become(input, packet);
    }
    return front;
}

CallOf identify(std::span<const DtuCaller> lines, const IpAddress& source, Bytes received, bool no_more) {
    for (;;) {
        if (const auto call = by_registration(lines, source, received)) {
            if (call->verdict == CallVerdict::known || !no_more) return *call;
        }
        const auto heartbeat = heartbeat_at_front(lines, source, received);
        if (heartbeat.more && !no_more) return {CallVerdict::more};
        if (heartbeat.size == 0) return by_address(lines, source);
        received = received.subspan(heartbeat.size);
    }
}

}  // namespace mg
