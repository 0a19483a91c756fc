#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/reading/ids.h"
#include "gateway/uplink/traffic.h"

namespace mg {

enum class ForwarderState : std::uint8_t {
    connecting,
    connected,
    waiting,  ///< after a failure that passes by itself: the next try comes soon
    held,    ///< the destination refuses, or a setting is wrong: somebody must look; tried again now and then
    paused,  ///< by an order: nothing is sent until it is taken back
    not_begun,  ///< its `start` lies ahead: nothing is sent before
    stopped,
};
std::string_view to_string(ForwarderState state);
std::string_view label(ForwarderState state);

struct ForwarderStatus {
    UplinkId id;
    std::string name;
    std::string destination;  ///< for people: "mqtt://broker:1883"; of several addresses the one in use
    ForwarderState state{ForwarderState::connecting};
    UtcTime since{};         ///< of the state
    std::string last_error;  ///< why waiting or held, or of the last time; empty: none yet
    std::string notice;      ///< it works, but: nobody subscribes, a description was not taken
    std::uint64_t delivered_messages{0};
    std::uint64_t delivered_samples{0};  ///< confirmed by the destination since start, repetitions included
    std::uint64_t delivered_gaps{0};
    std::uint64_t set_aside{0};
    std::size_t in_flight{0};              ///< messages without an answer
    std::uint64_t backlog{0};              ///< items not yet confirmed
    std::optional<UtcTime> oldest_unsent;  ///< slot of the oldest of them
    std::uint64_t not_selected{0};         ///< items that it does not carry, since start
    struct LaneCount {
        std::uint64_t messages{0};
        std::uint64_t samples{0};
        std::uint64_t gaps{0};
    };
    std::array<LaneCount, 3> lanes;  ///< confirmed since start, by Lane
    std::vector<Resend> resends;     ///< ordered and not yet through
    BudgetState budget;
};

}  // namespace mg
