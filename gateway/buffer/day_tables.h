#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/base/sqlite.h"
#include "gateway/buffer/sample_rows.h"
#include "gateway/reading/ids.h"

/// The tables of a day file in each format that there ever was, and what their rows carry to prove
/// themselves.
namespace mg {

// 1 and 2: rows prove nothing. Since 3 each row carries a checksum of all its columns.
inline constexpr int kFirstFormat = 1;        // a row for each sample
inline constexpr int kFirstPackedFormat = 2;  // samples in groups (packed_file.h)
inline constexpr int kFileFormat = 3;
inline constexpr int kPackedFormat = 4;

/// How the rows of a file are to be read.
struct DayFormat {
    int number{kFileFormat};

    [[nodiscard]] bool known() const { return number >= kFirstFormat && number <= kPackedFormat; }
    [[nodiscard]] bool packed() const { return number == kFirstPackedFormat || number == kPackedFormat; }
    /// Its rows have the column `sum`; and samples have the time after their slot instead of taken_at.
    [[nodiscard]] bool proved() const { return number >= kFileFormat; }
};

/// What the header says; it need not be known(). Where it says a number that no version has, and its checksum
/// is that of a header with a present one, that is what was written. corrupt: there is no header, or its
/// columns are not those of its format.
Result<DayFormat> read_format(sqlite::Database& file);

/// The tables that files of both present formats have alike, without a row: all but `layouts`.
Result<> make_common_tables(sqlite::Database& file);
/// `layouts` as the file has it that is being written.
Result<> make_layouts_table(sqlite::Database& file);

/// The one row of `header`; texts must live as long as this. Times are columns, NULL said by `empty`.
struct HeaderRow {
    int format{0};
    std::string_view kind;
    std::string_view store;
    std::string_view day;
    Sequence first{0};
    Sequence last{0};
    std::int64_t items{0};
    bool empty{true};
    std::int64_t first_slot{0};
    std::int64_t last_slot{0};
    std::int64_t last_taken_at{0};
    std::int64_t last_epoch{0};
    bool closed{false};
};
/// With the checksum as last column; since kFileFormat.
inline constexpr std::string_view kReadHeader =
    "SELECT format, kind, store, day, first_sequence, last_sequence, items, first_slot, last_slot, "
    "last_taken_at, last_epoch, closed, sum FROM header";
inline constexpr int kHeaderSumColumn = 12;
/// What a statement of these columns stands on, as one of this format. Its texts are good until the statement
/// moves.
HeaderRow header_in(const sqlite::Statement& columns, int format);

struct GapRow {
    Sequence sequence{0};
    std::int64_t meter{0};
    std::int64_t from{0};
    std::int64_t to{0};
    std::int64_t reason{0};
    std::int64_t epoch{0};
};
struct GroupRow {
    Sequence first{0};
    Sequence last{0};
    std::int64_t items{0};
    std::int64_t first_slot{0};
    std::int64_t last_slot{0};
};

/// The column `sum`: a CRC-32 of all other columns of the row and of the table it is in, as a signed number,
/// which SQLite keeps in four bytes.
std::int64_t sum_of(const HeaderRow& row);
std::int64_t sum_of(const SampleRow& row);
std::int64_t sum_of(const GapRow& row);
/// Of the numbers beside the blobs; the blobs have checksums of their own (zstd_frames.h).
std::int64_t sum_of(const GroupRow& row);
std::int64_t sum_of_layout(std::int64_t number, std::int64_t meter, std::string_view body);
/// `last_slot`: 0 for NULL.
std::int64_t sum_of_meter(std::int64_t number, std::string_view name, std::int64_t last_slot);

}  // namespace mg
