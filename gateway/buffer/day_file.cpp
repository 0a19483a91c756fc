#include "gateway/buffer/day_file.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "gateway/base/language.h"
#include "gateway/buffer/sample_rows.h"

namespace mg {
namespace {

constexpr const char* kClearHeader = "DELETE FROM header";
constexpr std::string_view kInsertHeader =
    "INSERT INTO header(format, kind, store, day, first_sequence, last_sequence, items, first_slot, "
    "last_slot, "
    "last_taken_at, last_epoch, closed, sum) VALUES(?, ?, ?, ?, ?, ?, ?, iif(?8, NULL, ?9), iif(?8, NULL, "
    "?10), ?, ?, "
    "?, ?)";
constexpr std::string_view kUpdateUnprovedHeader =
    "UPDATE header SET first_sequence = ?, last_sequence = ?, items = ?, first_slot = iif(?4, NULL, ?5), "
    "last_slot = "
    "iif(?4, NULL, ?6), last_taken_at = ?, last_epoch = ?, closed = ?";
constexpr std::string_view kReadUnprovedHeader =
    "SELECT format, kind, store, day, first_sequence, last_sequence, items, first_slot, last_slot, "
    "last_taken_at, "
    "last_epoch, closed FROM header";
constexpr std::string_view kGaps =
    "SELECT seq, meter, \"from\", \"to\", reason, epoch, sum FROM gaps WHERE seq > ?";
constexpr std::string_view kUnprovedGaps =
    "SELECT seq, meter, \"from\", \"to\", reason, epoch FROM gaps WHERE seq > ?";
constexpr std::string_view kMeters = "SELECT id, name, last_slot, sum FROM meters";
constexpr std::string_view kUnprovedMeters = "SELECT id, name, last_slot FROM meters";

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

struct Header {
    DayFormat format;
    FileSummary summary;
};

Result<Header> read_header(sqlite::Database& file, const FileName& name, std::string& store_id) {
    const auto format = read_format(file);
    if (!format) return format.error().kind == Failure::corrupt ? not_ours(name) : pass_on(format.error());
    if (!format->known()) {
        return fail(Failure::invalid_config,
                    trf("{0}: written by a later version (format {1}; this one knows up to {2})",
                        "{0}：由更新的版本写入（格式 {1}，本版本最高支持 {2}）", name.text(), format->number,
                        kPackedFormat));
    }
    auto columns = file.prepare(format->proved() ? kReadHeader : kReadUnprovedHeader);
    if (!columns) return pass_on(columns.error());
    const auto read = columns->step();
    if (!read) return pass_on(read.error());
    if (!*read) return not_ours(name);
    const HeaderRow row = header_in(*columns, format->number);
    if (row.kind != to_string(name.kind) || (format->packed() && !row.closed)) return not_ours(name);
    if (format->proved() && sum_of(row) != columns->integer(kHeaderSumColumn)) {
        return fail(Failure::corrupt, trf("{}: the header is not what was written (checksum)",
                                          "{}：文件头与写入时不一致（校验和）", name.text()));
    }
    store_id = row.store;
    FileSummary summary{.first = row.first,
                        .last = row.last,
                        .items = row.items,
                        .last_taken_at = time_from(row.last_taken_at),
                        .last_epoch = static_cast<ClockEpoch>(row.last_epoch),
                        .closed = row.closed,
                        .packed = format->packed(),
                        .earlier = !format->proved()};
    if (!row.empty) {
        summary.first_slot.at = time_from(row.first_slot);
        summary.last_slot.at = time_from(row.last_slot);
    }
    return Header{*format, summary};
}

void raise_to(LastSlots& slots, const MeterId& meter, Slot slot) {
    auto [known, added] = slots.try_emplace(meter, slot);
    if (!added) known->second = std::max(known->second, slot);
}

/// The meters of the file by number, and the slots that are saved with them. One that is damaged is left out.
Result<std::map<std::int64_t, MeterId>> read_meters(sqlite::Database& file, const DayFormat& format,
                                                    LastSlots& slots) {
    auto rows = file.prepare(format.proved() ? kMeters : kUnprovedMeters);
    if (!rows) return pass_on(rows.error());
    std::map<std::int64_t, MeterId> meters;
    while (true) {
        const auto row = rows->step();
        if (!row) return pass_on(row.error());
        if (!*row) return meters;
        const std::int64_t number = rows->integer(0);
        const std::int64_t slot = rows->integer(2);
        if (format.proved() && sum_of_meter(number, rows->text(1), slot) != rows->integer(3)) continue;
        MeterId meter{std::string(rows->text(1))};
        if (!rows->is_null(2)) raise_to(slots, meter, Slot{time_from(slot)});
        meters.emplace(number, std::move(meter));
    }
}

/// What came after the header was last written.
class NewRows {
public:
    NewRows(const std::map<std::int64_t, MeterId>& meters, Inspected& found)
        : meters_{meters}, found_{found} {}

    Result<> read_samples(sqlite::Database& file, const DayFormat& format, Sequence after) {
        auto rows = PlainRows::open(file, format);
        if (!rows) return pass_on(rows.error());
        auto stepped = rows->begin(after, std::numeric_limits<Sequence>::max());
        for (; stepped && rows->next(); stepped = rows->step()) {
            ++found_.summary.items;
            const auto row = rows->row();
            if (!row) continue;
            const Slot slot{time_from(row->slot)};
            note(row->sequence, row->meter, slot, slot, row->epoch);
            found_.summary.last_taken_at = std::max(found_.summary.last_taken_at, time_from(row->taken_at));
        }
        return stepped;
    }

    Result<> read_gaps(sqlite::Database& file, const DayFormat& format, Sequence after) {
        auto rows = file.prepare(format.proved() ? kGaps : kUnprovedGaps);
        if (!rows) return pass_on(rows.error());
        rows->bind(1, after);
        while (true) {
            const auto stepped = rows->step();
            if (!stepped) return pass_on(stepped.error());
            if (!*stepped) return {};
            ++found_.summary.items;
            const GapRow row{rows->integer(0), rows->integer(1), rows->integer(2),
                             rows->integer(3), rows->integer(4), rows->integer(5)};
            if (format.proved() && sum_of(row) != rows->integer(6)) continue;
            note(row.sequence, row.meter, Slot{time_from(row.from)}, Slot{time_from(row.to - 1)}, row.epoch);
        }
    }

private:
    void note(Sequence sequence, std::int64_t meter, Slot from, Slot to, std::int64_t epoch) {
        FileSummary& summary = found_.summary;
        summary.first = summary.first == 0 ? sequence : std::min(summary.first, sequence);
        summary.last = std::max(summary.last, sequence);
        summary.first_slot = std::min(summary.first_slot, from);
        summary.last_slot = std::max(summary.last_slot, to);
        summary.last_epoch = std::max(summary.last_epoch, static_cast<ClockEpoch>(epoch));
        const auto known = meters_.find(meter);
        if (known != meters_.end()) raise_to(found_.unsaved_last_slots, known->second, to);
    }

    const std::map<std::int64_t, MeterId>& meters_;
    Inspected& found_;
};

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

Result<> make_tables(sqlite::Database& file, const FileName& name, const std::string& store_id) {
    if (auto made = make_common_tables(file); !made) return made;
    if (auto made = make_layouts_table(file); !made) return made;
    return write_header_row(file, name, store_id, {});
}

Result<> write_header_row(sqlite::Database& file, const FileName& name, const std::string& store_id,
                          const FileSummary& summary) {
    const std::string day = day_text(name.day);
    HeaderRow row{.format = summary.packed ? kPackedFormat : kFileFormat,
                  .kind = to_string(name.kind),
                  .store = store_id,
                  .day = day,
                  .first = summary.first,
                  .last = summary.last,
                  .items = summary.items,
                  .empty = summary.first_slot > summary.last_slot,
                  .last_taken_at = stored(summary.last_taken_at),
                  .last_epoch = summary.last_epoch,
                  .closed = summary.closed};
    if (!row.empty) {
        row.first_slot = stored(summary.first_slot.at);
        row.last_slot = stored(summary.last_slot.at);
    }
    if (summary.earlier) {
        auto header = file.prepare(kUpdateUnprovedHeader);
        if (!header) return pass_on(header.error());
        header->bind(1, row.first).bind(2, row.last).bind(3, row.items).bind(4, row.empty ? 1 : 0);
        header->bind(5, row.first_slot).bind(6, row.last_slot).bind(7, row.last_taken_at);
        header->bind(8, row.last_epoch).bind(9, row.closed ? 1 : 0);
        return header->run();
    }
    if (auto cleared = file.execute(kClearHeader); !cleared) return cleared;
    auto header = file.prepare(kInsertHeader);
    if (!header) return pass_on(header.error());
    header->bind(1, std::int64_t{row.format}).bind(2, row.kind).bind(3, row.store).bind(4, row.day);
    header->bind(5, row.first).bind(6, row.last).bind(7, row.items).bind(8, row.empty ? 1 : 0);
    header->bind(9, row.first_slot).bind(10, row.last_slot).bind(11, row.last_taken_at);
    header->bind(12, row.last_epoch).bind(13, row.closed ? 1 : 0).bind(14, sum_of(row));
    return header->run();
}

Result<Inspected> inspect(sqlite::Database& file, const FileName& name) {
    Inspected found;
    const auto header = read_header(file, name, found.store_id);
    if (!header) return pass_on(header.error());
    found.summary = header->summary;
    const Sequence known = found.summary.last;
    const auto meters = read_meters(file, header->format, found.last_slots);
    if (!meters) return pass_on(meters.error());
    if (found.summary.closed) return found;
    NewRows rows{*meters, found};
    if (auto read = rows.read_samples(file, header->format, known); !read) return pass_on(read.error());
    if (auto read = rows.read_gaps(file, header->format, known); !read) return pass_on(read.error());
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
    if (!file) return pass_on(file.error());
    // Exclusive mode keeps the index of the log in memory: no -shm file, which a full disk would refuse.
    if (has_log) {
        if (auto set = file->execute("PRAGMA locking_mode = EXCLUSIVE"); !set) return pass_on(set.error());
    }
    std::string store_id;
    const auto header = read_header(*file, name, store_id);
    if (!header) return pass_on(header.error());
    if (!header->summary.closed) {
        if (auto sound = file->check(); !sound) return pass_on(sound.error());
    }
    return inspect(*file, name);
}

}  // namespace mg
