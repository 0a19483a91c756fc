#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"

namespace mg {

/// The sign of life of one long-running thread. beat() may be called from any thread, as often as one likes:
/// it is one clock reading and one relaxed store.
class Heartbeat {
public:
    Heartbeat(std::string name, std::chrono::milliseconds allowed_silence, Clock& clock);

    /// "I made progress." Ends a wait for the disk as well.
    void beat();
    /// Silence is progress from now until the next beat(): the thread waits for a disk that takes its time.
    /// A restart would lose what is in memory and would meet the same disk.
    void waiting_for_disk();
    /// The thread has ended as planned; nothing more is expected of it.
    void finished();

    [[nodiscard]] bool overdue(SteadyTime now) const;
    [[nodiscard]] std::chrono::milliseconds silence(SteadyTime now) const;
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::chrono::milliseconds allowed_silence() const { return allowed_silence_; }

private:
    const std::string name_;
    const std::chrono::milliseconds allowed_silence_;
    Clock& clock_;
    std::atomic<SteadyTime::rep> last_beat_;
    std::atomic<bool> excused_{false};
};

/// All of them. Thread-safe. A Heartbeat lives as long as this.
class Heartbeats {
public:
    explicit Heartbeats(Clock& clock) : clock_{clock} {}

    /// Counts from now: the thread must beat for the first time within `allowed_silence`. Choose it longer
    /// than the longest thing the thread may block on.
    Heartbeat& add(std::string name, std::chrono::milliseconds allowed_silence);

    struct Overdue {
        std::string name;
        std::chrono::milliseconds silence;
        std::chrono::milliseconds allowed;
    };
    [[nodiscard]] std::vector<Overdue> overdue() const;

private:
    Clock& clock_;
    Guarded<std::list<Heartbeat>> heartbeats_;  // a list: references stay valid
};

}  // namespace mg
