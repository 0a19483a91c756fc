#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/outbox.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/control/control_server.h"
#include "gateway/daemon/platforms.h"

namespace mg {

/// What people order of the uplinks to platforms, and ask about them: docs/control-socket.md, uplink-*. Each
/// order blocks for the books and is on disk when it is answered; the log says who gave it.
class PlatformOrders {
public:
    /// All given outlive this. `platforms` and `outbox` may be nullptr together, where there are no books:
    /// every order is answered with unsupported then.
    PlatformOrders(const Options& options, const Platforms* platforms, Outbox* outbox, Clock& clock)
        : options_{options}, platforms_{platforms}, outbox_{outbox}, clock_{clock} {}

    /// From any thread.
    [[nodiscard]] bool knows(std::string_view id) const;
    /// `command`: "uplink-pause" and so on. One thread.
    Result<std::string> answer(const std::string& command, const ControlRequest& request);

private:
    using Handler = Result<std::string> (PlatformOrders::*)(const ControlRequest&, ProvincialUplink&);
    static Handler handler_of(std::string_view command);

    Result<std::string> pause(const ControlRequest& request, ProvincialUplink& uplink);
    Result<std::string> resume(const ControlRequest& request, ProvincialUplink& uplink);
    Result<std::string> resend(const ControlRequest& request, ProvincialUplink& uplink);
    Result<std::string> release(const ControlRequest& request, ProvincialUplink& uplink);
    Result<std::string> history(const ControlRequest& request, ProvincialUplink& uplink);
    Result<std::string> set_aside(const ControlRequest& request, ProvincialUplink& uplink);
    Result<std::vector<std::string>> items_of(const ControlRequest& request) const;

    const Options& options_;
    const Platforms* platforms_;
    Outbox* outbox_;
    Clock& clock_;
};

}  // namespace mg
