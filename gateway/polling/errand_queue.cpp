#include "gateway/polling/errand_queue.h"

#include <algorithm>
#include <utility>

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostWaiting = 8;
constexpr SteadyTime::duration kPatience = 10s;
constexpr SteadyTime::duration kPatienceInSweeps = 90s;

}  // namespace

bool ErrandQueue::add(std::unique_ptr<Errand> errand) {
    return waiting_.with([&](auto& queue) {
        if (queue.size() >= kMostWaiting) return false;
        queue.push_back({std::move(errand), clock_.steady()});
        return true;
    });
}

Errand* ErrandQueue::due(const Schedule* schedule, UtcTime now) {
    if (current_ == nullptr) {
        waiting_.with([&](auto& queue) {
            if (queue.empty()) return;
            current_ = std::move(queue.front().errand);
            waits_since_ = queue.front().since;
            queue.pop_front();
        });
    }
    if (current_ == nullptr || schedule == nullptr) return current_.get();
    const auto waited = clock_.steady() - std::max(last_step_, waits_since_);
    switch (schedule->delays(now, current_->longest_step())) {
        case Schedule::Delays::nothing:
            return current_.get();
        case Schedule::Delays::periodic:
            return waited >= kPatience ? current_.get() : nullptr;
        case Schedule::Delays::sweep:
            return waited >= kPatienceInSweeps ? current_.get() : nullptr;
    }
    return nullptr;
}

void ErrandQueue::finished() {
    current_.reset();
}

}  // namespace mg
