#include "gateway/polling/heard_slots.h"

#include <algorithm>

namespace mg {

HeardSlots::HeardSlots(std::span<const SlotPlan> plans, UtcTime now) {
    turns_.reserve(plans.size());
    for (const SlotPlan& plan : plans) turns_.push_back({plan, plan.first_open(now)});
}

void HeardSlots::resume(std::size_t instrument, Slot slot) {
    turns_[instrument].slot = slot;
}

void HeardSlots::rewind(UtcTime now) {
    for (Turn& turn : turns_) turn.slot = turn.plan.first_open(now);
}

std::optional<HeardSlots::Waiting> HeardSlots::waiting(std::size_t instrument, UtcTime now) const {
    const Turn& turn = turns_[instrument];
    if (now < turn.slot.at) return std::nullopt;
    const UtcTime closes = turn.plan.window_end(turn.slot);
    Waiting waiting{.slot = turn.slot,
                    .boundary = turn.plan.boundary.contains(turn.slot),
                    .hears_from = turn.slot.at,
                    .over = now >= closes,
                    .next = turn.plan.after(turn.slot.at),
                    .gap_end = {}};
    waiting.gap_end = waiting.over ? turn.plan.first_open(now) : waiting.next;
    if (waiting.boundary && now >= std::min<UtcTime>(turn.slot.at + kReach, closes)) {
        // With boundaries closer than that, as in tests, half way to the one before.
        waiting.hears_from -= std::min<milliseconds>(kReach, turn.plan.boundary.every / 2);
    }
    return waiting;
}

void HeardSlots::stored(std::size_t instrument, const Waiting& slot) {
    turns_[instrument].slot = slot.gap_end;
}

bool HeardSlots::is_awaited(Slot boundary) const {
    return std::ranges::find(turns_, boundary, &Turn::slot) != turns_.end();
}

}  // namespace mg
