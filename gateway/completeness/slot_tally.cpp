#include "gateway/completeness/slot_tally.h"

#include <algorithm>
#include <utility>

namespace mg {
namespace {

void add_hole(std::vector<Hole>& holes, const Hole& hole) {
    if (!holes.empty() && holes.back().span.to == hole.span.from && holes.back().reason == hole.reason) {
        holes.back().span.to = hole.span.to;
        return;
    }
    holes.push_back(hole);
}

void count_missing(SlotTally& tally, UtcTime at, milliseconds each, std::optional<Quality> reason) {
    ++tally.missing;
    tally.lost += each;
    if (reason) ++tally.reasons[*reason];
    add_hole(tally.holes, {{at, at + each}, reason});
}

void count(SlotTally& tally, const BoundarySlot& slot, UtcTime at, milliseconds each) {
    if (!slot.read()) {
        count_missing(tally, at, each, slot.known ? std::optional{slot.quality} : std::nullopt);
        return;
    }
    if (slot.off_boundary) ++tally.off_boundary;
    if (slot.back_filled) {
        ++tally.back_filled;
    } else if (slot.quality == Quality::good) {
        ++tally.measured;
    } else {
        ++tally.doubtful;
        ++tally.doubts[to_string(slot.quality)];
    }
}

void count(SlotTally& tally, SlotState state, UtcTime at, milliseconds each) {
    switch (state) {
        case SlotState::none:
        case SlotState::no_value:
            count_missing(tally, at, each, std::nullopt);
            return;
        case SlotState::measured:
            ++tally.measured;
            return;
        case SlotState::entered:
            ++tally.entered;
            return;
        case SlotState::estimated:
            ++tally.estimated;
            return;
        case SlotState::interpolated:
            ++tally.interpolated;
            return;
        case SlotState::clock_doubtful:
        case SlotState::unconfirmed:
        case SlotState::out_of_limits:
        case SlotState::few_samples:
        case SlotState::stuck:
            ++tally.doubtful;
            ++tally.doubts[to_string(state)];
            return;
    }
}

/// Calls `use` for each due slot of the day that has a value, or of which nobody says why it has none.
template <class HasValue, class Use>
SlotTally tally(const DayStrip& strip, const DueSlots& slots, const HasValue& has_value, const Use& use) {
    SlotTally result;
    for (std::size_t i = 0; i < strip.slots.size(); ++i) {
        const UtcTime at = strip.day + static_cast<std::int64_t>(i) * strip.each;
        if (!slots.due.contains(at)) continue;
        const auto covers = [&](const SlotSpan& span) { return span.contains(at); };
        if (!has_value(strip.slots[i]) && std::ranges::any_of(slots.excused, covers)) {
            ++result.excused;
            continue;
        }
        ++result.due;
        use(result, strip.slots[i], at);
    }
    return result;
}

}  // namespace

std::optional<std::int64_t> SlotTally::share() const {
    if (due == 0) return std::nullopt;
    return (due - missing) * 10'000 / due;
}

SlotTally& SlotTally::operator+=(const SlotTally& other) {
    due += other.due;
    excused += other.excused;
    measured += other.measured;
    doubtful += other.doubtful;
    back_filled += other.back_filled;
    interpolated += other.interpolated;
    entered += other.entered;
    estimated += other.estimated;
    missing += other.missing;
    off_boundary += other.off_boundary;
    late += other.late;
    lost += other.lost;
    for (const auto& [reason, number] : other.reasons) reasons[reason] += number;
    for (const auto& [doubt, number] : other.doubts) doubts[doubt] += number;
    for (const Hole& hole : other.holes) add_hole(holes, hole);
    return *this;
}

SlotTally tally_of_meter(const DayStrip& strip, const DueSlots& slots) {
    return tally(
        strip, slots, [](std::uint8_t byte) { return BoundarySlot::from_byte(byte).read(); },
        [&](SlotTally& result, std::uint8_t byte, UtcTime at) {
            count(result, BoundarySlot::from_byte(byte), at, strip.each);
        });
}

SlotTally tally_of_item(const DayStrip& strip, const DueSlots& slots, std::chrono::minutes late_after) {
    return tally(
        strip, slots, [](std::uint8_t byte) { return has_figure(ItemSlot::from_byte(byte).state); },
        [&](SlotTally& result, std::uint8_t byte, UtcTime at) {
            const ItemSlot slot = ItemSlot::from_byte(byte);
            count(result, slot.state, at, strip.each);
            // Step 0 also stands for records of the running day.
            const bool is_late =
                has_figure(slot.state) && slot.after_day.count() > 0 && slot.after_day >= late_after;
            if (is_late) ++result.late;
        });
}

void put_in_order(std::vector<Hole>& holes) {
    std::ranges::stable_sort(holes, {}, [](const Hole& hole) { return hole.span.from; });
    std::vector<Hole> joined;
    for (const Hole& hole : holes) add_hole(joined, hole);
    holes = std::move(joined);
}

std::vector<Hole> longest_of(std::vector<Hole> holes, std::size_t most) {
    std::ranges::stable_sort(holes, [](const Hole& a, const Hole& b) {
        return a.span.to - a.span.from > b.span.to - b.span.from;
    });
    if (holes.size() > most) holes.resize(most);
    return holes;
}

}  // namespace mg
