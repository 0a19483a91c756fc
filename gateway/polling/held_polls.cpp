#include "gateway/polling/held_polls.h"

#include <algorithm>
#include <chrono>

namespace mg {
namespace {

constexpr std::chrono::seconds kAtLeast{60};

struct Placing {
    const MeterId& meter;
    const SlotPlan& plan;
    ClockEpoch epoch;
};

std::vector<PlacedPolls::Item> in_slots(const Placing& placing, std::span<const HeldReadings> held,
                                        UtcTime utc_at_boot) {
    std::vector<PlacedPolls::Item> items;
    for (const HeldReadings& poll : held) {
        const UtcTime taken_at = utc_at_boot + poll.since_boot;
        const Slot slot = placing.plan.at_or_before(taken_at);
        if (taken_at >= placing.plan.window_end(slot)) continue;
        if (!items.empty() && items.back().slot == slot) continue;
        items.push_back({.slot = slot, .gap = std::nullopt, .held = &poll, .taken_at = taken_at});
    }
    return items;
}

/// A metering point that has nothing stored begins with the first poll.
std::vector<Gap> owed_since(const Placing& placing, Slot first, Slot next) {
    const Gap like{.meter = placing.meter,
                   .from = {},
                   .to = {},
                   .reason = Quality::before_start,
                   .epoch = placing.epoch};
    Gap before = like;
    before.from = placing.plan.at_or_before(first.at - milliseconds{1});
    before.to = first;
    Gap owed = like;
    owed.from = first;
    owed.to = next;
    owed.reason = Quality::clock_step;
    return first < next ? std::vector{before, owed} : std::vector{before};
}

}  // namespace

PlacedPolls place_held(const MeterId& meter, const SlotPlan& plan, const Resumption& resumed,
                       ClockEpoch epoch, std::span<const HeldReadings> held, UtcTime utc_at_boot) {
    const Placing placing{meter, plan, epoch};
    const auto polls = in_slots(placing, held, utc_at_boot);
    PlacedPolls placed{.items = {}, .next = resumed.next};
    auto poll = polls.begin();
    const auto gaps = resumed.is_first && !polls.empty()
                          ? owed_since(placing, polls.front().slot, resumed.next)
                          : resumed.gaps;
    for (Gap gap : gaps) {
        const auto put = [&](Slot to) {
            if (gap.from >= to) return;
            Gap part = gap;
            part.to = to;
            if (poll != polls.begin() && part.reason == Quality::stopped) part.reason = Quality::clock_step;
            placed.items.push_back({.slot = part.from, .gap = part, .held = nullptr, .taken_at = {}});
        };
        while (poll != polls.end() && poll->slot < gap.from) ++poll;
        for (; poll != polls.end() && poll->slot < gap.to; ++poll) {
            put(poll->slot);
            placed.items.push_back(*poll);
            gap.from = plan.after(poll->slot.at);
        }
        put(gap.to);
    }
    // The window of the slot that is open now may hold one as well.
    while (poll != polls.end() && poll->slot < placed.next) ++poll;
    if (poll != polls.end() && poll->slot == placed.next) {
        placed.items.push_back(*poll);
        placed.next = plan.after(placed.next.at);
    }
    return placed;
}

HeldTurns::HeldTurns(std::span<const SlotPlan> plans) {
    for (const SlotPlan& plan : plans)
        turns_.push_back({.every = std::min<milliseconds>(plan.own.every, kAtLeast), .at = {}});
}

std::optional<std::size_t> HeldTurns::due(SteadyTime now) const {
    const auto first = std::ranges::min_element(turns_, {}, &Turn::at);
    if (first == turns_.end() || first->at > now) return std::nullopt;
    return static_cast<std::size_t>(first - turns_.begin());
}

void HeldTurns::asked(std::size_t instrument, SteadyTime now) {
    Turn& turn = turns_[instrument];
    // The phase is kept, so that each window of a minute holds one.
    turn.at = turn.at + turn.every > now ? turn.at + turn.every : now + turn.every;
}

}  // namespace mg
