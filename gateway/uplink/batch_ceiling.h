#pragma once

#include <cstddef>

namespace mg {

/// How many items a message may hold where a destination drops the connection at large messages without a
/// word (MQTT 3.1.1 has none for it; mosquitto with max_packet_size does so). Pure.
class BatchCeiling {
public:
    explicit BatchCeiling(std::size_t most_items) : most_{most_items}, ceiling_{most_items} {}

    [[nodiscard]] std::size_t items() const { return ceiling_; }
    /// A message was taken. The ceiling rises after many of them, and each time it has to fall anew after
    /// more of them.
    void delivered();
    /// The connection broke at a message of `items`, and nothing was delivered on it. The ceiling falls below
    /// that.
    void broke_at(std::size_t items);

private:
    static constexpr std::size_t kUntilHigher = 1024;
    static constexpr std::size_t kMostUntilHigher = 1024 * kUntilHigher;
    std::size_t most_;
    std::size_t ceiling_;
    std::size_t until_higher_{kUntilHigher};
    std::size_t deliveries_{0};  ///< since the ceiling moved
};

}  // namespace mg
