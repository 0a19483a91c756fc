#include <algorithm>
#include <chrono>
#include <iterator>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/polling/line_worker.h"
#include "gateway/polling/resume.h"

// What the clock makes of a line: where it goes on after a stop, after a step, and after a time in which
// nothing could be dated.
namespace mg {
namespace {

using namespace std::chrono_literals;

/// How long a line waits at most for the disk to know of a new metering point, or of what was held.
constexpr milliseconds kOnDisk = 2s;

}  // namespace

void LineWorker::follow_clock(const ClockWatch::State& state, UtcTime now) {
    if (!caught_up_) {
        catch_up(now, state.epoch);
    } else if (state.epoch != followed_.epoch) {
        schedule_.rewind(now);
    }
    followed_ = state;
}

void LineWorker::catch_up(UtcTime now, ClockEpoch epoch) {
    // In mid-run what was read last may not be on disk yet, and the slots owed count from it.
    if (owed_for_ == Quality::clock_step) static_cast<void>(store_.flush(clock_.steady() + kOnDisk));
    bool to_be_marked = false;
    for (std::size_t i = 0; i < instruments_.size(); ++i) {
        const SlotPlan& plan = instruments_[i].plan;
        Slot next = plan.first_open(now);
        for (const LayoutRef& layout : instruments_[i].meter->layouts()) {
            to_be_marked = to_be_marked || !store_.last_slot(layout->meter);
            const auto owed = owed_by(layout, plan, now, epoch);
            if (owed) {
                next = std::max(next, owed->next);
            } else {
                log::error("line {}: {}", line_.id.text, owed.error().what);
            }
        }
        schedule_.resume(i, next);
    }
    // The one time that a line waits for the disk. One that does not take it is no reason not to poll; what
    // was held then stays, and is placed again at the next start.
    if (to_be_marked || !held_placed_.empty()) {
        const bool on_disk = store_.flush(clock_.steady() + kOnDisk);
        if (on_disk && !held_placed_.empty()) {
            log::info("{}",
                      trf("line {}: {} polls from before the clock was right have their time now",
                          "线路 {}：校时之前的 {} 次采集已补上时间", line_.id.text, held_placed_.size()));
            if (const auto settled = store_.clock_book().settle(held_placed_); !settled)
                log::error("line {}: {}", line_.id.text, settled.error().what);
        }
    }
    held_placed_.clear();
    caught_up_ = true;
}

/// Hands over what is owed.
Result<PlacedPolls> LineWorker::owed_by(const LayoutRef& layout, const SlotPlan& plan, UtcTime now,
                                        ClockEpoch epoch) {
    const auto resumed = resume_after_stop(store_, layout->meter, plan, now, epoch, owed_for_);
    if (!resumed) return pass_on(resumed.error());
    auto held = store_.clock_book().held(*layout, watch_.boot());
    if (!held) {
        log::error("line {}: {}", line_.id.text, held.error().what);
        held.emplace();
    }
    const auto utc_at_boot =
        clock_.utc() - std::chrono::duration_cast<milliseconds>(clock_.steady().time_since_epoch());
    PlacedPolls placed = place_held(layout->meter, plan, *resumed, epoch, *held, utc_at_boot);
    for (PlacedPolls::Item& item : placed.items) {
        if (item.gap) {
            store_.append(std::move(*item.gap));
            continue;
        }
        store_.append(Sample{.layout = layout,
                             .slot = item.slot,
                             .taken_at = item.taken_at,
                             .epoch = epoch,
                             .boundary = plan.boundary.contains(item.slot),
                             .readings = item.held->readings});
        item.held = nullptr;  // dies with this call
    }
    std::ranges::move(*held, std::back_inserter(held_placed_));
    return placed;
}

/// While nobody knows the time: one poll that is due is made and held. False: none is.
bool LineWorker::hold_one(const StopEvent& stop_event) {
    const auto due = held_turns_.due(clock_.steady());
    if (!due) return false;
    held_turns_.asked(*due, clock_.steady());
    const auto result = poll(*due, stop_event, Effort::usual);
    if (!result) return true;
    const auto layouts = instruments_[*due].meter->layouts();
    for (std::size_t i = 0; i < layouts.size(); ++i) hold(*layouts[i], result->readings[i]);
    return true;
}

void LineWorker::hold(const Layout& layout, const std::vector<Reading>& readings) {
    if (std::ranges::none_of(readings, [](const Reading& r) { return has_value(r.quality); })) return;
    const auto since_boot = std::chrono::duration_cast<milliseconds>(clock_.steady().time_since_epoch());
    const auto held = store_.clock_book().hold(layout, watch_.boot(), since_boot, readings);
    if (!held && !hold_failed_) {
        log::error("line {}: {}", line_.id.text,
                   trf("what is read before the clock is right cannot be kept: {}",
                       "校时之前的采集无法保存：{}", held.error().what));
    }
    hold_failed_ = !held;
}

}  // namespace mg
