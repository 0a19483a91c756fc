#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "gateway/accounting/day_strip.h"
#include "gateway/base/clock.h"
#include "gateway/reading/quality.h"

/// How many periods or boundaries of a day were due, and what became of them. Pure.
namespace mg {

/// [from, to).
struct SlotSpan {
    UtcTime from{};
    UtcTime to{};
    [[nodiscard]] bool contains(UtcTime time) const { return from <= time && time < to; }
    bool operator==(const SlotSpan&) const = default;
};

/// Which slots are asked for: those that begin in `due`. Those without a value in `excused` (a production
/// stop, out of service) are counted apart. Whoever calls ends `due` where slots are still under way.
struct DueSlots {
    SlotSpan due;
    std::span<const SlotSpan> excused;
};

/// Slots in a row without a value.
struct Hole {
    SlotSpan span;
    std::optional<Quality> reason;  ///< of its first boundary; none: nothing is stored, or it is of an item
    bool operator==(const Hole&) const = default;
};

/// Each due slot is counted once in exactly one of measured, doubtful, back_filled, interpolated, entered,
/// estimated, missing.
struct SlotTally {
    std::int64_t due{0};
    std::int64_t excused{0};  ///< not in `due`
    std::int64_t measured{0};
    std::int64_t doubtful{0};  ///< a value that a rule or the clock casts doubt on
    std::int64_t back_filled{0};
    std::int64_t interpolated{0};
    std::int64_t entered{0};
    std::int64_t estimated{0};
    std::int64_t missing{0};
    std::int64_t off_boundary{0};  ///< of the read ones: more than a minute from their boundary
    std::int64_t late{0};  ///< of items: first computed at least `late_after` after the end of their day
    std::map<Quality, std::int64_t> reasons;  ///< of missing boundaries, where something is stored about them
    std::map<std::string_view, std::int64_t> doubts;  ///< of doubtful, by the name of its quality or state
    milliseconds lost{0};                             ///< missing × interval
    std::vector<Hole> holes;                          ///< in order

    /// Of the due slots those that have a value that was read (metering points) or any value (items), in
    /// hundredths of a percent, rounded down; none: nothing was due.
    [[nodiscard]] std::optional<std::int64_t> share() const;
    /// Holes that touch across midnight, with the same reason, become one. `other` is later.
    SlotTally& operator+=(const SlotTally& other);
};

constexpr bool has_figure(SlotState state) {
    return state != SlotState::none && state != SlotState::no_value;
}

SlotTally tally_of_meter(const DayStrip& strip, const DueSlots& slots);
SlotTally tally_of_item(const DayStrip& strip, const DueSlots& slots, std::chrono::minutes late_after);

/// By time; those that touch, with the same reason, become one.
void put_in_order(std::vector<Hole>& holes);
/// The longest first, of the same length the earlier; at most so many.
std::vector<Hole> longest_of(std::vector<Hole> holes, std::size_t most);

}  // namespace mg
