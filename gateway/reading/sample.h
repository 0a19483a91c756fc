#pragma once

#include <cstdint>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/layout.h"
#include "gateway/reading/quality.h"
#include "gateway/reading/slot.h"

namespace mg {

/// Counts the times the wall clock was set back. A later epoch's samples supersede an earlier one's for the
/// same slots.
using ClockEpoch = std::uint32_t;

/// One point as read: the bits on the wire in big-endian order, before scale and multiplier.
struct Reading {
    std::uint64_t bits{0};  ///< meaningless unless has_value(quality)
    Quality quality{Quality::not_asked};
    bool operator==(const Reading&) const = default;
};

/// All points of one meter at one slot, as read. readings[i] belongs to layout->points[i].
/// A poll that failed is a sample too: every reading says why it is missing.
struct Sample {
    LayoutRef layout;
    Slot slot;
    UtcTime taken_at{};  ///< when the last answer came; of a failed poll, when it was given up
    ClockEpoch epoch{0};
    /// The slot lies on a boundary (:00 :15 :30 :45 by default): kept for years, carries the accounting.
    bool boundary{false};
    std::vector<Reading> readings;

    [[nodiscard]] const MeterId& meter() const { return layout->meter; }
    /// No reading has a value.
    [[nodiscard]] bool missing() const;
};

/// Slots from `from` up to but without `to` that were not read, one row instead of one per slot.
struct Gap {
    MeterId meter;
    Slot from;
    Slot to;
    Quality reason{Quality::stopped};
    ClockEpoch epoch{0};
    bool operator==(const Gap&) const = default;
};

Sample missing_sample(LayoutRef layout, Slot slot, Quality why);

/// What the display of the instrument shows: wire value × scale. Errors (corrupt): no value, bad digits,
/// overflow.
Result<Decimal> displayed_value(const Sample& sample, std::size_t point);

}  // namespace mg
