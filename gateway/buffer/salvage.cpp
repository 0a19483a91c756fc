#include "gateway/buffer/salvage.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include "gateway/base/language.h"
#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/data_folder.h"
#include "gateway/buffer/file_damage.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/buffer/file_writer.h"
#include "gateway/buffer/layout_cache.h"
#include "gateway/buffer/lost_mark.h"
#include "gateway/buffer/meta_file.h"
#include "gateway/buffer/packing.h"

namespace mg {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kGroup = 5000;  // items a transaction
constexpr const char* kWorkFolder = "repair";

/// Reads a damaged file from all sides. SQLite gives up a scan at the first damaged page; beginning again
/// behind it finds what the pages after it hold. So a stretch that cannot be read is halved until single
/// sequences are left.
class DamagedFile {
public:
    DamagedFile(FileReader& reader, std::function<Result<>(StoredItem)> take)
        : reader_{reader}, take_{std::move(take)} {}

    Result<> read(Sequence after, Sequence through) {
        while (after < through) {
            const auto reached = scan(after, through);
            if (!reached) return pass_on(reached.error());
            if (*reached >= through) return {};
            // Nothing behind `reached` came out. One half may lie on other pages than the other.
            const Sequence middle = *reached + (through - *reached) / 2;
            if (middle == *reached) return {};
            if (auto lower = read(*reached, middle); !lower) return lower;
            after = middle;
        }
        return {};
    }

private:
    /// Hands over what comes, up to the first failure; says how far it got.
    Result<Sequence> scan(Sequence after, Sequence through) {
        if (!reader_.begin(after, through)) return after;
        Sequence reached = after;
        while (reader_.next()) {
            const Sequence sequence = *reader_.next();
            auto item = reader_.take();
            if (!item && item.error().kind != Failure::corrupt) return reached;
            if (!item && reader_.broken()) return reached;
            reached = sequence;
            if (!item) continue;  // this one is damaged, the following may be read
            if (auto taken = take_(std::move(*item)); !taken) return pass_on(taken.error());
            if (reader_.broken()) return reached;
        }
        return reader_.broken() ? reached : through;
    }

    FileReader& reader_;
    std::function<Result<>(StoredItem)> take_;
};

/// The sound files of the store, asked whether they have an item.
class Stored {
public:
    Stored(const fs::path& folder, LayoutCache& layouts) : readers_{folder, layouts} {}

    void add(const FileEntry& entry) { catalogue_.add(entry, {}); }
    [[nodiscard]] Sequence newest() const { return catalogue_.watermark(); }

    Result<bool> has(const StoredItem& item) {
        if (const auto* gap = std::get_if<StoredGap>(&item)) {
            return any(gap->gap.from, last_covered(gap->gap),
                       [&](SlotLookup& lookup) { return lookup.has(gap->gap); });
        }
        const auto& stored = std::get<StoredSample>(item);
        return any(stored.sample.slot, stored.sample.slot, [&](SlotLookup& lookup) -> Result<bool> {
            const auto row = lookup.latest(stored.sample.meter(), stored.sample.slot);
            if (!row) return pass_on(row.error());
            return *row && (*row)->revision >= stored.revision;
        });
    }

private:
    template <class Ask>
    Result<bool> any(Slot from, Slot to, const Ask& ask) {
        for (const FileEntry& entry : catalogue_.covering(from, to)) {
            auto reader = readers_.take(entry);
            if (!reader) return pass_on(reader.error());
            const auto has = ask((*reader)->lookup());
            if (!has) return pass_on(has.error());
            if (*has) return true;
        }
        return false;
    }
    Catalogue catalogue_;
    FileReaders readers_;
};

class Rescue {
public:
    Rescue(DataFolder folder, std::unique_ptr<MetaFile> meta, std::string store_id, Clock& clock,
           const SlotGrid& boundaries, const SalvageHooks& hooks)
        : folder_{std::move(folder)},
          meta_{std::move(meta)},
          store_id_{std::move(store_id)},
          clock_{clock},
          boundaries_{boundaries},
          hooks_{hooks},
          stored_{folder_.path(), layouts_} {}

    Result<std::vector<Salvaged>> run();

private:
    Result<> take_stock();
    Result<> report_damaged_rows(const FileEntry& file);
    Result<Salvaged> save(const std::string& damaged, const FileName& name);
    Result<> keep(StoredItem item);
    Result<> write_group();

    DataFolder folder_;
    std::unique_ptr<MetaFile> meta_;
    std::string store_id_;
    Clock& clock_;
    SlotGrid boundaries_;
    const SalvageHooks& hooks_;
    LayoutCache layouts_;
    Stored stored_;
    std::vector<Salvaged> reports_;
    Sequence next_{0};

    // Of the file at hand:
    Salvaged report_;
    FileName into_;
    std::unique_ptr<FileWriter> writer_;
    std::vector<StoredItem> group_;
    std::uint64_t read_{0};
};

Result<> Rescue::take_stock() {
    Sequence furthest = 0;
    for (const FileName& name : folder_.files()) {
        const auto path = folder_.path() / name.text();
        const auto found = inspect_at_start(path, name);
        auto file = found ? sqlite::Database::open(path, found->summary.closed ? sqlite::Access::immutable
                                                                               : sqlite::Access::write)
                          : Result<sqlite::Database>{pass_on(found.error())};
        const auto verdict =
            file ? file->text("PRAGMA quick_check(1)") : Result<std::string>{pass_on(file.error())};
        if (verdict && *verdict == "ok" && found->store_id == store_id_) {
            file = sqlite::Database{};
            const FileEntry entry{name, found->summary};
            stored_.add(entry);
            if (auto reported = report_damaged_rows(entry); !reported) return reported;
        } else if (!verdict || *verdict != "ok") {
            file = sqlite::Database{};
            set_file_aside(path, verdict ? *verdict : verdict.error().what, clock_.utc());
        }
    }
    const auto reserved = meta_->reserved();
    if (!reserved) return pass_on(reserved.error());
    auto rows = meta_->deliveries();
    if (!rows) return pass_on(rows.error());
    for (const auto& [consumer, row] : *rows) {
        furthest = std::max({furthest, row.progress.through,
                             row.progress.beyond.empty() ? 0 : row.progress.beyond.back().last});
    }
    next_ = std::max({*reserved, stored_.newest(), furthest}) + 1;
    return {};
}

Result<> Rescue::report_damaged_rows(const FileEntry& file) {
    if (hooks_.file) hooks_.file(file.name.text());
    auto reader = FileReader::open(folder_.path(), file, layouts_);
    const auto damage =
        reader ? look_for_damage(**reader, boundaries_, {}) : Result<FileDamage>{pass_on(reader.error())};
    if (!damage) return pass_on(damage.error());
    if (damage->none()) return {};
    Salvaged report{.from = file.name.text()};
    report.unreadable = static_cast<std::uint64_t>(damage->items);
    report.stays = static_cast<std::uint64_t>(std::max<std::int64_t>(file.summary.items - damage->items, 0));
    report.first_unreadable = damage->first;
    report.last_unreadable = damage->last;
    reports_.push_back(std::move(report));
    return {};
}

Result<std::vector<Salvaged>> Rescue::run() {
    if (auto taken = take_stock(); !taken) return pass_on(taken.error());
    std::vector<std::pair<FileName, std::string>> damaged;
    std::error_code problem;
    for (const auto& each : fs::directory_iterator(folder_.path(), problem)) {
        const std::string file = each.path().filename().native();
        if (const auto name = set_aside_name(file)) damaged.emplace_back(*name, file);
    }
    std::ranges::sort(damaged);
    for (const auto& [name, file] : damaged) {
        if (hooks_.file) hooks_.file(file);
        auto report = save(file, name);
        fs::remove_all(folder_.path() / kWorkFolder, problem);
        if (!report) return pass_on(report.error());
        reports_.push_back(std::move(*report));
    }
    return std::move(reports_);
}

Result<Salvaged> Rescue::save(const std::string& damaged, const FileName& name) {
    report_ = {.from = damaged, .into = {}, .saved = 0, .stored_already = 0, .unreadable = 0, .trouble = {}};
    into_ = FileName{name.kind, name.day, folder_.free_number(name.kind, name.day)};
    group_.clear();
    read_ = 0;
    // SQLite would tidy the log into the damaged file: a copy is worked on.
    const fs::path work = folder_.path() / kWorkFolder;
    std::error_code problem;
    fs::create_directory(work, problem);
    fs::copy_file(folder_.path() / damaged, work / name.text(), fs::copy_options::overwrite_existing,
                  problem);
    if (problem) return fail(Failure::transient, (work / name.text()).native() + ": " + problem.message());
    fs::copy_file(folder_.path() / (damaged + "-wal"), work / (name.text() + "-wal"),
                  fs::copy_options::overwrite_existing, problem);
    Sequence last = std::numeric_limits<Sequence>::max();
    std::int64_t expected = 0;
    {
        auto file = sqlite::Database::open(work / name.text(), sqlite::Access::write);
        const auto found = file ? inspect(*file, name) : Result<Inspected>{pass_on(file.error())};
        if (found) {
            if (found->store_id != store_id_) {
                report_.trouble = trf("belongs to another store, {}", "属于另一个存储 {}", found->store_id);
                return report_;
            }
            expected = found->summary.items;
            if (found->summary.closed) last = found->summary.last;
        }
    }
    auto reader = FileReader::open(work, FileEntry{name, {.closed = false}}, layouts_);
    if (!reader) {
        report_.trouble = reader.error().what;
        return report_;
    }
    if (last == std::numeric_limits<Sequence>::max()) last = next_ + (Sequence{1} << 40U);
    DamagedFile file{**reader, [this](StoredItem item) { return keep(std::move(item)); }};
    auto done = file.read(0, last);
    if (done) done = write_group();
    if (done && writer_) done = writer_->finish(true);
    if (!done) {
        writer_.reset();
        remove_database(folder_.path() / into_.text());
        return pass_on(done.error());
    }
    if (writer_) {
        stored_.add(writer_->entry());
        report_.into = into_.text();
        writer_.reset();
        give_to_owner_of(folder_.path(), folder_.path() / into_.text());
    }
    const auto seen = static_cast<std::int64_t>(report_.saved + report_.stored_already);
    report_.unreadable = static_cast<std::uint64_t>(std::max<std::int64_t>(expected - seen, 0));
    return report_;
}

Result<> Rescue::keep(StoredItem item) {
    if (++read_ % kGroup == 0 && hooks_.progress) hooks_.progress(read_);
    const auto known = stored_.has(item);
    if (!known) return pass_on(known.error());
    if (*known) {
        ++report_.stored_already;
        return {};
    }
    group_.push_back(std::move(item));
    return group_.size() < kGroup ? Result<>{} : write_group();
}

Result<> Rescue::write_group() {
    if (group_.empty()) return {};
    if (!writer_) {
        auto made = FileWriter::create(folder_.path(), into_, store_id_, layouts_);
        if (!made) return pass_on(made.error());
        writer_ = std::move(*made);
    }
    // Before they are given out, as the daemon does it.
    if (auto reserved = meta_->reserve(next_ + static_cast<Sequence>(group_.size())); !reserved)
        return reserved;
    if (auto begun = writer_->begin(); !begun) return begun;
    for (const StoredItem& item : group_) {
        Result<> inserted;
        if (const auto* gap = std::get_if<StoredGap>(&item)) {
            inserted = writer_->insert(next_, gap->gap);
        } else {
            const auto& stored = std::get<StoredSample>(item);
            const Sample& sample = stored.sample;
            inserted = writer_->insert(next_, stored.revision,
                                       WaitingSample{.layout = sample.layout,
                                                     .slot = sample.slot,
                                                     .taken_at = sample.taken_at,
                                                     .epoch = sample.epoch,
                                                     .boundary = sample.boundary,
                                                     .packed = pack(*sample.layout, sample.readings)});
        }
        // The same slot, meter and revision twice in one damaged file.
        if (!inserted && inserted.error().kind == Failure::rejected) {
            ++report_.stored_already;
            continue;
        }
        if (!inserted) {
            writer_->roll_back();
            return inserted;
        }
        ++next_;
        ++report_.saved;
    }
    group_.clear();
    return writer_->commit();
}

}  // namespace

Result<std::vector<Salvaged>> salvage(const StorageOptions& options, const SiteOptions& site, Clock& clock,
                                      const SalvageHooks& hooks) {
    auto folder = DataFolder::open(options);
    if (!folder) return pass_on(folder.error());
    folder->sweep();
    report_damaged_logs(folder->path(), clock.utc());
    auto meta = MetaFile::open(folder->path() / "meta.db");
    if (!meta) return pass_on(meta.error());
    give_to_owner_of(folder->path(), folder->path() / "meta.db");
    auto store_id = (*meta)->store_id();
    if (!store_id) return pass_on(store_id.error());
    if (store_id->empty()) {
        return fail(Failure::invalid_config,
                    trf("{}: meta.db is new or empty; start the gateway once, so that the store has its name",
                        "{}：meta.db 为空，请先启动一次网关，使存储获得标识", folder->path().native()));
    }
    return Rescue{std::move(*folder),
                  std::move(*meta),
                  std::move(*store_id),
                  clock,
                  SlotGrid{site.boundary, site.utc_offset},
                  hooks}
        .run();
}

}  // namespace mg
