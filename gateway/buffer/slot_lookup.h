#pragma once

#include <optional>
#include <set>
#include <vector>

#include "gateway/base/sqlite.h"
#include "gateway/buffer/day_file.h"
#include "gateway/buffer/packed_groups.h"

namespace mg {

/// Questions about one meter to one file. Used on the writer's connection, where it sees rows that are not
/// yet committed, and on readers'. Blocks for the disk; one thread at a time.
class SlotLookup {
public:
    /// `groups` of a packed file; they must live as long as this.
    [[nodiscard]] static Result<SlotLookup> open(sqlite::Database& file, const DayFormat& format,
                                                 PackedGroups* groups = nullptr);

    /// The row with the highest revision. One that is damaged has no readings and the lowest epoch: whatever
    /// comes for its slot is better.
    [[nodiscard]] Result<std::optional<LatestRow>> latest(const MeterId& meter, Slot slot);
    /// Exactly this gap is stored.
    [[nodiscard]] Result<bool> has(const Gap& gap);
    /// Adds the slots in [from, to) that have a sample of the meter or lie in one of its gaps.
    [[nodiscard]] Result<> add_covered(const MeterId& meter, Slot from, Slot to, std::set<Slot>& slots);

private:
    /// 0: the file does not know the meter.
    [[nodiscard]] Result<std::int64_t> number_of(const MeterId& meter);
    [[nodiscard]] Result<std::vector<std::int64_t>> layouts_of(std::int64_t meter);
    /// Calls see(group, row number) for the rows of the meter in [from, to] that are in groups. A group that
    /// is damaged has no rows.
    template <class See>
    [[nodiscard]] Result<> look_in_groups(std::int64_t meter, Slot from, Slot to, const See& see);
    [[nodiscard]] Result<> latest_in_groups(std::int64_t meter, Slot slot, std::optional<LatestRow>& latest);

    bool proved_{true};
    PackedGroups* groups_{nullptr};
    sqlite::Statement meter_;
    sqlite::Statement layouts_;
    sqlite::Statement latest_;
    sqlite::Statement gap_;
    sqlite::Statement next_slot_;
    sqlite::Statement gaps_in_;
};

}  // namespace mg
