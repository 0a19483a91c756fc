#pragma once

#include <memory>
#include <span>
#include <string>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/control/control_server.h"
#include "gateway/daemon/order_thread.h"
#include "gateway/daemon/platform_orders.h"
#include "gateway/uplink/forwarder.h"

namespace mg {

/// What people order of the uplinks over the control socket, and ask about them: docs/control-socket.md,
/// uplink-*. The main thread looks at the request; the thread "orders" carries it out, because an order is on
/// disk before it is answered. Orders that wait when this is destroyed are answered with an error.
class UplinkOrders {
public:
    /// All given outlive this.
    UplinkOrders(const Options& options, SampleStore& store, Clock& clock,
                 std::span<const std::unique_ptr<Forwarder>> forwarders, PlatformOrders platforms);
    UplinkOrders(const UplinkOrders&) = delete;
    UplinkOrders& operator=(const UplinkOrders&) = delete;
    ~UplinkOrders() = default;

    /// Main thread only, as are the handlers that it puts there.
    void answer_on(ControlServer& server);

private:
    using Handler = Result<std::string> (UplinkOrders::*)(const ControlRequest&, Forwarder&);

    void answer(ControlServer& server, const std::string& command, Handler handler);
    [[nodiscard]] Result<Forwarder*> uplink_of(const ControlRequest& request) const;
    [[nodiscard]] Result<Resend> period_of(const ControlRequest& request) const;

    Result<std::string> pause(const ControlRequest& request, Forwarder& uplink);
    Result<std::string> resume(const ControlRequest& request, Forwarder& uplink);
    Result<std::string> resend(const ControlRequest& request, Forwarder& uplink);
    Result<std::string> release(const ControlRequest& request, Forwarder& uplink);
    Result<std::string> call_off(const ControlRequest& request, Forwarder& uplink);
    Result<std::string> history(const ControlRequest& request, Forwarder& uplink);
    Result<std::string> set_aside(const ControlRequest& request, Forwarder& uplink);

    const Options& options_;
    SampleStore& store_;
    Clock& clock_;
    std::span<const std::unique_ptr<Forwarder>> forwarders_;
    PlatformOrders platforms_;
    OrderThread thread_;
};

}  // namespace mg
