#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/base/sqlite.h"
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
        bool operator==(const Range&) const = default;
    };

    /// `layout_of` must live as long as this.
    [[nodiscard]] static Result<PackedGroups> open(sqlite::Database& file, RowGroup::LayoutOf layout_of);

    /// Failures of these two mean that the file itself cannot be read.
    [[nodiscard]] Result<std::optional<Range>> first_beyond(Sequence after);
    [[nodiscard]] Result<std::vector<Range>> covering(std::int64_t first_slot, std::int64_t last_slot);

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

    RowGroup::LayoutOf layout_of_;
    sqlite::Statement next_;
    sqlite::Statement covering_;
    sqlite::Statement head_;
    sqlite::Statement body_;
    std::optional<Kept> kept_;
};

}  // namespace mg
