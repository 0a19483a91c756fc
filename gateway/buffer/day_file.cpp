#include "gateway/buffer/day_file.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

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
        closed INTEGER NOT NULL);
    CREATE TABLE meters(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last_slot INTEGER);
    CREATE TABLE samples(
        seq INTEGER PRIMARY KEY, slot INTEGER NOT NULL, meter INTEGER NOT NULL, layout INTEGER NOT NULL,
        taken_at INTEGER NOT NULL, epoch INTEGER NOT NULL, revision INTEGER NOT NULL, data BLOB NOT NULL);
    CREATE UNIQUE INDEX samples_by_slot ON samples(slot, meter, revision);
    CREATE TABLE gaps(
        seq INTEGER PRIMARY KEY, meter INTEGER NOT NULL, "from" INTEGER NOT NULL, "to" INTEGER NOT NULL,
        reason INTEGER NOT NULL, epoch INTEGER NOT NULL);
    CREATE INDEX gaps_by_meter ON gaps(meter, "from");
)";
constexpr const char* kLayouts = R"(
    CREATE TABLE layouts(id INTEGER PRIMARY KEY, meter INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE INDEX layouts_by_meter ON layouts(meter);
)";

constexpr std::string_view kInsertHeader =
    "INSERT INTO header(format, kind, store, day, first_sequence, last_sequence, items, last_taken_at, "
    "last_epoch, closed) "
    "VALUES(?, ?, ?, ?, 0, 0, 0, 0, 0, 0)";
constexpr std::string_view kHeaderTables = "SELECT count(*) FROM sqlite_master WHERE name = 'header'";
// Whatever a later format changes, its header keeps this column: by it the file says whose turn it is.
constexpr std::string_view kReadFormat = "SELECT format FROM header";
constexpr std::string_view kReadHeader =
    "SELECT format, kind, store, first_sequence, last_sequence, items, first_slot, last_slot, last_taken_at, "
    "last_epoch, "
    "closed FROM header";
constexpr std::string_view kNewSamples =
    "SELECT min(seq), max(seq), count(*), min(slot), max(slot), max(taken_at), max(epoch) FROM samples WHERE "
    "seq > ?";
constexpr std::string_view kNewGaps =
    "SELECT min(seq), max(seq), count(*), min(\"from\"), max(\"to\") - 1, 0, max(epoch) FROM gaps WHERE seq "
    "> ?";
constexpr std::string_view kSavedSlots = "SELECT name, last_slot FROM meters WHERE last_slot IS NOT NULL";
constexpr std::string_view kNewSampleSlots =
    "SELECT meters.name, max(samples.slot) FROM samples JOIN meters ON meters.id = samples.meter "
    "WHERE samples.seq > ? GROUP BY samples.meter";
constexpr std::string_view kNewGapSlots =
    "SELECT meters.name, max(gaps.\"to\") - 1 FROM gaps JOIN meters ON meters.id = gaps.meter "
    "WHERE gaps.seq > ? GROUP BY gaps.meter";

std::string day_text(std::chrono::local_days day) {
    const std::chrono::year_month_day date{day};
    return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::optional<int> number_in(std::string_view digits) {
    int number = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

tl::unexpected<Error> not_ours(const FileName& name) {
    return fail(Failure::corrupt,
                trf("{}: not a sample file of this format", "{}：不是本格式的采样文件", name.text()));
}

Result<FileSummary> read_header(sqlite::Database& file, const FileName& name, std::string& store_id) {
    const auto tables = file.integer(kHeaderTables);
    if (!tables) return tl::unexpected<Error>(tables.error());
    if (*tables == 0) return not_ours(name);
    const auto format = file.integer(kReadFormat);
    if (!format) return tl::unexpected<Error>(format.error());
    if (*format > kPackedFormat) {
        return fail(Failure::invalid_config,
                    trf("{0}: written by a later version (format {1}; this one knows up to {2})",
                        "{0}：由更新的版本写入（格式 {1}，本版本最高支持 {2}）", name.text(), *format,
                        kPackedFormat));
    }
    auto header = file.prepare(kReadHeader);
    if (!header) return tl::unexpected<Error>(header.error());
    const auto row = header->step();
    if (!row) return tl::unexpected<Error>(row.error());
    const bool closed = *row && header->integer(10) != 0;
    const bool packed = *format == kPackedFormat && closed;
    if (!*row || (*format != kFileFormat && !packed) || header->text(1) != to_string(name.kind))
        return not_ours(name);
    store_id = header->text(2);
    FileSummary summary{.first = header->integer(3),
                        .last = header->integer(4),
                        .items = header->integer(5),
                        .last_taken_at = time_from(header->integer(8)),
                        .last_epoch = static_cast<ClockEpoch>(header->integer(9)),
                        .closed = closed,
                        .packed = packed};
    if (!header->is_null(6)) summary.first_slot.at = time_from(header->integer(6));
    if (!header->is_null(7)) summary.last_slot.at = time_from(header->integer(7));
    return summary;
}

Result<> add_new_rows(sqlite::Database& file, std::string_view sql, Sequence after, FileSummary& summary) {
    auto rows = file.prepare(sql);
    if (!rows) return tl::unexpected<Error>(rows.error());
    const auto row = rows->bind(1, after).step();
    if (!row) return tl::unexpected<Error>(row.error());
    const std::int64_t count = rows->integer(2);
    if (count == 0) return {};
    summary.first = summary.first == 0 ? rows->integer(0) : std::min(summary.first, rows->integer(0));
    summary.last = std::max(summary.last, rows->integer(1));
    summary.items += count;
    summary.first_slot = std::min(summary.first_slot, Slot{time_from(rows->integer(3))});
    summary.last_slot = std::max(summary.last_slot, Slot{time_from(rows->integer(4))});
    summary.last_taken_at = std::max(summary.last_taken_at, time_from(rows->integer(5)));
    summary.last_epoch = std::max(summary.last_epoch, static_cast<ClockEpoch>(rows->integer(6)));
    return {};
}

void raise_to(LastSlots& slots, const MeterId& meter, Slot slot) {
    auto [known, added] = slots.try_emplace(meter, slot);
    if (!added) known->second = std::max(known->second, slot);
}

Result<> read_slots(sqlite::Database& file, std::string_view sql, std::optional<Sequence> after,
                    LastSlots& slots) {
    auto rows = file.prepare(sql);
    if (!rows) return tl::unexpected<Error>(rows.error());
    if (after) rows->bind(1, *after);
    while (true) {
        const auto row = rows->step();
        if (!row) return tl::unexpected<Error>(row.error());
        if (!*row) return {};
        raise_to(slots, MeterId{std::string(rows->text(0))}, Slot{time_from(rows->integer(1))});
    }
}

}  // namespace

std::string_view to_string(FileKind kind) {
    switch (kind) {
        case FileKind::boundary:
            return "boundary";
        case FileKind::other:
            return "other";
    }
    return {};
}

std::string FileName::text() const {
    return fmt::format("{}-{}-{:04}.db", to_string(kind), day_text(day), number);
}

std::optional<FileName> FileName::from(std::string_view text) {
    for (const FileKind kind : {FileKind::boundary, FileKind::other}) {
        const std::string_view word = to_string(kind);
        if (!text.starts_with(word)) continue;
        std::string_view rest = text.substr(word.size());  // -YYYYMMDD-NNNN.db
        if (rest.size() < 17 || rest[0] != '-' || rest[9] != '-' || !rest.ends_with(".db"))
            return std::nullopt;
        const auto year = number_in(rest.substr(1, 4));
        const auto month = number_in(rest.substr(5, 2));
        const auto day = number_in(rest.substr(7, 2));
        const auto number = number_in(rest.substr(10, rest.size() - 13));
        if (!year || !month || !day || !number || *month < 1 || *day < 1) return std::nullopt;
        const std::chrono::year_month_day date{std::chrono::year{*year},
                                               std::chrono::month{static_cast<unsigned>(*month)},
                                               std::chrono::day{static_cast<unsigned>(*day)}};
        if (!date.ok()) return std::nullopt;
        const FileName name{kind, std::chrono::local_days{date}, *number};
        if (name.text() != text) return std::nullopt;
        return name;
    }
    return std::nullopt;
}

std::chrono::local_days local_day(UtcTime time, std::chrono::minutes utc_offset) {
    return std::chrono::local_days{
        std::chrono::floor<std::chrono::days>(time.time_since_epoch() + utc_offset)};
}

void FileSummary::add(Sequence sequence, Slot from, Slot to, UtcTime taken_at, ClockEpoch epoch) {
    if (first == 0) first = sequence;
    last = sequence;
    ++items;
    first_slot = std::min(first_slot, from);
    last_slot = std::max(last_slot, to);
    last_taken_at = std::max(last_taken_at, taken_at);
    last_epoch = std::max(last_epoch, epoch);
}

Result<> make_common_tables(sqlite::Database& file) {
    return file.execute(kSchema);
}

Result<> make_tables(sqlite::Database& file, const FileName& name, const std::string& store_id) {
    if (auto made = make_common_tables(file); !made) return made;
    if (auto made = file.execute(kLayouts); !made) return made;
    auto header = file.prepare(kInsertHeader);
    if (!header) return tl::unexpected<Error>(header.error());
    const std::string day = day_text(name.day);
    header->bind(1, kFileFormat).bind(2, to_string(name.kind)).bind(3, store_id).bind(4, day);
    return header->run();
}

Result<Inspected> inspect(sqlite::Database& file, const FileName& name) {
    Inspected found;
    auto summary = read_header(file, name, found.store_id);
    if (!summary) return tl::unexpected<Error>(summary.error());
    found.summary = *summary;
    const Sequence known = summary->last;
    if (auto read = read_slots(file, kSavedSlots, std::nullopt, found.last_slots); !read) {
        return tl::unexpected<Error>(read.error());
    }
    if (summary->closed) return found;
    for (const auto sql : {kNewSamples, kNewGaps}) {
        if (auto read = add_new_rows(file, sql, known, found.summary); !read)
            return tl::unexpected<Error>(read.error());
    }
    for (const auto sql : {kNewSampleSlots, kNewGapSlots}) {
        if (auto read = read_slots(file, sql, known, found.unsaved_last_slots); !read) {
            return tl::unexpected<Error>(read.error());
        }
    }
    for (const auto& [meter, slot] : found.unsaved_last_slots) raise_to(found.last_slots, meter, slot);
    return found;
}

Result<Inspected> inspect_at_start(const std::filesystem::path& path, const FileName& name) {
    std::filesystem::path log = path;
    log += "-wal";
    std::error_code ignored;
    const auto log_size = std::filesystem::file_size(log, ignored);
    const bool has_log = !ignored && log_size > 0;
    auto file = sqlite::Database::open(path, has_log ? sqlite::Access::write : sqlite::Access::immutable);
    if (!file) return tl::unexpected<Error>(file.error());
    // Exclusive mode keeps the index of the log in memory: no -shm file, which a full disk would refuse.
    if (has_log) {
        if (auto set = file->execute("PRAGMA locking_mode = EXCLUSIVE"); !set)
            return tl::unexpected<Error>(set.error());
    }
    std::string store_id;
    const auto header = read_header(*file, name, store_id);
    if (!header) return tl::unexpected<Error>(header.error());
    if (!header->closed) {
        if (auto sound = file->check(); !sound) return tl::unexpected<Error>(sound.error());
    }
    return inspect(*file, name);
}

}  // namespace mg
