#pragma once

#include <string>

#include "gateway/base/clock.h"
#include "gateway/control/control_server.h"
#include "gateway/daemon/clock_keeper.h"
#include "gateway/daemon/order_thread.h"

namespace mg {

/// What people ask about the wall clock and say about it over the control socket: docs/control-socket.md,
/// clock and clock-confirm. A confirmation is on disk before it is answered.
class ClockOrders {
public:
    /// All given outlive this.
    ClockOrders(ClockKeeper& keeper, Clock& clock, std::chrono::minutes utc_offset)
        : keeper_{keeper}, utc_offset_{utc_offset}, thread_{clock, "clock-orders"} {}
    ClockOrders(const ClockOrders&) = delete;
    ClockOrders& operator=(const ClockOrders&) = delete;
    ~ClockOrders() = default;

    /// Main thread only.
    void answer_on(ControlServer& server);

private:
    Result<std::string> report();
    Result<std::string> confirm(const ControlRequest& request);

    ClockKeeper& keeper_;
    std::chrono::minutes utc_offset_;
    OrderThread thread_;
};

}  // namespace mg
