#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/buffer/column_codec.h"
#include "gateway/buffer/sample_rows.h"
#include "gateway/buffer/zstd_frames.h"
#include "gateway/reading/layout.h"

namespace mg {

// A group holds as much as keeps its columns long and its reader small: at 500 meters of 20 floats about 50
// slots. Whoever reads it holds about the same twice.
inline constexpr std::size_t kMostGroupRows = 65'535;
inline constexpr std::size_t kMostGroupBytes = std::size_t{2} << 20U;  ///< of packed readings

/// The columns of a group on disk. `head` says which samples are in it, `body` what was read.
struct EncodedGroup {
    Sequence first{0};
    Sequence last{0};
    std::int64_t first_slot{0};
    std::int64_t last_slot{0};
    std::int64_t items{0};
    std::vector<std::uint8_t> head;
    std::vector<std::uint8_t> body;
};

/// Collects rows by sequence and gives them as columns: each point of each layout is one. Pure. Holds at most
/// about 6 MiB, the compressor's memory included.
class RowGroupEncoder {
public:
    RowGroupEncoder() { data_.reserve(kMostGroupBytes); }

    /// There is room for a row of this size.
    [[nodiscard]] bool fits(std::size_t data_size) const;
    /// fits(row.data.size()); a sequence above the last one; row.data is exactly what pack() makes of the
    /// readings in it; epoch and revision are 32 bits wide.
    void add(const SampleRow& row, const Layout& layout);
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// The group; the encoder is empty again. Takes a few tenths of a second at the most.
    [[nodiscard]] EncodedGroup finish();
    [[nodiscard]] std::size_t memory();

private:
    struct Row {
        Sequence sequence;
        std::int64_t slot;
        std::int64_t taken_at;
        std::uint32_t epoch;
        std::uint32_t revision;
        std::uint32_t layout;  ///< place in layouts_
        std::uint32_t data;    ///< place in data_
    };
    struct Member {
        std::int64_t number;
        std::vector<WireType> types;
        std::vector<std::uint32_t> rows;
    };
    [[nodiscard]] std::span<const std::uint8_t> packed(std::uint32_t row) const;
    void encode_members();
    void encode_order();
    void encode_heads();
    void encode_qualities();
    void encode_values(const Member& member);

    std::vector<Row> rows_;
    std::vector<Member> layouts_;
    std::unordered_map<std::int64_t, std::uint32_t> places_;  ///< in layouts_, by number
    std::vector<std::uint8_t> data_;
    std::vector<std::uint64_t> column_;
    std::vector<std::uint32_t> cursors_;
    std::vector<std::uint8_t> bytes_;
    ColumnEncoder columns_;
    FrameWriter frames_;
};

/// A group read back: the same rows, to the bit. Damage is an error, never a crash, and nothing is allocated
/// on the word of a damaged group. Pure. Holds about 5 MiB at most.
class RowGroup {
public:
    using LayoutOf = std::function<Result<LayoutRef>(std::int64_t number)>;

    /// `items`, `first`, `last` as the file says beside the group.
    [[nodiscard]] static Result<RowGroup> open(std::span<const std::uint8_t> head, std::int64_t items,
                                               Sequence first, Sequence last);
    /// What was read; until then the rows have no data.
    [[nodiscard]] Result<> unfold(std::span<const std::uint8_t> body, const LayoutOf& layout_of);
    [[nodiscard]] bool unfolded() const { return unfolded_; }

    [[nodiscard]] std::size_t size() const { return sequences_.size(); }
    [[nodiscard]] Sequence sequence(std::size_t row) const { return static_cast<Sequence>(sequences_[row]); }
    [[nodiscard]] std::int64_t slot(std::size_t row) const { return static_cast<std::int64_t>(slots_[row]); }
    [[nodiscard]] SampleRow row(std::size_t row) const;
    /// The first row beyond `after`.
    [[nodiscard]] std::size_t first_beyond(Sequence after) const;
    /// The rows of a layout, by its number in the file; ascending.
    [[nodiscard]] std::span<const std::uint32_t> rows_of(std::int64_t layout) const;

private:
    struct Member {
        std::int64_t number{0};
        std::uint32_t begin{0};  ///< in by_layout_
        std::uint32_t end{0};
    };
    Result<> read_order(std::span<const std::uint8_t> order);
    Result<> read_heads(ColumnDecoder& columns);
    Result<> place_rows(FrameReader& frames, const std::vector<LayoutRef>& layouts);
    bool place_row(std::uint32_t row, std::span<const WireType> types,
                   std::span<const std::uint8_t> qualities);
    [[nodiscard]] std::span<const std::uint32_t> rows_of(const Member& member) const;
    Result<> fill(const Member& member, const Layout& layout, ColumnDecoder& columns);

    std::vector<std::uint64_t> sequences_;
    std::vector<std::uint64_t> slots_;
    std::vector<std::uint64_t> taken_at_;
    std::vector<std::uint32_t> epochs_;
    std::vector<std::uint32_t> revisions_;
    std::vector<std::uint32_t> layout_of_row_;
    std::vector<Member> layouts_;
    std::vector<std::uint32_t> by_layout_;
    bool unfolded_{false};
    std::vector<std::uint32_t> begins_;  ///< of each row in data_
    std::vector<std::uint32_t> ends_;    ///< also how far a row is written
    std::vector<std::uint8_t> data_;
    std::vector<std::uint64_t> column_;
};

}  // namespace mg
