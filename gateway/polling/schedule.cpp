#include "gateway/polling/schedule.h"

#include <algorithm>
#include <tuple>

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kLongestWindow = 60s;
constexpr milliseconds kFirstRetry = 1s;
constexpr int kSilentAfter = 3;
constexpr milliseconds kFirstProbe = 5s;
constexpr milliseconds kLongestProbe = 60s;

}  // namespace

Slot SlotPlan::at_or_before(UtcTime time) const {
    return std::max(own.at_or_before(time), boundary.at_or_before(time));
}

Slot SlotPlan::after(UtcTime time) const {
    return std::min(own.after(time), boundary.after(time));
}

UtcTime SlotPlan::window_end(Slot slot) const {
    return std::min(slot.at + kLongestWindow, after(slot.at).at);
}

Slot SlotPlan::first_open(UtcTime time) const {
    const Slot slot = at_or_before(time);
    return time < window_end(slot) ? slot : after(time);
}

Schedule::Schedule(std::span<const SlotPlan> plans, UtcTime now) {
    turns_.reserve(plans.size());
    for (const SlotPlan& plan : plans) {
        turns_.push_back(Turn{.plan = plan});
        move_to(turns_.back(), plan.first_open(now));
    }
}

void Schedule::move_to(Turn& turn, Slot slot) {
    turn.slot = slot;
    turn.closes = turn.plan.window_end(slot);
    turn.boundary = turn.plan.boundary.contains(slot);
    turn.asked = false;
    turn.ask_from = turn.boundary ? slot.at : std::max(slot.at, turn.probe_from);
    turn.why = Quality::not_asked;
    turn.failures_in_slot = 0;
}

void Schedule::resume(std::size_t instrument, Slot slot) {
    move_to(turns_[instrument], slot);
}

void Schedule::rewind(UtcTime now) {
    for (Turn& turn : turns_) {
        turn.probe_from = {};
        turn.probe_pause = 0ms;
        move_to(turn, turn.plan.first_open(now));
    }
}

std::vector<Schedule::Missed> Schedule::close_windows(UtcTime now) {
    std::vector<Missed> missed;
    for (std::size_t i = 0; i < turns_.size(); ++i) {
        Turn& turn = turns_[i];
        if (now < turn.closes) continue;
        const Slot open = turn.plan.first_open(now);
        missed.push_back({.instrument = i,
                          .slot = turn.slot,
                          .boundary = turn.boundary,
                          .why = turn.why,
                          .next = turn.plan.after(turn.slot.at),
                          .gap_end = open});
        move_to(turn, open);
    }
    return missed;
}

std::optional<Schedule::Ask> Schedule::next(UtcTime now) const {
    const auto due = [now](const Turn& t) { return t.ask_from <= now && now < t.closes; };
    const auto urgency = [](const Turn& t) {
        return std::tuple(t.asked, !t.boundary, t.boundary ? UtcTime{} : t.closes);
    };
    const Turn* best = nullptr;
    for (const Turn& turn : turns_) {
        if (due(turn) && (best == nullptr || urgency(turn) < urgency(*best))) best = &turn;
    }
    if (best == nullptr) return std::nullopt;
    return Ask{static_cast<std::size_t>(best - turns_.data()), best->slot, best->boundary};
}

Schedule::Delays Schedule::delays(UtcTime now, milliseconds length) const {
    Delays found = Delays::nothing;
    for (const Turn& turn : turns_) {
        if (turn.failed_slots >= kSilentAfter || now >= turn.closes) continue;
        if (turn.boundary && turn.ask_from < now + length) return Delays::sweep;
        if (turn.ask_from <= now) found = Delays::periodic;
    }
    return found;
}

UtcTime Schedule::wake_at() const {
    UtcTime earliest = UtcTime::max();
    for (const Turn& turn : turns_) {
        earliest = std::min(earliest, std::min(turn.ask_from, turn.closes));
    }
    return earliest;
}

void Schedule::answered(std::size_t instrument) {
    Turn& turn = turns_[instrument];
    turn.failed_slots = 0;
    turn.probe_from = {};
    turn.probe_pause = 0ms;
    move_to(turn, turn.plan.after(turn.slot.at));
}

void Schedule::failed(std::size_t instrument, Quality why, UtcTime now) {
    Turn& turn = turns_[instrument];
    if (turn.failures_in_slot == 0) ++turn.failed_slots;
    ++turn.failures_in_slot;
    turn.asked = true;
    turn.why = why;
    turn.ask_from = now + kFirstRetry * turn.failures_in_slot;
    if (silent(instrument)) {
        turn.probe_pause = std::clamp(turn.probe_pause * 2, kFirstProbe, kLongestProbe);
        turn.probe_from = now + turn.probe_pause;
        turn.ask_from = turn.probe_from;
    }
}

void Schedule::unreachable(std::size_t instrument, UtcTime now) {
    Turn& turn = turns_[instrument];
    turn.asked = true;
    turn.why = Quality::line_down;
    turn.ask_from = now + kFirstRetry;
}

bool Schedule::silent(std::size_t instrument) const {
    return turns_[instrument].failed_slots >= kSilentAfter;
}

}  // namespace mg
