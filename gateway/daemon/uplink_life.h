#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/health/heartbeats.h"
#include "gateway/reading/ids.h"
#include "gateway/uplink/forwarder.h"

namespace mg {

/// Turns the turns an uplink's thread has made into its sign of life. Main thread only.
class UplinkLife {
public:
    void watch(const Forwarder& forwarder, Heartbeats& heartbeats, const UplinkId& id);
    /// Call every few seconds.
    void look();

private:
    struct Watched {
        const Forwarder* forwarder;
        Heartbeat* heartbeat;
        std::uint64_t turns;
    };
    std::vector<Watched> watched_;
};

}  // namespace mg
