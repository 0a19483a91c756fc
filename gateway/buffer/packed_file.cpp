#include "gateway/buffer/packed_file.h"

#include <utility>

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
    "first_slot INTEGER NOT NULL, last_slot INTEGER NOT NULL, sum INTEGER NOT NULL, head BLOB NOT NULL, body "
    "BLOB "
    "NOT NULL)";
// The layouts of 500 meters of one model differ in the meter's name only, and would be a quarter of a packed
// file of boundary samples: each different rest is kept once. To whoever reads, `layouts` is as it was, and
// its sum proves what the parts make together.
constexpr const char* kLayouts = R"(
    CREATE TABLE layout_rests(id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE);
    CREATE TABLE layout_parts(
        id INTEGER PRIMARY KEY, meter INTEGER NOT NULL, rest INTEGER, body TEXT, sum INTEGER NOT NULL);
    CREATE INDEX layout_parts_by_meter ON layout_parts(meter);
    CREATE VIEW layouts(id, meter, body, sum) AS
        SELECT p.id, p.meter, coalesce(p.body, '{"meter":"' || m.name || '"' || r.body), p.sum
        FROM layout_parts p LEFT JOIN meters m ON m.id = p.meter LEFT JOIN layout_rests r ON r.id = p.rest;
)";
constexpr std::string_view kLayoutsOfOriginal =
    "SELECT layouts.id, layouts.meter, layouts.body, meters.name, layouts.sum FROM layouts LEFT JOIN meters "
    "ON "
    "meters.id = layouts.meter";
constexpr std::string_view kUnprovedLayouts =
    "SELECT layouts.id, layouts.meter, layouts.body, meters.name FROM layouts LEFT JOIN meters ON meters.id "
    "= "
    "layouts.meter";
constexpr std::string_view kFindRest = "SELECT id FROM layout_rests WHERE body = ?";
constexpr std::string_view kInsertRest = "INSERT INTO layout_rests(body) VALUES(?)";
constexpr std::string_view kInsertLayout =
    "INSERT INTO layout_parts(id, meter, rest, body, sum) VALUES(?, ?, iif(?3, ?4, NULL), iif(?3, NULL, ?5), "
    "?6)";
constexpr std::string_view kMeters = "SELECT id, name, last_slot, sum FROM meters";
constexpr std::string_view kUnprovedMeters = "SELECT id, name, last_slot FROM meters";
constexpr std::string_view kInsertMeter =
    "INSERT INTO meters(id, name, last_slot, sum) VALUES(?, ?, iif(?3, NULL, ?4), ?5)";
constexpr std::string_view kGaps = "SELECT seq, meter, \"from\", \"to\", reason, epoch, sum FROM gaps";
constexpr std::string_view kUnprovedGaps = "SELECT seq, meter, \"from\", \"to\", reason, epoch FROM gaps";
constexpr std::string_view kInsertGap =
    "INSERT INTO gaps(seq, meter, \"from\", \"to\", reason, epoch, sum) VALUES(?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kInsertGroup =
    "INSERT INTO groups(first_seq, last_seq, items, first_slot, last_slot, sum, head, body) VALUES(?, ?, ?, "
    "?, ?, "
    "?, ?, ?)";
constexpr std::string_view kInsertSample =
    "INSERT INTO samples(seq, slot, meter, layout, taken_after, epoch, revision, data, sum) VALUES(?, ?, ?, "
    "?, ?, ?, "
    "?, ?, ?)";

/// Two statements that lie in two files; each row of `read` is given to `copy`.
template <class Copy>
Result<> for_each_row(sqlite::Database& from, std::string_view select, sqlite::Database& to,
                      std::string_view insert, const Copy& copy) {
    auto read = from.prepare(select);
    if (!read) return pass_on(read.error());
    auto write = to.prepare(insert);
    if (!write) return pass_on(write.error());
    while (true) {
        const auto row = read->step();
        if (!row) return pass_on(row.error());
        if (!*row) return {};
        if (auto copied = copy(*read, *write); !copied) return copied;
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
        if (!row) return pass_on(row.error());
        if (*row) {
            const std::int64_t number = find.integer(0);
            find.reset();
            return number;
        }
        if (auto inserted = insert.bind(1, rest).run(); !inserted) return pass_on(inserted.error());
    }
    return fail(Failure::corrupt, "INSERT gave no row");
}

// Rows keep the sums they have: what was damaged before is damaged after. Rows that carry none get one now.

Result<> copy_layouts(sqlite::Database& from, bool proved, sqlite::Database& to) {
    auto find = to.prepare(kFindRest);
    if (!find) return pass_on(find.error());
    auto insert_rest = to.prepare(kInsertRest);
    if (!insert_rest) return pass_on(insert_rest.error());
    return for_each_row(from, proved ? kLayoutsOfOriginal : kUnprovedLayouts, to, kInsertLayout,
                        [&](const sqlite::Statement& row, sqlite::Statement& insert) -> Result<> {
                            const std::int64_t number = row.integer(0);
                            const std::int64_t meter = row.integer(1);
                            const std::string_view body = row.text(2);
                            const std::string_view rest =
                                row.is_null(3) ? std::string_view{} : rest_of(body, row.text(3));
                            insert.bind(1, number).bind(2, meter).bind(3, rest.empty() ? 0 : 1).bind(5, body);
                            insert.bind(6, proved ? row.integer(4) : sum_of_layout(number, meter, body));
                            if (!rest.empty()) {
                                const auto number_of = number_of_rest(rest, *find, *insert_rest);
                                if (!number_of) return pass_on(number_of.error());
                                insert.bind(4, *number_of);
                            }
                            return insert.run();
                        });
}

Result<> copy_meters(sqlite::Database& from, bool proved, sqlite::Database& to) {
    return for_each_row(
        from, proved ? kMeters : kUnprovedMeters, to, kInsertMeter,
        [&](const sqlite::Statement& row, sqlite::Statement& insert) {
            const std::int64_t number = row.integer(0);
            const std::string_view name = row.text(1);
            const std::int64_t slot = row.integer(2);
            insert.bind(1, number).bind(2, name).bind(3, row.is_null(2) ? 1 : 0).bind(4, slot);
            insert.bind(5, proved ? row.integer(3) : sum_of_meter(number, name, slot));
            return insert.run();
        });
}

Result<> copy_gaps(sqlite::Database& from, bool proved, sqlite::Database& to) {
    return for_each_row(from, proved ? kGaps : kUnprovedGaps, to, kInsertGap,
                        [&](const sqlite::Statement& row, sqlite::Statement& insert) {
                            const GapRow gap{row.integer(0), row.integer(1), row.integer(2),
                                             row.integer(3), row.integer(4), row.integer(5)};
                            insert.bind(1, gap.sequence).bind(2, gap.meter).bind(3, gap.from).bind(4, gap.to);
                            insert.bind(5, gap.reason).bind(6, gap.epoch);
                            insert.bind(7, proved ? row.integer(6) : sum_of(gap));
                            return insert.run();
                        });
}

Result<> copy_small_tables(sqlite::Database& from, const FileName& name, sqlite::Database& to) {
    auto found = inspect(from, name);
    if (!found) return pass_on(found.error());
    const bool proved = !found->summary.earlier;
    FileSummary summary = found->summary;
    summary.packed = true;
    summary.earlier = false;
    auto copied = write_header_row(to, name, found->store_id, summary);
    if (copied) copied = copy_meters(from, proved, to);
    if (copied) copied = copy_layouts(from, proved, to);
    if (copied) copied = copy_gaps(from, proved, to);
    return copied;
}

}  // namespace

Result<PackedFile> PackedFile::create(const std::filesystem::path& path, const FileName& name,
                                      sqlite::Database& original) {
    PackedFile packed;
    auto file = sqlite::Database::open(path, sqlite::Access::create);
    if (!file) return pass_on(file.error());
    packed.file_ = std::move(*file);
    auto made = packed.file_.execute(kSettings);
    if (made) made = make_common_tables(packed.file_);
    if (made) made = packed.file_.execute(kLayouts);
    if (made) made = packed.file_.execute(kGroups);
    if (made) made = copy_small_tables(original, name, packed.file_);
    if (!made) return pass_on(made.error());
    for (const auto& [statement, sql] :
         {std::pair{&packed.insert_group_, kInsertGroup}, std::pair{&packed.insert_sample_, kInsertSample}}) {
        auto prepared = packed.file_.prepare(sql);
        if (!prepared) return pass_on(prepared.error());
        *statement = std::move(*prepared);
    }
    return packed;
}

Result<> PackedFile::add(const EncodedGroup& group) {
    const GroupRow row{group.first, group.last, group.items, group.first_slot, group.last_slot};
    insert_group_.bind(1, row.first).bind(2, row.last).bind(3, row.items);
    insert_group_.bind(4, row.first_slot).bind(5, row.last_slot).bind(6, sum_of(row));
    insert_group_.bind(7, std::span<const std::uint8_t>{group.head});
    insert_group_.bind(8, std::span<const std::uint8_t>{group.body});
    return insert_group_.run();
}

Result<> PackedFile::add_unpacked(const SampleRow& row, std::int64_t sum) {
    insert_sample_.bind(1, row.sequence).bind(2, row.slot).bind(3, row.meter).bind(4, row.layout);
    insert_sample_.bind(5, row.taken_at - row.slot)
        .bind(6, row.epoch)
        .bind(7, row.revision)
        .bind(8, row.data);
    return insert_sample_.bind(9, sum).run();
}

Result<> PackedFile::finish() {
    return file_.execute("COMMIT");
}

}  // namespace mg
