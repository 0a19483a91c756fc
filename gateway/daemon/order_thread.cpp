#include "gateway/daemon/order_thread.h"

#include <chrono>
#include <optional>
#include <utility>

#include <pthread.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kMostWaiting = 64;
constexpr std::chrono::seconds kLongestWait{10};

}  // namespace

OrderThread::OrderThread(Clock& clock, const std::string& name) : clock_{clock} {
    thread_ = std::jthread{[this](const std::stop_token& stop) { carry_out(stop); }};
    ::pthread_setname_np(thread_.native_handle(), name.c_str());
}

void OrderThread::take(Work work, const ControlReply& reply) {
    const bool taken = orders_.with([&](std::deque<Order>& orders) {
        if (orders.size() >= kMostWaiting) return false;
        orders.push_back({std::move(work), language(), reply});
        return true;
    });
    if (!taken) return reply.done(fail(Failure::transient, std::string(tr("too busy", "繁忙"))));
    wake_.raise();
}

void OrderThread::carry_out(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        auto next = orders_.with([](std::deque<Order>& orders) -> std::optional<Order> {
            if (orders.empty()) return std::nullopt;
            Order order = std::move(orders.front());
            orders.pop_front();
            return order;
        });
        if (next) {
            const SpokenLanguage speaking{next->spoken};
            next->reply.done(next->work());
        } else {
            clock_.wait(clock_.steady() + kLongestWait, stop, wake_);
        }
    }
}

}  // namespace mg
