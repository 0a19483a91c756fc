#include <algorithm>
#include <utility>

#include "gateway/base/check.h"
#include "gateway/buffer/row_group.h"
#include "gateway/buffer/row_group_form.h"

namespace mg {
namespace {

void put_number(std::vector<std::uint8_t>& bytes, std::uint64_t number) {
    for (int byte = 0; byte < 8; ++byte) {
        bytes.push_back(static_cast<std::uint8_t>(number >> (8U * static_cast<unsigned>(byte))));
    }
}

}  // namespace

bool RowGroupEncoder::fits(std::size_t data_size) const {
    return rows_.size() < kMostGroupRows && data_.size() + data_size <= kMostGroupBytes;
}

void RowGroupEncoder::add(const SampleRow& row, const Layout& layout) {
    MG_CHECK(fits(row.data.size()) && (rows_.empty() || row.sequence > rows_.back().sequence));
    const auto [place, added] = places_.try_emplace(row.layout, static_cast<std::uint32_t>(layouts_.size()));
    if (added) layouts_.push_back({.number = row.layout, .types = types_of(layout), .rows = {}});
    layouts_[place->second].rows.push_back(static_cast<std::uint32_t>(rows_.size()));
    rows_.push_back({.sequence = row.sequence,
                     .slot = row.slot,
                     .taken_at = row.taken_at,
                     .epoch = static_cast<std::uint32_t>(row.epoch),
                     .revision = static_cast<std::uint32_t>(row.revision),
                     .layout = place->second,
                     .data = static_cast<std::uint32_t>(data_.size())});
    data_.insert(data_.end(), row.data.begin(), row.data.end());
}

EncodedGroup RowGroupEncoder::finish() {
    EncodedGroup group{.first = rows_.front().sequence,
                       .last = rows_.back().sequence,
                       .first_slot = std::ranges::min(rows_, {}, &Row::slot).slot,
                       .last_slot = std::ranges::max(rows_, {}, &Row::slot).slot,
                       .items = static_cast<std::int64_t>(rows_.size()),
                       .head = {},
                       .body = {}};
    encode_members();
    encode_order();
    encode_heads();
    columns_.finish(frames_);
    group.head = frames_.take();

    encode_qualities();
    for (const Member& member : layouts_) encode_values(member);
    columns_.finish(frames_);
    group.body = frames_.take();

    rows_.clear();
    layouts_.clear();
    places_.clear();
    data_.clear();
    return group;
}

/// Which layouts, by their numbers in the file.
void RowGroupEncoder::encode_members() {
    bytes_.clear();
    for (const Member& member : layouts_) put_number(bytes_, static_cast<std::uint64_t>(member.number));
    frames_.add(bytes_);
}

/// The layout of each row. Lines ask their meters in the same order every time: mostly the one that followed
/// last time follows again.
void RowGroupEncoder::encode_order() {
    Succession succession{layouts_.size()};
    bytes_.assign(2 * rows_.size(), 0);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const std::uint32_t symbol = rows_[i].layout == succession.expected() ? 0 : rows_[i].layout + 1;
        bytes_[i] = static_cast<std::uint8_t>(symbol);
        bytes_[rows_.size() + i] = static_cast<std::uint8_t>(symbol >> 8U);
        succession.saw(rows_[i].layout);
    }
    frames_.add(bytes_);
}

void RowGroupEncoder::encode_heads() {
    column_.clear();
    for (const Row& row : rows_) column_.push_back(static_cast<std::uint64_t>(row.sequence));
    columns_.add(ColumnForm::number64, column_);
    const auto add = [&](const Member& member, const auto& number) {
        column_.clear();
        for (const std::uint32_t row : member.rows) column_.push_back(number(rows_[row]));
        columns_.add(ColumnForm::number64, column_);
    };
    for (const Member& member : layouts_) {
        add(member, [](const Row& row) { return static_cast<std::uint64_t>(row.slot); });
        add(member, [](const Row& row) {
            return static_cast<std::uint64_t>(row.taken_at) - static_cast<std::uint64_t>(row.slot);
        });
        add(member, [](const Row& row) { return std::uint64_t{row.epoch}; });
        add(member, [](const Row& row) { return std::uint64_t{row.revision}; });
    }
}

std::span<const std::uint8_t> RowGroupEncoder::packed(std::uint32_t row) const {
    const std::size_t end = row + 1 < rows_.size() ? rows_[row + 1].data : data_.size();
    return std::span{data_}.subspan(rows_[row].data, end - rows_[row].data);
}

/// One byte a layout: what kind of rows it has; then the qualities that are not all good, by point.
void RowGroupEncoder::encode_qualities() {
    bytes_.assign(layouts_.size(), 0);
    for (std::size_t at = 0; at < layouts_.size(); ++at) {
        const Member& member = layouts_[at];
        RowQualities kind = RowQualities::all_good;
        for (const std::uint32_t row : member.rows) kind = std::max(kind, qualities_of(packed(row)));
        bytes_[at] = static_cast<std::uint8_t>(kind);
        if (kind == RowQualities::all_good) continue;
        const std::size_t points = kind == RowQualities::each_point ? member.types.size() : 1;
        for (std::size_t point = 0; point < points; ++point) {
            for (const std::uint32_t row : member.rows) bytes_.push_back(quality_in(packed(row), point));
        }
    }
    frames_.add(bytes_);
}

void RowGroupEncoder::encode_values(const Member& member) {
    cursors_.clear();
    for (const std::uint32_t row : member.rows) {
        cursors_.push_back(rows_[row].data + static_cast<std::uint32_t>(values_begin(packed(row))));
    }
    std::vector<std::uint64_t>& column = column_;
    std::vector<std::uint64_t> second;
    for (std::size_t point = 0; point < member.types.size(); ++point) {
        const WireType type = member.types[point];
        const ValueColumns form = columns_of(type);
        const auto width = static_cast<std::uint32_t>(size_of(type));
        column.clear();
        for (std::size_t i = 0; i < member.rows.size(); ++i) {
            const auto row = packed(member.rows[i]);
            if (!has_value(static_cast<Quality>(quality_in(row, point)))) continue;
            column.push_back(number_at(std::span{data_}.subspan(cursors_[i], width)));
            cursors_[i] += width;
        }
        if (!form.second) {
            columns_.add(form.first, column);
            continue;
        }
        second.clear();
        for (std::uint64_t& bits : column) {
            second.push_back(bits & 0xFFFFFFFFU);
            bits >>= 32U;
        }
        columns_.add(form.first, column);
        columns_.add(*form.second, second);
    }
}

std::size_t RowGroupEncoder::memory() {
    return rows_.capacity() * sizeof(Row) + data_.capacity() + column_.capacity() * 8 + bytes_.capacity() +
           columns_.memory() + frames_.memory();
}

}  // namespace mg
