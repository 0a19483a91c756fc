#pragma once

#include <optional>

#include "gateway/buffer/packed_groups.h"
#include "gateway/buffer/sample_rows.h"

namespace mg {

/// The rows of a packed file: those of its groups, and the few that stayed in the table `samples` because
/// they could not be packed.
class PackedRows final : public SampleRows {
public:
    /// `groups` must live as long as this.
    [[nodiscard]] static Result<PackedRows> open(sqlite::Database& file, const DayFormat& format,
                                                 PackedGroups& groups);

    Result<> begin(Sequence after, Sequence through) override;
    [[nodiscard]] std::optional<Sequence> next() const override;
    Result<SampleRow> row() override;
    [[nodiscard]] DamagedItems damaged() const override;
    Result<> step() override;
    void end() override;

private:
    PackedRows(PlainRows unpacked, PackedGroups& groups) : unpacked_{std::move(unpacked)}, groups_{&groups} {}
    [[nodiscard]] bool unpacked_is_next() const;
    Result<> enter_group_beyond(Sequence after);

    PlainRows unpacked_;
    PackedGroups* groups_;
    Sequence through_{0};
    std::optional<PackedGroups::Range> range_;  ///< the group that we are in
    std::size_t row_{0};                        ///< in the group
    Sequence sequence_{0};                      ///< of the row, or where the damage begins for this reading
    bool damaged_{false};                       ///< the group
};

}  // namespace mg
