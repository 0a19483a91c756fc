#pragma once

#include <chrono>
#include <compare>

#include "gateway/base/clock.h"

namespace mg {

/// The nominal instant that a sample belongs to, aligned to the site's wall clock.
struct Slot {
    UtcTime at{};
    auto operator<=>(const Slot&) const = default;
};

/// Slots of one interval at a fixed UTC offset: multiples of `every` counted from local midnight of
/// 1970-01-01. every: 100 ms … 24 h and a divisor of 24 h, so that each local midnight is a slot.
struct SlotGrid {
    std::chrono::milliseconds every{60'000};
    std::chrono::minutes utc_offset{480};

    [[nodiscard]] Slot at_or_before(UtcTime time) const;
    [[nodiscard]] Slot after(UtcTime time) const;  ///< strictly after
    [[nodiscard]] bool contains(Slot slot) const;
};

}  // namespace mg
