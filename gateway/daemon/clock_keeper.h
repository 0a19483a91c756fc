#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/control/status.h"
#include "gateway/polling/clock_watch.h"

namespace mg {

/// What the store remembers of the clock, for a start; what it cannot say is logged and counts as unknown.
ClockPast clock_past(ClockBook& book);

/// Writes down in the store what vouches for the wall clock, from which item on, and says in the log when
/// that changes. Owns the thread "clock", which alone waits for the disk here.
class ClockKeeper {
public:
    /// `progress` is called at least every few seconds while the thread lives. All given outlive this.
    ClockKeeper(ClockWatch& watch, SampleStore& store, Clock& clock, std::function<void()> progress);
    ClockKeeper(const ClockKeeper&) = delete;
    ClockKeeper& operator=(const ClockKeeper&) = delete;
    ~ClockKeeper() = default;

    /// From any thread; never blocks.
    [[nodiscard]] ClockStatus status(std::chrono::minutes utc_offset) const;

    /// Blocks for the disk. See ClockWatch::confirm(); on disk when it returns ok.
    Result<> confirm(UtcTime theirs, const std::string& who);
    /// Newest first; blocks for the disk.
    Result<std::vector<ClockNote>> notes(std::size_t most);

private:
    void run(const std::stop_token& stop);
    void look();
    Result<> write(const ClockWatch::State& state, const ClockWatch::Standing& standing);
    void say(const ClockWatch::State& state, const ClockWatch::Standing& standing) const;

    ClockWatch& watch_;
    SampleStore& store_;
    Clock& clock_;
    std::function<void()> progress_;
    std::optional<ClockNote> noted_;
    std::optional<ClockVouch> kept_;
    bool differs_told_{false};
    bool trouble_told_{false};
    SteadyTime count_again_{};
    Guarded<HeldCounts> held_;
    std::jthread thread_;
};

}  // namespace mg
