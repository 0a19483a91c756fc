#include "gateway/buffer/packed_file.h"

#include <array>

#include "gateway/buffer/day_file.h"

namespace mg {
namespace {

// Nobody sees the file before it is whole, so it needs no journal; COMMIT still waits for the disk. Small
// pages: a dozen tables and indexes with a few rows each would take 56 KiB otherwise, every day for 26
// months.
constexpr const char* kSettings =
    "PRAGMA page_size = 1024; PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL; PRAGMA locking_mode = "
    "EXCLUSIVE; PRAGMA "
    "cache_size = -512; PRAGMA temp_store = MEMORY; BEGIN IMMEDIATE;";
constexpr const char* kGroups =
    "CREATE TABLE groups(first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, items INTEGER NOT NULL, "
    "first_slot INTEGER NOT NULL, last_slot INTEGER NOT NULL, head BLOB NOT NULL, body BLOB NOT NULL)";
// The layouts of 500 meters of one model differ in the meter's name only, and would be a quarter of a packed
// file of boundary samples: each different rest is kept once. To whoever reads, `layouts` is as it was.
constexpr const char* kLayouts = R"(
    CREATE TABLE layout_rests(id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE);
    CREATE TABLE layout_parts(id INTEGER PRIMARY KEY, meter INTEGER NOT NULL, rest INTEGER, body TEXT);
    CREATE INDEX layout_parts_by_meter ON layout_parts(meter);
    CREATE VIEW layouts(id, meter, body) AS
        SELECT p.id, p.meter, coalesce(p.body, '{"meter":"' || m.name || '"' || r.body)
        FROM layout_parts p LEFT JOIN meters m ON m.id = p.meter LEFT JOIN layout_rests r ON r.id = p.rest;
)";
constexpr std::string_view kFindRest = "SELECT id FROM layout_rests WHERE body = ?";
constexpr std::string_view kInsertRest = "INSERT INTO layout_rests(body) VALUES(?)";
constexpr std::string_view kInsertLayout =
    "INSERT INTO layout_parts(id, meter, rest, body) VALUES(?, ?, iif(?3, ?4, NULL), iif(?3, NULL, ?5))";
constexpr std::string_view kInsertGroup =
    "INSERT INTO groups(first_seq, last_seq, items, first_slot, last_slot, head, body) VALUES(?, ?, ?, ?, ?, "
    "?, ?)";
constexpr std::string_view kInsertSample =
    "INSERT INTO samples(seq, slot, meter, layout, taken_at, epoch, revision, data) VALUES(?, ?, ?, ?, ?, ?, "
    "?, ?)";

enum class Kind : std::uint8_t { integer, text };
struct Column {
    Kind kind{Kind::integer};
    bool may_be_null{false};
};
constexpr Column kInteger{Kind::integer, false};
constexpr Column kIntegerOrNull{Kind::integer, true};
constexpr Column kText{Kind::text, false};

/// Copies rows of small tables from `select` to `insert`, whose parameters are the columns in order. A column
/// that may be NULL takes two: whether it is not, and the value.
Result<> copy(sqlite::Database& from, std::string_view select, sqlite::Database& to, std::string_view insert,
              std::span<const Column> columns) {
    auto read = from.prepare(select);
    if (!read) return tl::unexpected<Error>(read.error());
    auto write = to.prepare(insert);
    if (!write) return tl::unexpected<Error>(write.error());
    while (true) {
        const auto row = read->step();
        if (!row) return tl::unexpected<Error>(row.error());
        if (!*row) return {};
        int parameter = 0;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const int column = static_cast<int>(i);
            if (columns[i].may_be_null) write->bind(++parameter, read->is_null(column) ? 0 : 1);
            if (columns[i].kind == Kind::text) {
                write->bind(++parameter, read->text(column));
            } else {
                write->bind(++parameter, read->integer(column));
            }
        }
        if (auto written = write->run(); !written) return written;
    }
}

/// What follows the meter's name in the text of a layout; empty when it does not begin as it should.
std::string_view rest_of(std::string_view body, std::string_view meter) {
    constexpr std::string_view kBegin = R"({"meter":")";
    if (!body.starts_with(kBegin)) return {};
    const std::string_view from_name = body.substr(kBegin.size());
    if (!from_name.starts_with(meter) || !from_name.substr(meter.size()).starts_with('"')) return {};
    return from_name.substr(meter.size() + 1);
}

Result<std::int64_t> number_of_rest(std::string_view rest, sqlite::Statement& find,
                                    sqlite::Statement& insert) {
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto row = find.bind(1, rest).step();
        if (!row) return tl::unexpected<Error>(row.error());
        if (*row) {
            const std::int64_t number = find.integer(0);
            find.reset();
            return number;
        }
        if (auto inserted = insert.bind(1, rest).run(); !inserted)
            return tl::unexpected<Error>(inserted.error());
    }
    return fail(Failure::corrupt, "INSERT gave no row");
}

Result<> copy_layouts(sqlite::Database& from, sqlite::Database& to) {
    auto read = from.prepare(
        "SELECT layouts.id, layouts.meter, layouts.body, meters.name FROM layouts LEFT JOIN meters ON "
        "meters.id = "
        "layouts.meter");
    auto find = to.prepare(kFindRest);
    auto insert_rest = to.prepare(kInsertRest);
    auto insert = to.prepare(kInsertLayout);
    for (const auto* each : {&read, &find, &insert_rest, &insert}) {
        if (!*each) return tl::unexpected<Error>(each->error());
    }
    while (true) {
        const auto row = read->step();
        if (!row) return tl::unexpected<Error>(row.error());
        if (!*row) return {};
        const std::string_view body = read->text(2);
        const std::string_view rest = read->is_null(3) ? std::string_view{} : rest_of(body, read->text(3));
        insert->bind(1, read->integer(0))
            .bind(2, read->integer(1))
            .bind(3, rest.empty() ? 0 : 1)
            .bind(5, body);
        if (!rest.empty()) {
            const auto number = number_of_rest(rest, *find, *insert_rest);
            if (!number) return tl::unexpected<Error>(number.error());
            insert->bind(4, *number);
        }
        if (auto written = insert->run(); !written) return written;
    }
}

Result<> copy_small_tables(sqlite::Database& from, sqlite::Database& to) {
    // `format` is the one column of the header that changes.
    constexpr std::array kHeader{kText,          kText,          kText,    kInteger, kInteger, kInteger,
                                 kIntegerOrNull, kIntegerOrNull, kInteger, kInteger, kInteger};
    constexpr std::array kMeter{kInteger, kText, kIntegerOrNull};
    constexpr std::array kGap{kInteger, kInteger, kInteger, kInteger, kInteger, kInteger};
    auto copied =
        copy(from,
             "SELECT kind, store, day, first_sequence, last_sequence, items, first_slot, last_slot, "
             "last_taken_at, "
             "last_epoch, closed FROM header",
             to,
             "INSERT INTO header(format, kind, store, day, first_sequence, last_sequence, items, first_slot, "
             "last_slot, last_taken_at, last_epoch, closed) VALUES(2, ?, ?, ?, ?, ?, ?, iif(?, ?, NULL), "
             "iif(?, ?, "
             "NULL), ?, ?, ?)",
             kHeader);
    if (copied) {
        copied = copy(from, "SELECT id, name, last_slot FROM meters", to,
                      "INSERT INTO meters(id, name, last_slot) VALUES(?, ?, iif(?, ?, NULL))", kMeter);
    }
    if (copied) copied = copy_layouts(from, to);
    if (copied) {
        copied = copy(
            from, "SELECT seq, meter, \"from\", \"to\", reason, epoch FROM gaps", to,
            "INSERT INTO gaps(seq, meter, \"from\", \"to\", reason, epoch) VALUES(?, ?, ?, ?, ?, ?)", kGap);
    }
    return copied;
}

}  // namespace

Result<PackedFile> PackedFile::create(const std::filesystem::path& path, sqlite::Database& original) {
    PackedFile packed;
    auto file = sqlite::Database::open(path, sqlite::Access::create);
    if (!file) return tl::unexpected<Error>(file.error());
    packed.file_ = std::move(*file);
    auto made = packed.file_.execute(kSettings);
    if (made) made = make_common_tables(packed.file_);
    if (made) made = packed.file_.execute(kLayouts);
    if (made) made = packed.file_.execute(kGroups);
    if (made) made = copy_small_tables(original, packed.file_);
    if (!made) return tl::unexpected<Error>(made.error());
    for (const auto& [statement, sql] :
         {std::pair{&packed.insert_group_, kInsertGroup}, std::pair{&packed.insert_sample_, kInsertSample}}) {
        auto prepared = packed.file_.prepare(sql);
        if (!prepared) return tl::unexpected<Error>(prepared.error());
        *statement = std::move(*prepared);
    }
    return packed;
}

Result<> PackedFile::add(const EncodedGroup& group) {
    insert_group_.bind(1, group.first).bind(2, group.last).bind(3, group.items);
    insert_group_.bind(4, group.first_slot).bind(5, group.last_slot);
    insert_group_.bind(6, std::span<const std::uint8_t>{group.head});
    insert_group_.bind(7, std::span<const std::uint8_t>{group.body});
    return insert_group_.run();
}

Result<> PackedFile::add_unpacked(const SampleRow& row, std::int64_t meter) {
    insert_sample_.bind(1, row.sequence).bind(2, row.slot).bind(3, meter).bind(4, row.layout);
    insert_sample_.bind(5, row.taken_at).bind(6, row.epoch).bind(7, row.revision).bind(8, row.data);
    return insert_sample_.run();
}

Result<> PackedFile::finish() {
    return file_.execute("COMMIT");
}

}  // namespace mg
