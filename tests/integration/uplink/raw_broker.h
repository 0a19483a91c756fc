#pragma once

#include <optional>

#include "tests/support/raw_peer.h"

namespace mg::raw {

/// Fixed header byte and body of one MQTT packet; nothing when the connection ended.
struct MqttPacket {
    std::uint8_t head{};
    Bytes body;
};
inline std::optional<MqttPacket> read_mqtt(Wire& wire) {
    const auto head = wire.read(1);
    if (!head) return std::nullopt;
    std::size_t size = 0;
    for (int shift = 0;; shift += 7) {
        const auto digit = wire.read(1);
        if (!digit) return std::nullopt;
        size |= static_cast<std::size_t>(digit->front() & 0x7F) << shift;
        if ((digit->front() & 0x80) == 0) break;
    }
    auto body = size == 0 ? Bytes{} : wire.read(size);
    if (!body) return std::nullopt;
    return MqttPacket{head->front(), std::move(*body)};
}

/// CONNACK of MQTT 5 (version 5, no properties) and of 3.1.1 (version 4).
inline Bytes connack(int version, std::uint8_t code) {
    return version == 5 ? Bytes{0x20, 3, 0, code, 0} : Bytes{0x20, 2, 0, code};
}
/// PUBACK of MQTT 5 for a PUBLISH of QoS 1.
inline Bytes puback(const MqttPacket& publish, std::uint8_t reason) {
    const std::size_t id = 2 + publish.body[0] * 256U + publish.body[1];
    return {0x40, 3, publish.body[id], publish.body[id + 1], reason};
}
inline Bytes disconnect(std::uint8_t reason) {
    return {0xE0, 2, reason, 0};
}
inline bool is_publish(const MqttPacket& packet) {
    return (packet.head & 0xF0) == 0x30;
}

}  // namespace mg::raw
