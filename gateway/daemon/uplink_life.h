#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gateway/health/heartbeats.h"
#include "gateway/reading/ids.h"
#include "gateway/uplink/forwarder.h"
#include "gateway/uplink/provincial/provincial_uplink.h"

namespace mg {

/// Turns the turns an uplink's thread has made into its sign of life. Main thread only.
class UplinkLife {
public:
    void watch(const Forwarder& forwarder, Heartbeats& heartbeats, const UplinkId& id);
    void watch(const ProvincialUplink& platform, Heartbeats& heartbeats);
    /// Call every few seconds.
    void look();

private:
    struct Watched {
        std::function<std::uint64_t()> turns_made;
        Heartbeat* heartbeat;
        std::uint64_t turns;
    };
    std::vector<Watched> watched_;
};

}  // namespace mg
