#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "gateway/base/clock.h"
#include "gateway/reading/sample.h"

namespace mg {

/// What speaks for the wall clock. Closed networks have no NTP, so its absence proves nothing.
enum class ClockTrust : std::uint8_t {
    untrusted,       ///< before the build or before the last stored sample: nothing may be dated by it
    synchronised,    ///< the kernel says NTP disciplines it
    later_than_all,  ///< later than the build and than every stored sample, and a battery clock was there at
                     ///< boot
    later_than_all_no_rtc  ///< the same without a battery clock: right if the box did not stand without power
};

struct TrustEvidence {
    UtcTime now;
    UtcTime build;          ///< when this program was built
    UtcTime last_taken_at;  ///< of any stored sample; epoch 0 when none
    bool synchronised{false};
    bool has_rtc{false};
};
/// Pure. A stored sample may lie up to 2 s in the future (two commits race with the step of a clock by NTP).
ClockTrust judge_clock(const TrustEvidence& evidence);

/// Watches the wall clock against steady time for all lines together. Thread-safe, never blocks.
class ClockWatch {
public:
    ClockWatch(Clock& clock, UtcTime build, UtcTime last_taken_at, ClockEpoch last_epoch, bool has_rtc);

    struct State {
        ClockTrust trust{ClockTrust::untrusted};
        ClockEpoch epoch{0};
        std::uint64_t forward_steps{0};  ///< times the clock was set ahead by more than kTolerance
    };
    /// Called by every line before it decides what is due. A step back by more than kTolerance begins a new
    /// epoch, whose samples supersede those of the old one.
    State observe();
    [[nodiscard]] State state() const;

    /// Below what NTP corrects by slewing, above what a busy machine needs between two clock readings.
    static constexpr milliseconds kTolerance{500};

private:
    void look();

    Clock& clock_;
    const UtcTime build_;
    const UtcTime last_taken_at_;
    const bool has_rtc_;
    mutable std::mutex mutex_;  // not Guarded: observe() reads the clock between two uses of the state
    State state_;
    std::optional<std::chrono::nanoseconds> offset_;  ///< wall minus steady time when last looked
};

}  // namespace mg
