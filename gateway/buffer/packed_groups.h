#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/base/sqlite.h"
#include "gateway/buffer/day_tables.h"
#include "gateway/buffer/row_group.h"

namespace mg {

/// The groups of a packed file. Keeps the last one it read, because whoever wants one row of it mostly wants
/// the next as well. One thread at a time; blocks for the disk.
class PackedGroups {
public:
    struct Range {
        Sequence first{0};
        Sequence last{0};
        std::int64_t items{0};
        std::int64_t first_slot{0};
        std::int64_t last_slot{0};
        /// The numbers are what was written. Otherwise nothing of the group can be read, and first and last
        /// are what its neighbours leave.
        bool sound{true};
        bool operator==(const Range&) const = default;
    };

    /// `layout_of` must live as long as this. Reads the numbers of all groups, a few hundred at the most, and
    /// keeps them: were one looked for by a number that is damaged, it would be passed over in silence.
    [[nodiscard]] static Result<PackedGroups> open(sqlite::Database& file, const DayFormat& format,
                                                   RowGroup::LayoutOf layout_of);

    [[nodiscard]] std::optional<Range> first_beyond(Sequence after) const;
    [[nodiscard]] std::vector<Range> covering(std::int64_t first_slot, std::int64_t last_slot) const;

    /// The group, with or without what was read; good until the next call. corrupt: this group is damaged,
    /// others may be whole.
    [[nodiscard]] Result<const RowGroup*> head(const Range& range);
    [[nodiscard]] Result<const RowGroup*> whole(const Range& range);
    /// Lets go of the memory.
    void forget() { kept_.reset(); }
    [[nodiscard]] bool keeps_one() const { return kept_.has_value(); }

private:
    struct Kept {
        Range range;
        RowGroup group;
    };

    Result<> read_ranges(sqlite::Database& file, const DayFormat& format);

    RowGroup::LayoutOf layout_of_;
    std::vector<Range> ranges_;  ///< by sequence
    sqlite::Statement head_;
    sqlite::Statement body_;
    std::optional<Kept> kept_;
};

}  // namespace mg
