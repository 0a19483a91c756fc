#pragma once

#include <optional>
#include <set>

#include "gateway/base/sqlite.h"
#include "gateway/buffer/day_file.h"

namespace mg {

/// Questions about one meter to one file. Used on the writer's connection, where it sees rows that are not
/// yet committed, and on readers'. Blocks for the disk; one thread at a time.
class SlotLookup {
public:
    [[nodiscard]] static Result<SlotLookup> open(sqlite::Database& file);

    /// The row with the highest revision.
    [[nodiscard]] Result<std::optional<LatestRow>> latest(const MeterId& meter, Slot slot);
    /// Exactly this gap is stored.
    [[nodiscard]] Result<bool> has(const Gap& gap);
    /// Adds the slots in [from, to) that have a sample of the meter or lie in one of its gaps.
    [[nodiscard]] Result<> add_covered(const MeterId& meter, Slot from, Slot to, std::set<Slot>& slots);

private:
    /// 0: the file does not know the meter.
    [[nodiscard]] Result<std::int64_t> number_of(const MeterId& meter);

    sqlite::Statement meter_;
    sqlite::Statement latest_;
    sqlite::Statement gap_;
    sqlite::Statement next_slot_;
    sqlite::Statement gaps_in_;
};

}  // namespace mg
