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
constexpr milliseconds kLongestProbe = 45s;
/// How far from its boundary an index may be read.
constexpr milliseconds kReach = 30s;
/// A sweep of up to this needs no lead: all of it lies within 30 s after the boundary, one that stumbles over
/// a silent meter too.
constexpr milliseconds kWithoutLead = 27s;
/// For a meter that falls silent in a sweep, and for the exchange that runs when it is to begin.
constexpr milliseconds kLeadMargin = 5s;
/// The lead follows a sweep that got longer at once, one that got shorter only beyond this: the skew of all
/// meters hangs on it.
constexpr milliseconds kLeadSlack = 4s;
/// So long a due probe gives way to slots that it would take from live instruments.
constexpr milliseconds kProbePatience = 15s;  // with the pause a minute
/// A minute's worth of credit at most: what a quiet night saved must not be spent in one go.
constexpr double kMostCredit = Schedule::kProbeShare * 60'000;
constexpr milliseconds kLookAgain = 1s;

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

Schedule::Schedule(std::span<const SlotPlan> plans, UtcTime now) : credit_at_{now} {
    turns_.reserve(plans.size());
    for (const SlotPlan& plan : plans) {
        turns_.push_back(Turn{.plan = plan});
        move_to(turns_.back(), plan.first_open(now));
    }
}

void Schedule::move_to(Turn& turn, Slot slot) {
    turn.slot = slot;
    turn.closes = turn.plan.window_end(slot);
    turn.deadline = turn.closes;
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
    credit_at_ = now;
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
        const bool passed_over = !turn.asked;
        const UtcTime deadline = turn.deadline;
        move_to(turn, open);
        if (passed_over) turn.deadline = deadline;
    }
    return missed;
}

bool Schedule::is_silent(const Turn& turn) {
    return turn.failures >= kSilentAfter;
}

UtcTime Schedule::starts(const Turn& turn) const {
    return turn.boundary && !turn.asked && !is_silent(turn) ? turn.ask_from - lead_ : turn.ask_from;
}

bool Schedule::is_due(const Turn& turn, UtcTime now) const {
    return starts(turn) <= now && now < turn.closes;
}

const Schedule::Turn* Schedule::best_live(UtcTime now) const {
    const auto urgency = [](const Turn& t) {
        return std::tuple(!t.boundary, t.asked, t.boundary ? UtcTime{} : t.deadline,
                          t.boundary ? UtcTime{} : t.asked_at);
    };
    const Turn* best = nullptr;
    for (const Turn& turn : turns_) {
        if (is_silent(turn) || !is_due(turn, now)) continue;
        if (best == nullptr || urgency(turn) < urgency(*best)) best = &turn;
    }
    return best;
}

/// Boundaries first, then who waits longest.
const Schedule::Turn* Schedule::best_silent(UtcTime now) const {
    const auto urgency = [](const Turn& t) { return std::tuple(!(t.boundary && !t.asked), t.ask_from); };
    const Turn* best = nullptr;
    for (const Turn& turn : turns_) {
        if (!is_silent(turn) || !is_due(turn, now)) continue;
        if (best == nullptr || urgency(turn) < urgency(*best)) best = &turn;
    }
    return best;
}

std::optional<Schedule::Ask> Schedule::next(UtcTime now) const {
    const Turn* live = best_live(now);
    if (live != nullptr && live->boundary) return ask_of(*live);
    const Turn* silent = best_silent(now);
    if (silent != nullptr && may_probe(*silent, live != nullptr, now)) return ask_of(*silent);
    if (live != nullptr) return ask_of(*live);
    return std::nullopt;
}

Schedule::Ask Schedule::ask_of(const Turn& turn) const {
    return {.instrument = static_cast<std::size_t>(&turn - turns_.data()),
            .slot = turn.slot,
            .boundary = turn.boundary,
            .probe = is_silent(turn),
            .again = turn.asked};
}

bool Schedule::may_probe(const Turn& silent, bool live_waits, UtcTime now) const {
    if (live_waits && probed_last_) return false;
    const milliseconds length = silent.probe_cost;
    const bool harmless = delays(now, length) != Delays::sweep && !harms(now, length);
    if (!harmless && now < silent.probe_from + kProbePatience) return false;
    if (silent.boundary && !silent.asked) return true;
    if (!live_waits && harmless) return true;
    const bool alone = std::ranges::count_if(turns_, is_silent) == 1;
    return alone || credit(now) >= 0;
}

/// Whether some live instrument loses a slot by this that it would not lose anyway.
bool Schedule::harms(UtcTime now, milliseconds length) const {
    std::vector<const Turn*> waiting;
    for (const Turn& turn : turns_) {
        if (!is_silent(turn) && starts(turn) < now + length && now < turn.closes) waiting.push_back(&turn);
    }
    std::ranges::sort(waiting, {}, &Turn::closes);
    UtcTime with = now + length;
    UtcTime without = now;
    for (const Turn* turn : waiting) {
        const milliseconds needs = turn->cost.value_or(0ms);
        without = std::max(without, starts(*turn)) + needs;
        with = std::max(with, starts(*turn)) + needs;
        if (without <= turn->closes && turn->closes < with) return true;
    }
    return false;
}

Schedule::Delays Schedule::delays(UtcTime now, milliseconds length) const {
    Delays found = Delays::nothing;
    for (const Turn& turn : turns_) {
        if (is_silent(turn) || now >= turn.closes) continue;
        if (turn.boundary && starts(turn) < now + length) return Delays::sweep;
        if (starts(turn) <= now) found = Delays::periodic;
    }
    return found;
}

UtcTime Schedule::wake_at(UtcTime now) const {
    UtcTime earliest = UtcTime::max();
    for (const Turn& turn : turns_) {
        // Due and not asked: a probe that is not allowed yet.
        const UtcTime begins = is_due(turn, now) ? now + kLookAgain : starts(turn);
        earliest = std::min({earliest, begins, turn.closes});
    }
    return earliest;
}

double Schedule::credit(UtcTime now) const {
    const auto passed = std::max(now - credit_at_, milliseconds{0});
    return std::min(kMostCredit, credit_ + kProbeShare * static_cast<double>(passed.count()));
}

/// A probe pays for the time that it kept a live instrument waiting; what nobody needed is free, and so is
/// what the boundary asks for.
void Schedule::charge(const Turn& turn, UtcTime now, milliseconds took) {
    probed_last_ = is_silent(turn);
    if (!probed_last_ || (turn.boundary && !turn.asked)) return;
    UtcTime waits_since = now;
    for (const Turn& other : turns_) {
        // One whose window closed meanwhile waited, too.
        if (!is_silent(other)) waits_since = std::min(waits_since, starts(other));
    }
    const auto delay = std::min(took, now - waits_since);
    credit_ = std::max(-kMostCredit, credit(now) - static_cast<double>(delay.count()));
    credit_at_ = now;
}

void Schedule::answered(std::size_t instrument, UtcTime now, milliseconds took) {
    Turn& turn = turns_[instrument];
    charge(turn, now, took);
    turn.asked_at = now;
    turn.cost = turn.cost ? *turn.cost + (took - *turn.cost) / 4 : took;
    turn.failures = 0;
    turn.probe_from = {};
    turn.probe_pause = 0ms;
    move_to(turn, turn.plan.after(turn.slot.at));
    settle_lead();
}

void Schedule::settle_lead() {
    milliseconds sweep{0};
    for (const Turn& turn : turns_) {
        if (!is_silent(turn)) sweep += turn.cost.value_or(0ms);
    }
    // A boundary every minute, as in tests, must not be read half a minute early.
    const auto most = std::min<milliseconds>(kMostLead, turns_.front().plan.boundary.every / 4);
    const milliseconds wanted =
        sweep > kWithoutLead ? std::min<milliseconds>(sweep - kReach + kLeadMargin, most) : 0ms;
    if (wanted > lead_ || wanted + kLeadSlack < lead_)
        lead_ = std::chrono::ceil<std::chrono::seconds>(wanted);
}

void Schedule::failed(std::size_t instrument, Quality why, UtcTime now, milliseconds took) {
    Turn& turn = turns_[instrument];
    charge(turn, now, took);
    turn.asked_at = now;
    ++turn.failures_in_slot;
    ++turn.failures;
    turn.asked = true;
    turn.why = why;
    turn.ask_from = now + kFirstRetry * turn.failures_in_slot;
    turn.probe_cost = took;
    if (is_silent(turn)) {
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
    return is_silent(turns_[instrument]);
}

std::optional<milliseconds> Schedule::cost(std::size_t instrument) const {
    return turns_[instrument].cost;
}

}  // namespace mg
