#include "gateway/daemon/clock_keeper.h"

#include <fstream>
#include <utility>

#include <pthread.h>

#include "gateway/base/language.h"
#include "gateway/base/log.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kLook = 1s;
/// Of NTP: how much of what is known is lost when the power goes.
constexpr milliseconds kKeepAgain = 1h;
constexpr SteadyTime::duration kCountAgain = 10s;

/// random(4): a new one at each start of the kernel.
std::string boot_id() {
    std::ifstream file{"/proc/sys/kernel/random/boot_id"};
    std::string id;
    file >> id;
    return id;
}

bool is_worth_keeping(const std::optional<ClockVouch>& kept, const ClockVouch& now) {
    if (!kept || kept->by != now.by || kept->who != now.who || kept->boot != now.boot) return true;
    // A step makes the old one say something else.
    return now.at - kept->at >= kKeepAgain || std::chrono::abs(now.offset - kept->offset) > 1s;
}

}  // namespace

ClockPast clock_past(ClockBook& book) {
    ClockPast past{.vouch = {}, .last_boot = {}, .boot = boot_id()};
    if (auto vouch = book.vouch()) {
        past.vouch = std::move(*vouch);
    } else {
        log::error("{}", vouch.error().what);
    }
    if (auto boot = book.last_boot()) {
        past.last_boot = std::move(*boot);
    } else {
        log::error("{}", boot.error().what);
    }
    return past;
}

ClockKeeper::ClockKeeper(ClockWatch& watch, SampleStore& store, Clock& clock, std::function<void()> progress)
    : watch_{watch},
      store_{store},
      clock_{clock},
      progress_{std::move(progress)},
      thread_{[this](const std::stop_token& stop) {
          pthread_setname_np(pthread_self(), "clock");
          run(stop);
      }} {}

void ClockKeeper::run(const std::stop_token& stop) {
    if (const auto noted = store_.clock_book().note_boot(watch_.boot()); !noted)
        log::error("{}", noted.error().what);
    while (!stop.stop_requested()) {
        progress_();
        look();
        clock_.wait_until(clock_.steady() + kLook, stop);
    }
    // What NTP said last counts from now on: the next start asks how long ago that was.
    const auto standing = watch_.standing();
    if (standing.vouch && standing.vouch != kept_)
        static_cast<void>(store_.clock_book().keep_vouch(*standing.vouch));
}

void ClockKeeper::look() {
    const auto state = watch_.observe();
    const auto standing = watch_.standing();
    const auto written = write(state, standing);
    if (!written && !trouble_told_) {
        log::warning("{}", trf("what vouches for the clock could not be written down: {}",
                               "时钟依据无法记录：{}", written.error().what));
    }
    trouble_told_ = !written;
    if (standing.platform_differs.has_value() != differs_told_) {
        differs_told_ = standing.platform_differs.has_value();
        if (differs_told_) {
            log::warning("{}", trf("the clock of platform {} differs by {} s from that of this box",
                                   "平台 {} 的时钟与本机相差 {} 秒", standing.platform,
                                   standing.platform_differs->count() / 1000));
        }
    }
    if (clock_.steady() < count_again_) return;
    count_again_ = clock_.steady() + kCountAgain;
    if (const auto counts = store_.clock_book().held_counts(watch_.boot()))
        held_.with([&](HeldCounts& held) { held = *counts; });
}

Result<> ClockKeeper::write(const ClockWatch::State& state, const ClockWatch::Standing& standing) {
    ClockBook& book = store_.clock_book();
    if (standing.vouch && is_worth_keeping(kept_, *standing.vouch)) {
        if (auto kept = book.keep_vouch(*standing.vouch); !kept) return kept;
        kept_ = standing.vouch;
    }
    const bool vouched = state.trust == ClockTrust::platform || state.trust == ClockTrust::confirmed;
    ClockNote note{.at = clock_.utc(),
                   .epoch = state.epoch,
                   .sequence = store_.newest() + 1,
                   .reason = std::string{code_of(state.trust)},
                   .who = vouched && standing.vouch ? standing.vouch->who : std::string{}};
    if (noted_ && noted_->reason == note.reason && noted_->who == note.who && noted_->epoch == note.epoch)
        return {};
    if (!noted_ || noted_->reason != note.reason || noted_->who != note.who) say(state, standing);
    noted_ = note;  // said once, also where the disk does not take it
    return book.note(note);
}

void ClockKeeper::say(const ClockWatch::State& state, const ClockWatch::Standing& standing) const {
    const std::string who = standing.vouch ? standing.vouch->who : std::string{};
    switch (state.trust) {
        case ClockTrust::untrusted:
            return log::error("{}",
                              tr("the wall clock is before the build or the last stored sample, or the "
                                 "box has just started without a battery clock: what is read is kept "
                                 "without a date until it is right",
                                 "系统时钟早于程序构建时间或最后一条已存数据，或本机刚启动且没有电池时钟："
                                 "校时之前的采集暂不带时间保存"));
        case ClockTrust::synchronised:
            return log::info("{}", tr("the clock is kept by NTP", "时钟由 NTP 校时"));
        case ClockTrust::synchronised_earlier:
            return log::info("{}", tr("NTP has stopped; the clock is right by what it said last",
                                      "NTP 已中断；时钟以其最后一次校时为准"));
        case ClockTrust::platform:
            return log::info("{}",
                             trf("the clock agrees with that of platform {}", "时钟与平台 {} 一致", who));
        case ClockTrust::confirmed:
            return log::info("{}", trf("the clock was confirmed by {}", "时钟由 {} 确认", who));
        case ClockTrust::later_than_all:
        case ClockTrust::later_than_all_no_rtc:
            return log::warning(
                "{}", tr("nobody vouches for the clock: give the box NTP, or compare it with a clock that is "
                         "right (metergate clock confirm)",
                         "时钟无人佐证：请配置 NTP，或与准确的时钟核对后执行 metergate clock confirm"));
    }
}

ClockStatus ClockKeeper::status(std::chrono::minutes utc_offset) const {
    const auto state = watch_.state();
    const auto standing = watch_.standing();
    const HeldCounts held = held_.copy();
    ClockStatus status{.trusted = state.trust != ClockTrust::untrusted,
                       .reason = std::string{code_of(state.trust)},
                       .epoch = state.epoch,
                       .utc = clock_.utc(),
                       .utc_offset = utc_offset,
                       .vouched_at = {},
                       .vouched_by = {},
                       .bound = standing.bound,
                       .platform = standing.platform,
                       .platform_differs = standing.platform_differs,
                       .held = held.of_this_boot,
                       .held_of_earlier_boots = held.of_earlier_boots};
    if (standing.vouch) {
        status.vouched_at = standing.vouch->at;
        status.vouched_by = standing.vouch->by == ClockVouch::By::ntp ? "NTP" : standing.vouch->who;
    }
    return status;
}

Result<> ClockKeeper::confirm(UtcTime theirs, const std::string& who) {
    const auto vouch = watch_.confirm(theirs, who);
    if (!vouch) return pass_on(vouch.error());
    return store_.clock_book().keep_vouch(*vouch);
}

Result<std::vector<ClockNote>> ClockKeeper::notes(std::size_t most) {
    return store_.clock_book().notes(most);
}

}  // namespace mg
