#include "gateway/polling/resume.h"

#include <algorithm>

namespace mg {
namespace {

/// The due slots from `from` on, before `to`, that nothing stored covers, as gaps of consecutive slots.
std::vector<Gap> uncovered(const SlotPlan& plan, const std::vector<Slot>& covered, Slot from, Slot to,
                           Gap like) {
    std::vector<Gap> gaps;
    bool in_gap = false;
    for (Slot slot = from; slot < to; slot = plan.after(slot.at)) {
        const bool missing = !std::ranges::binary_search(covered, slot);
        if (missing && !in_gap) {
            like.from = slot;
            gaps.push_back(like);
        }
        in_gap = missing;
        if (missing) gaps.back().to = plan.after(slot.at);
    }
    return gaps;
}

}  // namespace

Result<Resumption> resume_after_stop(SampleStore& store, const MeterId& meter, const SlotPlan& plan,
                                     UtcTime now, ClockEpoch epoch, Quality why) {
    const Slot open = plan.first_open(now);
    Resumption result{.gaps = {}, .next = open};
    const auto last = store.last_slot(meter);
    if (!last) {
        result.is_first = true;
        result.gaps.push_back({.meter = meter,
                               .from = plan.at_or_before(open.at - milliseconds{1}),
                               .to = open,
                               .reason = Quality::before_start,
                               .epoch = epoch});
        return result;
    }
    // Stored slots ahead of now belong to a time before the clock was set back; the new epoch supersedes
    // them. Unless it is a boundary that was read before its time.
    const bool set_back = epoch > store.last_epoch() || last->at > now + Schedule::kMostLead;
    if (last->at > now && set_back) return result;
    const Gap like{.meter = meter, .from = {}, .to = {}, .reason = why, .epoch = epoch};

    const Slot first_unseen = plan.after(last->at);
    const Slot end = std::min(first_unseen, open);
    auto covered = store.covered_slots(meter, Slot{last->at - kLookBack}, first_unseen);
    if (!covered) return pass_on(covered.error());
    std::ranges::sort(*covered);
    if (!covered->empty()) result.gaps = uncovered(plan, *covered, covered->front(), end, like);

    if (first_unseen < open) {
        Gap stop = like;
        stop.from = first_unseen;
        stop.to = open;
        result.gaps.push_back(stop);
    }
    result.next = open;
    while (result.next < first_unseen && std::ranges::binary_search(*covered, result.next)) {
        result.next = plan.after(result.next.at);
    }
    return result;
}

}  // namespace mg
