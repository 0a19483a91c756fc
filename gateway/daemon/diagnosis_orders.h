#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/control/control_server.h"
#include "gateway/polling/line_thread.h"

namespace boost::asio {
class io_context;  // NOLINT(readability-identifier-naming): Boost named it
}

namespace mg {

/// Looking at lines over the control socket: docs/control-socket.md, raw, scan, trace. The lines' own threads
/// do the work between due polls; nothing here waits for them. Main thread only.
class DiagnosisOrders {
public:
    /// All given outlive this, and the workers outlive the last errand.
    DiagnosisOrders(const Options& options, const std::vector<std::unique_ptr<LineThread>>& workers,
                    Clock& clock, boost::asio::io_context& io);
    DiagnosisOrders(const DiagnosisOrders&) = delete;
    DiagnosisOrders& operator=(const DiagnosisOrders&) = delete;
    ~DiagnosisOrders();

    void answer_on(ControlServer& server);

private:
    void raw(const ControlRequest& request, const ControlReply& reply);
    void scan(const ControlRequest& request, const ControlReply& reply);
    void trace(const ControlRequest& request, const ControlReply& reply);
    [[nodiscard]] Result<LineThread*> worker_of(const ControlRequest& request) const;

    const Options& options_;
    const std::vector<std::unique_ptr<LineThread>>& workers_;
    Clock& clock_;
    boost::asio::io_context& io_;
    std::vector<std::weak_ptr<const void>> traces_;  ///< those that have not ended
};

}  // namespace mg
