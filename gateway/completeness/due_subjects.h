#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/accounting/day_strip.h"
#include "gateway/completeness/slot_tally.h"

/// What is asked of whom. Pure.
namespace mg {

/// A metering point that is read, or an item.
struct DueSubject {
    StripKind kind{StripKind::meter};
    std::string id;
    std::string name;
    bool is_sent{true};                        ///< an item that goes somewhere; a metering point always
    std::vector<const ItemOptions*> versions;  ///< of an item, by time
    milliseconds each{};                       ///< of a metering point
    std::vector<SlotSpan> excused;             ///< production stops, out of service

    /// That of an item which is valid then; nullptr: none is.
    [[nodiscard]] const ItemOptions* version_at(UtcTime time) const;
    /// From one slot to the next on that day; none: none is due.
    [[nodiscard]] std::optional<milliseconds> slots_on(UtcTime day) const;
    /// An item without slots: due by the day, or only by the month; none: it is not.
    [[nodiscard]] std::optional<StatType> recorded_by(UtcTime time) const;
};

/// Metering points that are on a line and not disused, and items of the table, in its order. `options`
/// outlives them.
std::vector<DueSubject> due_subjects(const Options& options, const std::vector<DatedRecord>& records);

}  // namespace mg
