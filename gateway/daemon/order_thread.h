#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/base/language.h"
#include "gateway/base/result.h"
#include "gateway/control/control_server.h"

namespace mg {

/// Carries out, one after the other in a thread of its own, what the main thread must not: whatever waits for
/// the disk. Orders that wait when this is destroyed are answered with an error.
class OrderThread {
public:
    /// Gives the answer, JSON.
    using Work = std::function<Result<std::string>()>;

    /// `clock` outlives this; `name` is what the system shows, 15 characters at most.
    OrderThread(Clock& clock, const std::string& name);
    OrderThread(const OrderThread&) = delete;
    OrderThread& operator=(const OrderThread&) = delete;
    ~OrderThread() = default;

    /// Returns at once; `work` speaks the language of the thread that gives it. With 64 orders waiting one
    /// more is answered with transient. What `work` refers to outlives this.
    void take(Work work, const ControlReply& reply);

private:
    struct Order {
        Work work;
        Language spoken;
        ControlReply reply;
    };

    void carry_out(const std::stop_token& stop);

    Clock& clock_;
    Signal wake_;
    Guarded<std::deque<Order>> orders_;
    std::jthread thread_;
};

}  // namespace mg
