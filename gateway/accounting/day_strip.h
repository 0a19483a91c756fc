#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/accounting/item_record.h"
#include "gateway/base/clock.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/quality.h"
#include "gateway/reading/sample.h"

/// What became of each real-time period of an item and of each boundary of a metering point: a byte each, a
/// day in a row, kept when records and samples are stored (docs/adr/0016). The bytes are stored on disk.
namespace mg {

enum class StripKind : std::uint8_t { item = 0, meter = 1 };

/// What a real-time record is. Never renumber; at most 15.
enum class SlotState : std::uint8_t {
    none = 0,  ///< there is no record
    measured = 1,
    entered = 2,         ///< typed in or handed in
    estimated = 3,       ///< contains a person's estimate of an unmetered time
    interpolated = 4,    ///< its begin or its end was
    clock_doubtful = 5,  ///< its begin or its end was read off the boundary, or by a clock nobody vouched for
    unconfirmed = 6,     ///< a step of an index that nobody has explained
    out_of_limits = 7,
    few_samples = 8,
    stuck = 9,
    no_value = 10,  ///< a record without a value
};

/// The state of a record, and how long after the end of its day it was first computed.
struct ItemSlot {
    SlotState state{SlotState::none};
    /// Not less than this; the steps are 0 (within the day or some minutes), 20 min, 40 min, 1, 1.5, 2, 3, 4,
    /// 5, 6, 8, 10, 12, 24, 48, 72 h.
    std::chrono::minutes after_day{0};

    static ItemSlot from_byte(std::uint8_t byte);
    [[nodiscard]] std::uint8_t byte() const;
    bool operator==(const ItemSlot&) const = default;
};
/// `first_computed_at`: of its revision 0. `day_end`: midnight after the begin of the period.
ItemSlot slot_of(const ItemRecord& record, UtcTime first_computed_at, UtcTime day_end);

/// What the store has of a metering point at one boundary.
struct BoundarySlot {
    bool known{false};  ///< false: neither sample nor gap; the rest says nothing
    Quality quality{Quality::good};
    bool off_boundary{false};  ///< a value, taken more than a minute before or after the boundary
    bool back_filled{false};   ///< a value that took the place of a missing one

    static BoundarySlot from_byte(std::uint8_t byte);
    [[nodiscard]] std::uint8_t byte() const;
    [[nodiscard]] bool read() const { return known && has_value(quality); }
    bool operator==(const BoundarySlot&) const = default;
};
inline constexpr std::chrono::minutes kMostOffBoundary{1};

/// What a sample says about its boundary: the worst quality among its indexes (among all its points where it
/// has none), where those that the instrument does not have count only if there is nothing else.
BoundarySlot slot_of(const Sample& sample);

/// A sample at a boundary, or a gap over some.
struct BoundaryFound {
    MeterId meter;
    UtcTime from{};  ///< of a sample its slot
    UtcTime to{};    ///< exclusive; of a sample any time until the next slot
    BoundarySlot slot;
    bool is_gap{false};
};
/// What stands at a boundary when this is found after what stood there: a sample takes the place of
/// whatever was there, a gap only where there is no value.
BoundarySlot after(const BoundarySlot& before, const BoundaryFound& found);

/// More slots a day than this have no strips: boundaries of some seconds are for trials.
inline constexpr std::int64_t kMostSlotsADay = 17'280;

/// One day of one item or metering point.
struct DayStrip {
    std::string subject;
    UtcTime day{};  ///< midnight at the site
    milliseconds each{0};
    std::vector<std::uint8_t> slots;  ///< of an item ItemSlot, of a metering point BoundarySlot; 0: nothing
    bool operator==(const DayStrip&) const = default;
};

/// Midnight at the site, at or before.
UtcTime site_midnight_before(UtcTime time, std::chrono::minutes utc_offset);

/// "measured", "interpolated" …: stable, for JSON.
std::string_view to_string(SlotState state);
std::string_view label(SlotState state);

}  // namespace mg
