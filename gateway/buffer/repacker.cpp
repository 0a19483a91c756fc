#include "gateway/buffer/repacker.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string>
#include <system_error>
#include <unordered_map>

#include <fcntl.h>

#include "gateway/base/language.h"
#include "gateway/base/unique_fd.h"
#include "gateway/buffer/data_folder.h"
#include "gateway/buffer/day_tables.h"
#include "gateway/buffer/packed_file.h"
#include "gateway/buffer/packed_rows.h"
#include "gateway/buffer/packing.h"

namespace mg {
namespace {

constexpr int kRowsBetweenLooks = 4096;
constexpr double kPackingPart = 0.8;  // of the time; comparing is the rest
constexpr std::string_view kLayouts = "SELECT id, meter, body, sum FROM layouts";
constexpr std::string_view kUnprovedLayouts = "SELECT id, meter, body FROM layouts";
constexpr Sequence kBeforeAll = std::numeric_limits<Sequence>::min();
constexpr Sequence kBehindAll = std::numeric_limits<Sequence>::max();
constexpr std::int64_t kMost32 = std::numeric_limits<std::uint32_t>::max();

tl::unexpected<Error> io_trouble(const std::filesystem::path& path, int error) {
    return fail(error == ENOSPC || error == EDQUOT ? Failure::storage_full : Failure::transient,
                path.native() + ": " + std::generic_category().message(error));
}

/// A rename or removal in it survives a power cut.
Result<> sync_folder(const std::filesystem::path& folder) {
    const UniqueFd open{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!open || ::fsync(open.get()) != 0) return io_trouble(folder, errno);
    return {};
}

/// So that what is read back comes from the disk and not from the memory it was written from.
void drop_from_memory(const std::filesystem::path& path) {
    const UniqueFd open{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (open) static_cast<void>(::posix_fadvise(open.get(), 0, 0, POSIX_FADV_DONTNEED));
}

/// Tells how far it is, and whether to stop.
class Pace {
public:
    Pace(const RepackHooks& hooks, std::int64_t items)
        : hooks_{hooks}, items_{std::max<std::int64_t>(items, 1)} {}
    void begin(double from, double part) {
        from_ = from;
        part_ = part;
        done_ = 0;
    }
    Result<> step() {
        if (++done_ % kRowsBetweenLooks != 0) return {};
        return look();
    }
    Result<> look() const {
        if (hooks_.stop.stop_requested()) {
            return fail(Failure::transient, std::string(tr("repacking was stopped", "重新打包已停止")));
        }
        if (hooks_.progress) {
            const double of_part = static_cast<double>(done_) / static_cast<double>(items_);
            hooks_.progress(from_ + part_ * std::min(1.0, of_part));
        }
        return {};
    }

private:
    const RepackHooks& hooks_;
    std::int64_t items_;
    std::int64_t done_{0};
    double from_{0};
    double part_{1};
};

class Repacking {
public:
    Repacking(const std::filesystem::path& folder, const FileEntry& entry, LayoutCache& layouts,
              const RepackHooks& hooks)
        : folder_{folder},
          entry_{entry},
          layouts_{layouts},
          path_{folder / entry.name.text()},
          unfinished_{path_.native() + std::string(kHalfMade)},
          pace_{hooks, entry.summary.items} {}

    Result<FileEntry> run();

private:
    Result<> check_log() const;
    Result<> pack_all();
    Result<> read_layouts(sqlite::Database& original);
    Result<> pack_rows(sqlite::Database& original, PackedFile& packed);
    [[nodiscard]] const Layout* packable(const SampleRow& row) const;
    Result<> compare();
    Result<> compare_samples(sqlite::Database& original, sqlite::Database& packed);
    Result<> put_in_place();

    struct KnownLayout {
        std::int64_t meter;
        LayoutRef layout;
    };

    const std::filesystem::path& folder_;
    const FileEntry& entry_;
    LayoutCache& layouts_;
    std::filesystem::path path_;
    std::filesystem::path unfinished_;
    DayFormat format_;  ///< of the original
    Pace pace_;
    std::unordered_map<std::int64_t, KnownLayout> known_;
};

Result<FileEntry> Repacking::run() {
    if (auto checked = check_log(); !checked) return pass_on(checked.error());
    remove_database(unfinished_);
    auto done = pack_all();
    if (done) done = pace_.look();
    if (done) done = compare();
    if (done) done = pace_.look();
    if (done) done = put_in_place();
    if (!done) {
        remove_database(unfinished_);
        return pass_on(done.error());
    }
    FileEntry packed = entry_;
    packed.summary.packed = true;
    return packed;
}

/// A log that has something in it belongs to the original: beside the packed file it would be taken for the
/// packed file's own and destroy it.
Result<> Repacking::check_log() const {
    std::error_code absent;
    const auto size = std::filesystem::file_size(path_.native() + "-wal", absent);
    if (absent || size == 0) return {};
    return fail(Failure::transient,
                trf("{}: its log is still in use", "{}：其日志仍在使用", entry_.name.text()));
}

Result<> Repacking::pack_all() {
    pace_.begin(0, kPackingPart);
    auto original = sqlite::Database::open(path_, sqlite::Access::immutable);
    if (!original) return pass_on(original.error());
    const auto format = read_format(*original);
    if (!format) return pass_on(format.error());
    format_ = *format;
    if (auto read = read_layouts(*original); !read) return read;
    auto packed = PackedFile::create(unfinished_, entry_.name, *original);
    if (!packed) return pass_on(packed.error());
    if (auto done = pack_rows(*original, *packed); !done) return done;
    return packed->finish();
}

Result<> Repacking::read_layouts(sqlite::Database& original) {
    auto rows = original.prepare(format_.proved() ? kLayouts : kUnprovedLayouts);
    if (!rows) return pass_on(rows.error());
    while (true) {
        const auto row = rows->step();
        if (!row) return pass_on(row.error());
        if (!*row) return {};
        const std::int64_t number = rows->integer(0);
        const std::int64_t meter = rows->integer(1);
        const std::string_view body = rows->text(2);
        if (format_.proved() && sum_of_layout(number, meter, body) != rows->integer(3)) continue;
        auto layout = layouts_.find(body);
        if (layout) known_[number] = {meter, std::move(*layout)};
    }
}

/// The layout of a row that comes out of a group as it went in; none for a row that is damaged in any way.
const Layout* Repacking::packable(const SampleRow& row) const {
    const auto known = known_.find(row.layout);
    if (known == known_.end() || known->second.meter != row.meter || row.sequence < 1) return nullptr;
    if (row.epoch < 0 || row.epoch > kMost32 || row.revision < 0 || row.revision > kMost32) return nullptr;
    const Layout& layout = *known->second.layout;
    const auto readings = unpack(layout, row.data);
    if (!readings || readings->size() > 256 || !std::ranges::equal(pack(layout, *readings), row.data)) {
        return nullptr;
    }
    return &layout;
}

Result<> Repacking::pack_rows(sqlite::Database& original, PackedFile& packed) {
    auto rows = PlainRows::open(original, format_);
    if (!rows) return pass_on(rows.error());
    RowGroupEncoder encoder;
    auto stepped = rows->begin(kBeforeAll, kBehindAll);
    for (; stepped && rows->next(); stepped = rows->step()) {
        if (auto going_on = pace_.step(); !going_on) return going_on;
        const SampleRow row = rows->as_it_is();
        const Layout* layout = rows->row() ? packable(row) : nullptr;
        if (layout == nullptr) {
            const std::int64_t sum = format_.proved() ? rows->carried_sum() : sum_of(row);
            auto kept = packed.add_unpacked(row, sum);
            // One sequence twice: a page of the original points to the wrong row.
            if (!kept && kept.error().kind == Failure::rejected)
                kept = fail(Failure::corrupt, kept.error().what);
            if (!kept) return kept;
            continue;
        }
        if (!encoder.fits(row.data.size())) {
            if (auto added = packed.add(encoder.finish()); !added) return added;
            if (auto going_on = pace_.look(); !going_on) return going_on;
        }
        encoder.add(row, *layout);
    }
    if (!stepped) return stepped;
    if (encoder.empty()) return {};
    return packed.add(encoder.finish());
}

bool same_row(const SampleRow& one, const SampleRow& other) {
    return one.sequence == other.sequence && one.slot == other.slot && one.layout == other.layout &&
           one.taken_at == other.taken_at && one.epoch == other.epoch && one.revision == other.revision &&
           std::ranges::equal(one.data, other.data);
}

/// Not the fault of the original, so not `corrupt`: that would set it aside.
tl::unexpected<Error> differs(const FileEntry& entry, std::string_view where) {
    return fail(Failure::transient, trf("{0}: what was packed differs from the original ({1})",
                                        "{0}：打包结果与原文件不一致（{1}）", entry.name.text(), where));
}

/// The rows that `sql` gives in both files.
Result<bool> same_rows(sqlite::Database& one, sqlite::Database& other, std::string_view sql, int columns) {
    auto ours = one.prepare(sql);
    if (!ours) return pass_on(ours.error());
    auto theirs = other.prepare(sql);
    if (!theirs) return pass_on(theirs.error());
    while (true) {
        const auto our_row = ours->step();
        if (!our_row) return pass_on(our_row.error());
        const auto their_row = theirs->step();
        if (!their_row) return pass_on(their_row.error());
        if (*our_row != *their_row) return false;
        if (!*our_row) return true;
        for (int column = 0; column < columns; ++column) {
            if (ours->is_null(column) != theirs->is_null(column)) return false;
            if (ours->text(column) != theirs->text(column)) return false;
        }
    }
}

Result<> Repacking::compare() {
    pace_.begin(kPackingPart, 1 - kPackingPart);
    drop_from_memory(unfinished_);
    auto original = sqlite::Database::open(path_, sqlite::Access::immutable);
    if (!original) return pass_on(original.error());
    auto packed = sqlite::Database::open(unfinished_, sqlite::Access::immutable);
    if (!packed) return pass_on(packed.error());
    struct Table {
        std::string_view name;
        std::string_view rows;
        int columns;
    };
    constexpr std::array kTables{
        Table{"header",
              "SELECT kind, store, day, first_sequence, last_sequence, items, first_slot, last_slot, "
              "last_taken_at, last_epoch, closed FROM header",
              11},
        Table{"meters", "SELECT id, name, last_slot FROM meters ORDER BY id", 3},
        Table{"layouts", "SELECT id, meter, body FROM layouts ORDER BY id", 3},
        Table{"gaps", "SELECT seq, meter, \"from\", \"to\", reason, epoch FROM gaps ORDER BY seq", 6}};
    for (const Table& table : kTables) {
        const auto same = same_rows(*original, *packed, table.rows, table.columns);
        if (!same) return pass_on(same.error());
        if (!*same) return differs(entry_, table.name);
    }
    return compare_samples(*original, *packed);
}

Result<> Repacking::compare_samples(sqlite::Database& original, sqlite::Database& packed) {
    auto before = PlainRows::open(original, format_);
    if (!before) return pass_on(before.error());
    constexpr DayFormat kPacked{kPackedFormat};
    auto groups = PackedGroups::open(packed, kPacked, [this](std::int64_t number) -> Result<LayoutRef> {
        const auto known = known_.find(number);
        if (known == known_.end()) return fail(Failure::corrupt, "layout");
        return known->second.layout;
    });
    if (!groups) return pass_on(groups.error());
    auto after = PackedRows::open(packed, kPacked, *groups);
    if (!after) return pass_on(after.error());
    auto stepped = before->begin(kBeforeAll, kBehindAll);
    if (stepped) stepped = after->begin(kBeforeAll, kBehindAll);
    while (stepped && before->next()) {
        if (auto going_on = pace_.step(); !going_on) return going_on;
        if (after->next() != before->next()) return differs(entry_, std::to_string(*before->next()));
        const auto old_row = before->row();
        const auto new_row = after->row();
        // What was damaged stays damaged, and nothing else is.
        const bool same =
            old_row && new_row ? same_row(*old_row, *new_row) : old_row.has_value() == new_row.has_value();
        if (!same) return differs(entry_, std::to_string(*before->next()));
        stepped = before->step();
        if (stepped) stepped = after->step();
    }
    if (!stepped) return stepped;
    if (after->next()) return differs(entry_, std::to_string(*after->next()));
    return {};
}

Result<> Repacking::put_in_place() {
    if (auto checked = check_log(); !checked) return checked;
    // An emptied log must be gone for good before the name has another file: should a power cut bring back
    // what was in it, it would be played into the packed file.
    for (const char* part : {"-wal", "-shm"}) {
        std::error_code problem;
        std::filesystem::remove(path_.native() + part, problem);
        if (problem) return io_trouble(path_, problem.value());
    }
    if (auto synced = sync_folder(folder_); !synced) return synced;
    std::error_code problem;
    std::filesystem::rename(unfinished_, path_, problem);
    if (problem) return io_trouble(path_, problem.value());
    // The name has the packed file now, whatever this says; after a power cut it may have the original again,
    // which is as good.
    static_cast<void>(sync_folder(folder_));
    return {};
}

}  // namespace

Result<FileEntry> repack(const std::filesystem::path& folder, const FileEntry& entry, LayoutCache& layouts,
                         const RepackHooks& hooks) {
    if (entry.summary.packed) return entry;
    if (!entry.summary.closed) {
        return fail(Failure::rejected, trf("{} is still being written", "{} 仍在写入", entry.name.text()));
    }
    return Repacking{folder, entry, layouts, hooks}.run();
}

}  // namespace mg
