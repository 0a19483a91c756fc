#include "drivers/wire_tap.h"

#include <utility>

namespace mg {

void WireTap::watch(Watcher watcher) {
    auto shared = std::make_shared<Watcher>(std::move(watcher));
    watchers_.with([&](auto& watchers) {
        watchers.push_back(std::move(shared));
        watched_.store(true, std::memory_order_relaxed);
    });
}

// The watchers are called outside the lock: they write to sockets' queues.
void WireTap::tell(const WireEvent& event) {
    for (const auto& watcher : watchers_.copy()) {
        if ((*watcher)(event)) continue;
        watchers_.with([&](auto& watchers) {
            std::erase(watchers, watcher);
            watched_.store(!watchers.empty(), std::memory_order_relaxed);
        });
    }
}

}  // namespace mg
