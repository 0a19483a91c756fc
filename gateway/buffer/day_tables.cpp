#include "gateway/buffer/day_tables.h"

#include "gateway/base/checksum.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

// The order (slot, meter, revision) is what keeps a flash card alive: rows arrive slot by slot, so the index
// grows at its right edge. With the meter first, every commit touches one page a meter: 333 bytes written per
// reading instead of 21.
constexpr const char* kSchema = R"(
    CREATE TABLE header(
        format INTEGER NOT NULL, kind TEXT NOT NULL, store TEXT NOT NULL, day TEXT NOT NULL,
        first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL, items INTEGER NOT NULL,
        first_slot INTEGER, last_slot INTEGER, last_taken_at INTEGER NOT NULL, last_epoch INTEGER NOT NULL,
        closed INTEGER NOT NULL, sum INTEGER NOT NULL);
    CREATE TABLE meters(
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last_slot INTEGER, sum INTEGER NOT NULL);
    CREATE TABLE samples(
        seq INTEGER PRIMARY KEY, slot INTEGER NOT NULL, meter INTEGER NOT NULL, layout INTEGER NOT NULL,
        taken_after INTEGER NOT NULL, epoch INTEGER NOT NULL, revision INTEGER NOT NULL, sum INTEGER NOT NULL,
        data BLOB NOT NULL);
    CREATE UNIQUE INDEX samples_by_slot ON samples(slot, meter, revision);
    CREATE TABLE gaps(
        seq INTEGER PRIMARY KEY, meter INTEGER NOT NULL, "from" INTEGER NOT NULL, "to" INTEGER NOT NULL,
        reason INTEGER NOT NULL, epoch INTEGER NOT NULL, sum INTEGER NOT NULL);
    CREATE INDEX gaps_by_meter ON gaps(meter, "from");
)";
constexpr const char* kLayouts = R"(
    CREATE TABLE layouts(
        id INTEGER PRIMARY KEY, meter INTEGER NOT NULL, body TEXT NOT NULL, sum INTEGER NOT NULL);
    CREATE INDEX layouts_by_meter ON layouts(meter);
)";

constexpr std::int64_t kSumCounts = 1000;
constexpr std::string_view kHeaderColumns =
    "SELECT count(*) + 1000 * count(CASE WHEN name = 'sum' THEN 1 END) FROM pragma_table_info('header')";
// Whatever a later format changes, its header keeps this column: by it the file says whose turn it is.
constexpr std::string_view kReadFormat = "SELECT format FROM header";

// Which table a row is of: a page that turns up in another table proves nothing there. On disk: never
// renumber.
enum class Table : std::uint8_t { header = 1, meters = 2, layouts = 3, samples = 4, gaps = 5, groups = 6 };

std::int64_t tag(Table table) {
    return static_cast<std::int64_t>(table);
}

std::int64_t stored_sum(const Crc32& sum) {
    return static_cast<std::int32_t>(sum.value());
}

std::int64_t size_of(std::string_view text) {
    return static_cast<std::int64_t>(text.size());
}

/// One wrong bit in the number must not stop the gateway as files of a later version do. A later version
/// proves its own number: its header passes here once in two thousand million.
Result<DayFormat> proved_by_header(sqlite::Database& file, DayFormat said) {
    auto columns = file.prepare(kReadHeader);
    if (!columns) return said;  // a later version may have other columns
    const auto read = columns->step();
    if (!read) return tl::unexpected<Error>(read.error());
    if (!*read) return said;
    for (const int format : {kFileFormat, kPackedFormat}) {
        if (sum_of(header_in(*columns, format)) == columns->integer(kHeaderSumColumn))
            return DayFormat{format};
    }
    return said;
}

}  // namespace

HeaderRow header_in(const sqlite::Statement& columns, int format) {
    return {.format = format,
            .kind = columns.text(1),
            .store = columns.text(2),
            .day = columns.text(3),
            .first = columns.integer(4),
            .last = columns.integer(5),
            .items = columns.integer(6),
            .empty = columns.is_null(7),
            .first_slot = columns.integer(7),
            .last_slot = columns.integer(8),
            .last_taken_at = columns.integer(9),
            .last_epoch = columns.integer(10),
            .closed = columns.integer(11) != 0};
}

Result<DayFormat> read_format(sqlite::Database& file) {
    const auto columns = file.integer(kHeaderColumns);
    if (!columns) return tl::unexpected<Error>(columns.error());
    const auto damaged = [] { return fail(Failure::corrupt, std::string(tr("no header", "没有文件头"))); };
    if (*columns == 0) return damaged();
    const auto number = file.integer(kReadFormat);
    if (!number) return tl::unexpected<Error>(number.error());
    const bool proved = *columns >= kSumCounts;
    auto format = Result<DayFormat>{DayFormat{static_cast<int>(*number)}};
    if (!format->known() && proved) format = proved_by_header(file, *format);
    // No version gives up the checksum again.
    if (format && (format->number < kFirstFormat || format->proved() != proved)) return damaged();
    return format;
}

Result<> make_common_tables(sqlite::Database& file) {
    return file.execute(kSchema);
}

Result<> make_layouts_table(sqlite::Database& file) {
    return file.execute(kLayouts);
}

std::int64_t sum_of(const HeaderRow& row) {
    Crc32 sum;
    sum.add({tag(Table::header), row.format, size_of(row.kind), size_of(row.store), size_of(row.day)});
    sum.add(row.kind).add(row.store).add(row.day);
    sum.add({row.first, row.last, row.items, row.empty ? 1 : 0, row.first_slot, row.last_slot,
             row.last_taken_at, row.last_epoch, row.closed ? 1 : 0});
    return stored_sum(sum);
}

std::int64_t sum_of(const SampleRow& row) {
    Crc32 sum;
    sum.add({tag(Table::samples), row.sequence, row.slot, row.meter, row.layout, row.taken_at, row.epoch,
             row.revision});
    return stored_sum(sum.add(row.data));
}

std::int64_t sum_of(const GapRow& row) {
    Crc32 sum;
    return stored_sum(
        sum.add({tag(Table::gaps), row.sequence, row.meter, row.from, row.to, row.reason, row.epoch}));
}

std::int64_t sum_of(const GroupRow& row) {
    Crc32 sum;
    return stored_sum(
        sum.add({tag(Table::groups), row.first, row.last, row.items, row.first_slot, row.last_slot}));
}

std::int64_t sum_of_layout(std::int64_t number, std::int64_t meter, std::string_view body) {
    Crc32 sum;
    return stored_sum(sum.add({tag(Table::layouts), number, meter}).add(body));
}

std::int64_t sum_of_meter(std::int64_t number, std::string_view name, std::int64_t last_slot) {
    Crc32 sum;
    return stored_sum(sum.add({tag(Table::meters), number, last_slot}).add(name));
}

}  // namespace mg
