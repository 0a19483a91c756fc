#include "gateway/daemon/uplink_life.h"

#include <algorithm>
#include <chrono>

namespace mg {
namespace {

/// Its thread makes a turn at least every 20 s while it connects; it may wait for a slow disk when it peeks.
constexpr std::chrono::milliseconds kAllowedSilence{180'000};

}  // namespace

void UplinkLife::watch(const Forwarder& forwarder, Heartbeats& heartbeats, const UplinkId& id) {
    watched_.push_back({[&forwarder] { return forwarder.turns(); },
                        &heartbeats.add("uplink-" + id.text, kAllowedSilence), forwarder.turns()});
}

void UplinkLife::watch(const ProvincialUplink& platform, Heartbeats& heartbeats) {
    const auto silence = std::max(kAllowedSilence, platform.longest_turn());
    watched_.push_back({[&platform] { return platform.turns(); },
                        &heartbeats.add("uplink-" + platform.id().text, silence), platform.turns()});
}

void UplinkLife::look() {
    for (Watched& uplink : watched_) {
        const auto turns = uplink.turns_made();
        if (turns == uplink.turns) continue;
        uplink.turns = turns;
        uplink.heartbeat->beat();
    }
}

}  // namespace mg
