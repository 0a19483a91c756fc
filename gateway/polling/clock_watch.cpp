#include "gateway/polling/clock_watch.h"

#include <chrono>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

using std::chrono::duration_cast;

constexpr std::chrono::milliseconds kStoredAhead{2000};
/// A question to the kernel; often enough for what changes in hours.
constexpr std::chrono::seconds kJudgeAgain{1};

ClockTrust trust_by(ClockVouch::By by) {
    switch (by) {
        case ClockVouch::By::ntp:
            return ClockTrust::synchronised_earlier;
        case ClockVouch::By::platform:
            return ClockTrust::platform;
        case ClockVouch::By::person:
            return ClockTrust::confirmed;
    }
    return ClockTrust::untrusted;
}

}  // namespace

std::string_view code_of(ClockTrust trust) {
    switch (trust) {
        case ClockTrust::untrusted:
            return "untrusted";
        case ClockTrust::synchronised:
            return "ntp";
        case ClockTrust::synchronised_earlier:
            return "ntp_earlier";
        case ClockTrust::platform:
            return "platform";
        case ClockTrust::confirmed:
            return "confirmed";
        case ClockTrust::later_than_all:
            return "later_than_all";
        case ClockTrust::later_than_all_no_rtc:
            return "later_than_all_no_rtc";
    }
    return "untrusted";
}

ClockTrust judge_clock(const TrustEvidence& evidence) {
    if (evidence.now < evidence.build) return ClockTrust::untrusted;
    if (evidence.synchronised) return ClockTrust::synchronised;
    if (evidence.vouch) return trust_by(*evidence.vouch);
    if (evidence.now + kStoredAhead < evidence.last_taken_at) return ClockTrust::untrusted;
    if (evidence.has_rtc) return ClockTrust::later_than_all;
    return evidence.just_booted ? ClockTrust::untrusted : ClockTrust::later_than_all_no_rtc;
}

ClockWatch::ClockWatch(Clock& clock, UtcTime build, UtcTime last_taken_at, ClockEpoch last_epoch,
                       bool has_rtc, ClockPast past)
    : clock_{clock},
      build_{build},
      last_taken_at_{last_taken_at},
      has_rtc_{has_rtc},
      past_{std::move(past)},
      vouch_{past_.vouch} {
    state_.epoch = last_epoch;
    // NTP may say that all stored times were ahead of the true one: then this run is a new epoch.
    if (clock_.utc() + kStoredAhead < last_taken_at_) ++state_.epoch;
    look();
}

void ClockWatch::look() {
    const UtcTime now = clock_.utc();
    const auto offset = now.time_since_epoch() - clock_.steady().time_since_epoch();
    const bool back = offset_ && offset < *offset_ - kTolerance;
    const bool ahead = offset_ && offset > *offset_ + kTolerance;
    // A step before anything could be dated by the old time makes nothing void.
    if (back && state_.trust != ClockTrust::untrusted) ++state_.epoch;
    if (ahead) ++state_.forward_steps;
    // Slow drift follows; only a sudden difference is a step.
    offset_ = offset;
    if (back || ahead || state_.trust == ClockTrust::untrusted || clock_.steady() >= judge_again_) judge(now);
}

void ClockWatch::judge(UtcTime now) {
    judge_again_ = clock_.steady() + kJudgeAgain;
    const bool synchronised = clock_.synchronised();
    if (synchronised && now >= build_) {
        vouch_ = ClockVouch{
            .by = ClockVouch::By::ntp, .who = {}, .at = now, .offset = offset_now(), .boot = past_.boot};
    }
    const auto bound = vouch_ ? bound_of(*vouch_) : std::nullopt;
    const bool holds = bound && *bound < kAgrees;
    const bool was_untrusted = state_.trust == ClockTrust::untrusted;
    state_.trust = judge_clock({.now = now,
                                .build = build_,
                                .last_taken_at = was_untrusted ? last_taken_at_ : UtcTime{},
                                .synchronised = synchronised,
                                .has_rtc = has_rtc_,
                                .vouch = holds ? std::optional{vouch_->by} : std::nullopt,
                                .just_booted = was_untrusted && just_booted()});
}

milliseconds ClockWatch::offset_now() const {
    return duration_cast<milliseconds>(clock_.utc().time_since_epoch() - clock_.steady().time_since_epoch());
}

/// None: it says nothing of the clock of this boot.
std::optional<milliseconds> ClockWatch::bound_of(const ClockVouch& vouch) const {
    const bool same_boot = !past_.boot.empty() && vouch.boot == past_.boot;
    if (!same_boot && !has_rtc_) return std::nullopt;
    const milliseconds stepped = same_boot ? std::chrono::abs(offset_now() - vouch.offset) : milliseconds{0};
    const milliseconds age = clock_.utc() - vouch.at - (same_boot ? offset_now() - vouch.offset : stepped);
    if (age < milliseconds{0}) return std::nullopt;
    return stepped + age * kDriftPpm / 1'000'000;
}

bool ClockWatch::just_booted() const {
    return last_taken_at_ > UtcTime{} && !past_.last_boot.empty() && past_.last_boot != past_.boot &&
           clock_.steady().time_since_epoch() < kBootGrace;
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

ClockWatch::Standing ClockWatch::standing() const {
    const std::scoped_lock lock{mutex_};
    Standing standing{.vouch = vouch_,
                      .bound = vouch_ ? bound_of(*vouch_) : std::nullopt,
                      .platform_differs = platform_differs_,
                      .platform = platform_};
    if (!standing.bound) standing.vouch.reset();
    return standing;
}

Result<ClockVouch> ClockWatch::confirm(UtcTime theirs, const std::string& who) {
    const std::scoped_lock lock{mutex_};
    const UtcTime now = clock_.utc();
    if (now < build_) {
        return fail(Failure::rejected, std::string(tr("the clock of this box is before the build of the "
                                                      "program: set it first (timedatectl set-time)",
                                                      "本机时钟早于程序构建时间：请先校时（timedatectl "
                                                      "set-time）")));
    }
    if (const auto off = now - theirs; std::chrono::abs(off) > kAgrees) {
        return fail(Failure::rejected,
                    trf("the clock of this box is {0} s {1} that; at most {2} s are allowed: set it first "
                        "(timedatectl set-time)",
                        "本机时钟比该时间{1} {0} 秒，最多允许相差 {2} 秒：请先校时（timedatectl set-time）",
                        duration_cast<std::chrono::seconds>(std::chrono::abs(off)).count(),
                        off > milliseconds{0} ? tr("ahead of", "快") : tr("behind", "慢"),
                        duration_cast<std::chrono::seconds>(kAgrees).count()));
    }
    vouch_ = ClockVouch{
        .by = ClockVouch::By::person, .who = who, .at = now, .offset = offset_now(), .boot = past_.boot};
    judge(now);
    return *vouch_;
}

void ClockWatch::platform_said(UtcTime theirs, const std::string& platform) {
    const std::scoped_lock lock{mutex_};
    const UtcTime now = clock_.utc();
    const milliseconds off = now - theirs;
    platform_ = platform;
    if (std::chrono::abs(off) > kAgrees) {
        platform_differs_ = off;
        return;
    }
    platform_differs_.reset();
    if (state_.trust == ClockTrust::synchronised || now < build_) return;
    vouch_ = ClockVouch{.by = ClockVouch::By::platform,
                        .who = platform,
                        .at = now,
                        .offset = offset_now(),
                        .boot = past_.boot};
    judge(now);
}

}  // namespace mg
