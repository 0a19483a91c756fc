#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"

namespace mg {

/// What speaks for the wall clock, the best first but for the first (docs/adr/0014). Closed networks have no
/// NTP, so its absence proves nothing.
enum class ClockTrust : std::uint8_t {
    untrusted,             ///< nothing may be dated by it
    synchronised,          ///< the kernel says NTP disciplines it
    synchronised_earlier,  ///< NTP did, so short a time ago that it cannot be 30 s off
    platform,              ///< a platform's clock agreed with it, so short a time ago
    confirmed,             ///< a person compared it with another clock, so short a time ago
    later_than_all,  ///< nobody vouches; later than the build and than every stored sample, with a battery
                     ///< clock
    later_than_all_no_rtc  ///< the same without one: right if the box did not stand without power
};

/// The code on the control socket and in the store ("ntp").
std::string_view code_of(ClockTrust trust);

struct TrustEvidence {
    UtcTime now;
    UtcTime build;          ///< when this program was built
    UtcTime last_taken_at;  ///< of any stored sample; epoch 0 when none
    bool synchronised{false};
    bool has_rtc{false};
    std::optional<ClockVouch::By> vouch;  ///< that still holds
    /// This boot began without a battery clock, somewhere behind the last shutdown, and NTP may still come.
    bool just_booted{false};
};
/// Pure. A stored sample may lie up to 2 s in the future (two commits race with the step of a clock by NTP).
ClockTrust judge_clock(const TrustEvidence& evidence);

/// What is known of the clock from before this start.
struct ClockPast {
    std::optional<ClockVouch> vouch;
    std::string last_boot;  ///< in which the store was last used; empty: not known
    std::string boot;       ///< this one
};

/// Watches the wall clock against steady time for all lines together. Thread-safe, never blocks.
class ClockWatch {
public:
    ClockWatch(Clock& clock, UtcTime build, UtcTime last_taken_at, ClockEpoch last_epoch, bool has_rtc,
               ClockPast past = {});

    struct State {
        ClockTrust trust{ClockTrust::untrusted};
        ClockEpoch epoch{0};
        std::uint64_t forward_steps{0};  ///< times the clock was set ahead by more than kTolerance
    };
    /// Called by every line before it decides what is due. A step back by more than kTolerance begins a new
    /// epoch, whose samples supersede those of the old one.
    State observe();
    [[nodiscard]] State state() const;

    /// Who vouched last, and how far the clock may be off by now: by drift, by steps, and from reading the
    /// other clock. None: nobody, or it does not count any more.
    struct Standing {
        std::optional<ClockVouch> vouch;
        std::optional<milliseconds> bound;
        std::optional<milliseconds> platform_differs;  ///< ours minus theirs, where that is more than kAgrees
        std::string platform;                          ///< whose clock differs
    };
    [[nodiscard]] Standing standing() const;
    [[nodiscard]] const std::string& boot() const { return past_.boot; }

    /// A person read `theirs` from a clock that is right. rejected: ours is more than kAgrees off, or before
    /// the build; says so.
    Result<ClockVouch> confirm(UtcTime theirs, const std::string& who);
    /// A platform that has proven who it is said what time it is, just now.
    void platform_said(UtcTime theirs, const std::string& platform);

    /// Below what NTP corrects by slewing, above what a busy machine needs between two clock readings.
    static constexpr milliseconds kTolerance{500};
    /// An index at a boundary is due within 30 s of it; a clock that may be that far off proves nothing.
    static constexpr milliseconds kAgrees{30'000};
    /// Parts in a million that a clock without NTP may be wrong by: battery clocks without temperature
    /// compensation stay within 20 at room temperature (DS1307-like crystals), several times that in a cold
    /// or hot cabinet.
    static constexpr std::int64_t kDriftPpm = 100;
    /// How long after a boot without a battery clock NTP is waited for, if samples were stored before.
    static constexpr std::chrono::minutes kBootGrace{2};

private:
    void look();
    void judge(UtcTime now);
    [[nodiscard]] milliseconds offset_now() const;
    [[nodiscard]] std::optional<milliseconds> bound_of(const ClockVouch& vouch) const;
    [[nodiscard]] bool just_booted() const;

    Clock& clock_;
    const UtcTime build_;
    const UtcTime last_taken_at_;
    const bool has_rtc_;
    const ClockPast past_;
    mutable std::mutex mutex_;  // not Guarded: observe() reads the clock between two uses of the state
    State state_;
    std::optional<ClockVouch> vouch_;
    std::optional<milliseconds> platform_differs_;
    std::string platform_;
    SteadyTime judge_again_{};
    std::optional<std::chrono::nanoseconds> offset_;  ///< wall minus steady time when last looked
};

}  // namespace mg
