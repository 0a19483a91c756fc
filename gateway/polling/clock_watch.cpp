#include "gateway/polling/clock_watch.h"

#include <chrono>

namespace mg {
namespace {

constexpr std::chrono::milliseconds kStoredAhead{2000};

}  // namespace

ClockTrust judge_clock(const TrustEvidence& evidence) {
    if (evidence.now < evidence.build) return ClockTrust::untrusted;
    if (evidence.synchronised) return ClockTrust::synchronised;
    if (evidence.now + kStoredAhead < evidence.last_taken_at) return ClockTrust::untrusted;
    return evidence.has_rtc ? ClockTrust::later_than_all : ClockTrust::later_than_all_no_rtc;
}

ClockWatch::ClockWatch(Clock& clock, UtcTime build, UtcTime last_taken_at, ClockEpoch last_epoch,
                       bool has_rtc)
    : clock_{clock}, build_{build}, last_taken_at_{last_taken_at}, has_rtc_{has_rtc} {
    state_.epoch = last_epoch;
    // NTP may say that all stored times were ahead of the true one: then this run is a new epoch.
    if (clock_.utc() + kStoredAhead < last_taken_at_) ++state_.epoch;
    look();
}

void ClockWatch::look() {
    const UtcTime now = clock_.utc();
    const auto offset = now.time_since_epoch() - clock_.steady().time_since_epoch();
    if (offset_ && offset < *offset_ - kTolerance) {
        // A step before anything could be dated by the old time makes nothing void.
        if (state_.trust != ClockTrust::untrusted) ++state_.epoch;
    } else if (offset_ && offset > *offset_ + kTolerance) {
        ++state_.forward_steps;
    }
    // Slow drift follows; only a sudden difference is a step.
    offset_ = offset;
    if (state_.trust == ClockTrust::untrusted || state_.trust == ClockTrust::later_than_all_no_rtc ||
        now < build_) {
        state_.trust =
            judge_clock({.now = now,
                         .build = build_,
                         .last_taken_at = state_.trust == ClockTrust::untrusted ? last_taken_at_ : UtcTime{},
                         .synchronised = clock_.synchronised(),
                         .has_rtc = has_rtc_});
    }
}

ClockWatch::State ClockWatch::observe() {
    const std::scoped_lock lock{mutex_};
    look();
    return state_;
}

ClockWatch::State ClockWatch::state() const {
    const std::scoped_lock lock{mutex_};
    return state_;
}

}  // namespace mg
