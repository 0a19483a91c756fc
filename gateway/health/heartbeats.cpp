#include "gateway/health/heartbeats.h"

#include <utility>

namespace mg {

Heartbeat::Heartbeat(std::string name, std::chrono::milliseconds allowed_silence, Clock& clock)
    : name_{std::move(name)},
      allowed_silence_{allowed_silence},
      clock_{clock},
      last_beat_{clock.steady().time_since_epoch().count()} {}

void Heartbeat::beat() {
    last_beat_.store(clock_.steady().time_since_epoch().count(), std::memory_order_relaxed);
    // Released after the time: whoever sees the excuse gone sees the beat that ended it.
    excused_.store(false, std::memory_order_release);
}

void Heartbeat::waiting_for_disk() {
    excused_.store(true, std::memory_order_relaxed);
}
void Heartbeat::finished() {
    excused_.store(true, std::memory_order_relaxed);
}

bool Heartbeat::overdue(SteadyTime now) const {
    return !excused_.load(std::memory_order_acquire) && silence(now) > allowed_silence_;
}

std::chrono::milliseconds Heartbeat::silence(SteadyTime now) const {
    const SteadyTime last{SteadyTime::duration{last_beat_.load(std::memory_order_relaxed)}};
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - last);
}

Heartbeat& Heartbeats::add(std::string name, std::chrono::milliseconds allowed_silence) {
    return heartbeats_.with([&](std::list<Heartbeat>& all) -> Heartbeat& {
        return all.emplace_back(std::move(name), allowed_silence, clock_);
    });
}

std::vector<Heartbeats::Overdue> Heartbeats::overdue() const {
    const SteadyTime now = clock_.steady();
    return heartbeats_.with([now](const std::list<Heartbeat>& all) {
        std::vector<Overdue> late;
        for (const Heartbeat& heartbeat : all) {
            if (heartbeat.overdue(now)) {
                late.push_back({heartbeat.name(), heartbeat.silence(now), heartbeat.allowed_silence()});
            }
        }
        return late;
    });
}

}  // namespace mg
