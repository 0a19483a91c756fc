#include "gateway/polling/errand_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostWaiting = 8;
constexpr SteadyTime::duration kPatience = 10s;
constexpr SteadyTime::duration kPatienceInSweeps = 90s;

}  // namespace

bool ErrandQueue::add(std::unique_ptr<Errand> errand) {
    return added_.with([&](Added& added) {
        if (added.known >= kMostWaiting) return false;
        ++added.known;
        added.news.push_back({std::move(errand), clock_.steady()});
        return true;
    });
}

Errand* ErrandQueue::due(const Schedule* schedule, UtcTime now, bool poll_due) {
    added_.with(
        [&](Added& added) { std::ranges::move(std::exchange(added.news, {}), std::back_inserter(row_)); });
    const bool turn_of_polls = std::exchange(stepped_last_, false) && poll_due;
    const auto next = std::ranges::find_if(row_, [&](const Waiting& waiting) {
        return schedule == nullptr || may_go(waiting, *schedule, now, turn_of_polls);
    });
    if (next == row_.end()) return nullptr;
    std::rotate(row_.begin(), next, std::next(next));
    return row_.front().errand.get();
}

bool ErrandQueue::may_go(const Waiting& waiting, const Schedule& schedule, UtcTime now,
                         bool turn_of_polls) const {
    const auto waited = clock_.steady() - waiting.since;
    const auto delays = schedule.delays(now, waiting.errand->longest_step());
    if (waiting.errand->pauses_polling()) return delays != Schedule::Delays::sweep;
    if (turn_of_polls) return false;
    switch (delays) {
        case Schedule::Delays::nothing:
            return true;
        case Schedule::Delays::periodic:
            return waited >= kPatience;
        case Schedule::Delays::sweep:
            return waited >= kPatienceInSweeps;
    }
    return false;
}

void ErrandQueue::stepped(bool more) {
    stepped_last_ = true;
    auto done = std::move(row_.front());
    row_.pop_front();
    if (more) {
        row_.push_back({std::move(done.errand), clock_.steady()});
    } else {
        added_.with([](Added& added) { --added.known; });
    }
}

}  // namespace mg
