#include "gateway/buffer/packed_rows.h"

#include <algorithm>

#include "gateway/base/language.h"

namespace mg {
Result<PackedRows> PackedRows::open(sqlite::Database& file, const DayFormat& format, PackedGroups& groups) {
    auto unpacked = PlainRows::open(file, format);
    if (!unpacked) return pass_on(unpacked.error());
    return PackedRows{std::move(*unpacked), groups};
}

Result<> PackedRows::begin(Sequence after, Sequence through) {
    through_ = through;
    range_.reset();
    if (after >= through) return {};
    if (auto begun = unpacked_.begin(after, through); !begun) return begun;
    return enter_group_beyond(after);
}

/// Stands before the first row beyond `after` that is in a group.
Result<> PackedRows::enter_group_beyond(Sequence after) {
    range_.reset();
    const auto range = groups_->first_beyond(after);
    if (!range || range->first > through_) return {};
    const auto group = groups_->head(*range);
    if (!group && group.error().kind != Failure::corrupt) return pass_on(group.error());
    damaged_ = !group;
    if (damaged_) {
        sequence_ = std::max(range->first, after + 1);
    } else {
        row_ = (*group)->first_beyond(after);
        sequence_ = (*group)->sequence(row_);
        if (sequence_ > through_) return {};
    }
    range_ = range;
    return {};
}

bool PackedRows::unpacked_is_next() const {
    const auto unpacked = unpacked_.next();
    return unpacked && (!range_ || *unpacked < sequence_);
}

std::optional<Sequence> PackedRows::next() const {
    if (unpacked_is_next()) return unpacked_.next();
    if (range_) return sequence_;
    return std::nullopt;
}

Result<SampleRow> PackedRows::row() {
    if (unpacked_is_next()) return unpacked_.row();
    if (damaged_) {
        return fail(Failure::corrupt, trf("the group of {0} items from {1} on is damaged",
                                          "从 {1} 开始的 {0} 条行组已损坏", range_->items, range_->first));
    }
    const auto group = groups_->whole(*range_);
    if (!group) {
        damaged_ = group.error().kind == Failure::corrupt;
        return pass_on(group.error());
    }
    return (*group)->row(row_);
}

DamagedItems PackedRows::damaged() const {
    if (unpacked_is_next()) return unpacked_.damaged();
    if (damaged_) return {.first = range_->first, .last = range_->last, .items = range_->items};
    return {.first = sequence_, .last = sequence_, .items = 1};
}

Result<> PackedRows::step() {
    if (unpacked_is_next()) return unpacked_.step();
    if (damaged_) return enter_group_beyond(range_->last);
    const auto group = groups_->head(*range_);
    if (!group) return pass_on(group.error());
    if (++row_ >= (*group)->size()) return enter_group_beyond(range_->last);
    sequence_ = (*group)->sequence(row_);
    if (sequence_ > through_) range_.reset();
    return {};
}

void PackedRows::end() {
    unpacked_.end();
    range_.reset();
}

}  // namespace mg
