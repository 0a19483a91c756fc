#include "gateway/buffer/sqlite_store.h"

#include <algorithm>
#include <array>
#include <limits>
#include <random>

#include <fmt/format.h>
#include <pthread.h>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/buffer/open_store.h"
#include "gateway/buffer/retention.h"

namespace mg {
namespace {

// How far the sequences jump when the mark of the reserved ones is lost: beyond anything that may have been
// given out.
constexpr Sequence kLostMarkJump = 1'000'000;
constexpr std::size_t kMostDamagedKnown = 10'000;
constexpr std::size_t kProbe = 64;
constexpr std::chrono::seconds kRetryInterval{1};
constexpr milliseconds kProgressInterval{900};  // "on disk within a second"
constexpr std::chrono::hours kHousekeepingInterval{1};
constexpr std::chrono::seconds kLastCommitLimit{3};

tl::unexpected<Error> pass_on(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

std::string fresh_store_id() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

Result<std::unique_ptr<SampleStore>> open_store(const StorageOptions& options, const SiteOptions& site,
                                                Clock& clock) {
    auto store = SqliteStore::open(options, site, clock);
    if (!store) return pass_on(store.error());
    return std::move(*store);
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const StorageOptions& options, const SiteOptions& site,
                                                       Clock& clock) {
    auto folder = DataFolder::open(options);
    if (!folder) return pass_on(folder.error());
    std::unique_ptr<SqliteStore> store{new SqliteStore(options, site, clock, std::move(*folder))};
    if (auto started = store->start(); !started) return pass_on(started.error());
    return store;
}

SqliteStore::SqliteStore(const StorageOptions& options, const SiteOptions& site, Clock& clock,
                         DataFolder folder)
    : options_{options},
      site_{site},
      clock_{clock},
      folder_{std::move(folder)},
      readers_{folder_.path(), layouts_},
      waiting_{options.memory_limit, SlotGrid{site.boundary, site.utc_offset}} {}

SqliteStore::~SqliteStore() {
    // By hand, not by the member's end: run() uses everything that is declared before the thread.
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

// ---- start ----

Result<> SqliteStore::start() {
    const auto names = folder_.files();
    auto opened = open_meta();
    if (!opened) return pass_on(opened.error());
    const bool mark_lost = opened->empty();
    auto store_id = mark_lost ? settle_store_id(names) : opened;
    if (!store_id) return pass_on(store_id.error());
    if (auto taken = take_stock(names, *store_id); !taken) return taken;

    const auto reserved = meta_->reserved();
    const auto epoch = meta_->last_epoch();
    auto progress = meta_->progress();
    if (!reserved) return fail(Failure::invalid_config, reserved.error().what);
    if (!epoch) return fail(Failure::invalid_config, epoch.error().what);
    if (!progress) return fail(Failure::invalid_config, progress.error().what);
    catalogue_.raise_epoch(*epoch);
    Sequence last = std::max(*reserved, catalogue_.watermark());
    // A consumer never stands beyond what was given out; if meta.db came from elsewhere, new items must still
    // reach it.
    for (const auto& [consumer, through] : *progress) last = std::max(last, through);
    if (mark_lost && catalogue_.watermark() > 0) last += kLostMarkJump;
    progress_.with([&](Progress& known) { known.through = std::move(*progress); });

    writer_ = std::make_unique<GroupWriter>(folder_, *store_id, site_.utc_offset, clock_, *meta_, catalogue_,
                                            readers_, layouts_);
    writer_->start_at(last + 1);
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    pthread_setname_np(thread_.native_handle(), "buffer");
    return {};
}

/// The store's id; empty when meta.db is new, or had to be begun anew.
Result<std::string> SqliteStore::open_meta() {
    const auto path = folder_.path() / "meta.db";
    auto meta = MetaFile::open(path);
    if (!meta && meta.error().kind == Failure::corrupt) {
        set_file_aside(path, meta.error().what, clock_.utc());
        meta = MetaFile::open(path);
    }
    if (!meta) return fail(Failure::invalid_config, meta.error().what);
    meta_ = std::move(*meta);
    auto id = meta_->store_id();
    if (!id) return fail(Failure::invalid_config, id.error().what);
    return id;
}

Result<std::string> SqliteStore::settle_store_id(const std::vector<FileName>& names) {
    std::string id = fresh_store_id();
    // The files know whose they are: with meta.db lost, the store goes on under its old name.
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        if (const auto found = inspect_at_start(folder_.path() / name->text(), *name)) {
            id = found->store_id;
            break;
        }
    }
    if (auto set = meta_->set_store_id(id); !set) return fail(Failure::invalid_config, set.error().what);
    return id;
}

Result<> SqliteStore::take_stock(const std::vector<FileName>& names, const std::string& store_id) {
    for (const FileName& name : names) {
        const auto path = folder_.path() / name.text();
        const auto found = inspect_at_start(path, name);
        if (!found) {
            set_file_aside(path, found.error().what, clock_.utc());
        } else if (found->store_id != store_id) {
            set_file_aside(path, trf("belongs to another store, {}", "属于另一个存储 {}", found->store_id),
                           clock_.utc());
        } else {
            catalogue_.add(FileEntry{name, found->summary}, found->last_slots);
        }
    }
    return {};
}

// ---- in ----

void SqliteStore::append(Sample sample) {
    Packed packed = pack(*sample.layout, sample.readings);
    add_waiting(waiting_.add(WaitingSample{.layout = std::move(sample.layout),
                                           .slot = sample.slot,
                                           .taken_at = sample.taken_at,
                                           .epoch = sample.epoch,
                                           .boundary = sample.boundary,
                                           .packed = std::move(packed)}));
}

void SqliteStore::append(Gap gap) {
    add_waiting(waiting_.add(std::move(gap)));
}

void SqliteStore::add_waiting(bool was_first) {
    // The thread only needs to know that there is something now; the rest it finds when the interval is over.
    if (was_first) wake_.raise();
}

void SqliteStore::commit_soon() {
    urgent_ = true;
    wake_.raise();
}

bool SqliteStore::flush(SteadyTime deadline) {
    const std::uint64_t mine = waiting_.last_arrival();
    const std::uint64_t failures = failures_;
    const auto settled = [&] { return stored_ >= mine || failures_ > failures; };
    Signal committed;
    notify(committed);
    commit_soon();
    while (!settled() && clock_.steady() < deadline) {
        static_cast<void>(clock_.wait(deadline, std::stop_token{}, committed));
    }
    forget(committed);
    return settled();
}

// ---- the buffer thread ----

void SqliteStore::run(const std::stop_token& stop) {
    Due due{.housekeeping = clock_.steady()};
    while (!stop.stop_requested()) {
        plan(due);
        SteadyTime next = due.housekeeping;
        if (due.commit) next = std::min(next, *due.commit);
        if (due.progress) next = std::min(next, *due.progress);
        if (clock_.wait(next, stop, wake_) == Wake::stopped) break;

        const SteadyTime now = clock_.steady();
        if (urgent_.exchange(false) || (due.commit && now >= *due.commit)) {
            const bool stored = commit_waiting();
            due.commit.reset();
            if (!stored) due.commit = clock_.steady() + kRetryInterval;
        }
        if (due.progress && now >= *due.progress) {
            save_progress();
            due.progress.reset();
        }
        if (now >= due.housekeeping) {
            keep_house();
            due.housekeeping = clock_.steady() + kHousekeepingInterval;
        }
        set_damaged_aside();
    }
    finish(clock_.steady() + kLastCommitLimit);
}

void SqliteStore::plan(Due& due) const {
    if (!due.commit && !waiting_.empty()) due.commit = clock_.steady() + options_.commit_interval;
    const bool moved = progress_.with([](const Progress& progress) { return !progress.changed.empty(); });
    if (!due.progress && moved) due.progress = clock_.steady() + kProgressInterval;
}

/// True: all that had arrived is stored. False: the disk does not take it.
bool SqliteStore::commit_waiting() {
    const std::uint64_t arrived = waiting_.last_arrival();
    constexpr auto kAll = std::numeric_limits<std::size_t>::max();
    while (true) {
        const bool in_trouble = trouble_.with([](const std::string& trouble) { return !trouble.empty(); });
        // In trouble a few items try whether it is over; the numbers of a failed attempt are used up.
        auto group = waiting_.take(in_trouble ? kProbe : kAll, !in_trouble);
        if (group.empty() && in_trouble) group = waiting_.take(kAll, true);
        const std::uint64_t reached = group.empty() ? arrived : group.back().arrival;
        const auto written = writer_->write(group);
        if (group.empty()) {
            waiting_.settled();
        } else {
            waiting_.put_back(std::move(group));
        }
        count(writer_->take_tally());
        if (written) {
            stored_ = std::max(stored_.load(), reached);
            note_recovery();
        } else {
            ++failures_;
            note_trouble(written.error());
        }
        tell_everybody();
        if (!written) return false;
        if (stored_ >= arrived) return true;
    }
}

void SqliteStore::count(const GroupTally& tally) {
    committed_.add(tally.committed);
    duplicates_.add(tally.duplicates);
    superseded_.add(tally.superseded);
    commits_.add(tally.commits);
}

void SqliteStore::tell_everybody() {
    // Raised under the lock, so that a signal is never touched after forget() returned.
    listeners_.with([](const std::set<Signal*>& listeners) {
        for (Signal* listener : listeners) listener->raise();
    });
}

void SqliteStore::note_trouble(const Error& why) {
    const bool news = trouble_.with([&](std::string& trouble) {
        const bool was_fine = trouble.empty();
        trouble = why.what;
        return was_fine;
    });
    if (news) {
        log::error("{}", trf("the disk does not take samples, they wait in memory: {}",
                             "磁盘无法写入，采样暂存内存：{}", why.what));
    }
}

void SqliteStore::note_recovery() {
    const bool news = trouble_.with([](std::string& trouble) { return !std::exchange(trouble, {}).empty(); });
    if (news) {
        log::warning("{}", trf("the disk takes samples again; {0} were lost since start",
                               "磁盘已恢复写入；启动以来丢失 {0} 个采样", waiting_.lost()));
    }
}

void SqliteStore::save_progress() {
    const auto changed = progress_.with([](Progress& progress) {
        std::map<UplinkId, Sequence> moved;
        for (const UplinkId& consumer : std::exchange(progress.changed, {}))
            moved[consumer] = progress.through[consumer];
        return moved;
    });
    if (changed.empty() || meta_->save_progress(changed)) return;
    // The trouble shows with the samples; the progress is tried again in a second.
    progress_.with([&](Progress& progress) {
        for (const auto& [consumer, through] : changed) progress.changed.insert(consumer);
    });
}

void SqliteStore::keep_house() {
    writer_->close_leftovers();
    const auto today = local_day(clock_.utc(), site_.utc_offset);
    const RetentionRule rule{options_.keep_boundary, options_.keep_other};
    const auto behind = progress_.with([](const Progress& progress) {
        Sequence least = std::numeric_limits<Sequence>::max();
        for (const auto& [consumer, through] : progress.through) least = std::min(least, through);
        return least;
    });
    for (const FileEntry& file : overdue(catalogue_.files(), today, rule)) {
        catalogue_.remove(file.name);
        readers_.forget(file.name);
        remove_database(folder_.path() / file.name.text());
        dropped_.add(static_cast<std::uint64_t>(file.summary.items));
        log::info("{}", trf("{0}: older than it is kept, removed ({1} items{2})",
                            "{0}：超过保存期限，已删除（{1} 条{2}）", file.name.text(), file.summary.items,
                            file.summary.last > behind ? tr(", not all delivered", "，未全部上传") : ""));
    }
}

void SqliteStore::set_damaged_aside() {
    for (const FileName& name : catalogue_.take_damaged()) {
        for (const FileEntry& file : catalogue_.files()) {
            if (file.name == name) dropped_.add(static_cast<std::uint64_t>(file.summary.items));
        }
        writer_->abandon(name);
        catalogue_.remove(name);
        readers_.forget(name);
        set_file_aside(folder_.path() / name.text(), std::string(tr("damaged", "已损坏")), clock_.utc());
    }
}

void SqliteStore::finish(SteadyTime deadline) {
    while (!commit_waiting() && clock_.steady() + kRetryInterval < deadline) {
        static_cast<void>(clock_.wait_until(clock_.steady() + kRetryInterval, std::stop_token{}));
    }
    if (const auto left = waiting_.count(); left > 0) {
        log::error("{}", trf("stopping with {0} samples that the disk did not take",
                             "停止时仍有 {0} 个采样未能写入磁盘", left));
    }
    save_progress();
    set_damaged_aside();
    writer_->finish();
}

// ---- out ----

Result<std::optional<SqliteStore::Stream>> SqliteStore::open_stream(FileKind kind, Sequence after,
                                                                    Sequence through) {
    while (const auto file = catalogue_.first_beyond(kind, after)) {
        if (file->summary.first > through) return std::nullopt;
        auto reader = readers_.take(*file);
        const auto begun = reader ? (*reader)->begin(after, through) : Result<>{pass_on(reader.error())};
        if (begun && (*reader)->next()) return Stream{*file, std::move(*reader)};
        if (begun) {
            // Nothing left in this file for us, only holes: on to the next.
            if (file->summary.last >= through) return std::nullopt;
            after = file->summary.last;
            continue;
        }
        if (begun.error().kind == Failure::corrupt) {
            if (catalogue_.report_damaged(file->name)) wake_.raise();
            continue;
        }
        // Retention may have taken the file between the look into the catalogue and the opening.
        const auto again = catalogue_.first_beyond(kind, after);
        if (again && again->name == file->name) return pass_on(begun.error());
    }
    return std::nullopt;
}

Result<Peeked> SqliteStore::peek(Sequence after, std::size_t most) {
    const Sequence through = catalogue_.watermark();
    Peeked peeked{.items = {}, .through = after};
    if (most == 0) return peeked;
    std::array<std::optional<Stream>, kFileKinds> streams;
    for (const FileKind kind : {FileKind::boundary, FileKind::other}) {
        auto stream = open_stream(kind, after, through);
        if (!stream) return pass_on(stream.error());
        streams[static_cast<std::size_t>(kind)] = std::move(*stream);
    }
    const auto span = static_cast<std::size_t>(std::max<Sequence>(through - after, 0));
    peeked.items.reserve(std::min(most, span));
    while (peeked.items.size() < most) {
        std::optional<Stream>* next = nullptr;
        for (auto& stream : streams) {
            if (stream && (next == nullptr || *stream->reader->next() < *(*next)->reader->next()))
                next = &stream;
        }
        if (next == nullptr) {
            peeked.through = std::max(after, through);
            break;
        }
        FileReader& reader = *(*next)->reader;
        const Sequence sequence = *reader.next();
        auto item = reader.take();
        if (item) {
            peeked.items.push_back(std::move(*item));
        } else if (item.error().kind != Failure::corrupt) {
            return pass_on(item.error());
        } else if (reader.broken()) {
            if (catalogue_.report_damaged((*next)->file.name)) wake_.raise();
        } else {
            note_damaged((*next)->file.name, sequence, item.error());
        }
        peeked.through = sequence;
        if (!reader.broken() && reader.next()) continue;
        const FileName done = (*next)->file.name;
        next->reset();
        auto following = open_stream(done.kind, sequence, through);
        if (!following) return pass_on(following.error());
        *next = std::move(*following);
    }
    return peeked;
}

void SqliteStore::note_damaged(const FileName& file, Sequence sequence, const Error& why) {
    const bool news = damaged_.with([&](std::set<Sequence>& known) {
        return known.size() < kMostDamagedKnown && known.insert(sequence).second;
    });
    if (!news) return;
    damaged_count_.add();
    log::error("{}", trf("{0}: item {1} is damaged and passed over: {2}", "{0}：第 {1} 条已损坏，跳过：{2}",
                         file.text(), sequence, why.what));
}

Sequence SqliteStore::newest() const {
    return catalogue_.watermark();
}

void SqliteStore::notify(Signal& signal) {
    listeners_.with([&](std::set<Signal*>& listeners) { listeners.insert(&signal); });
}

void SqliteStore::forget(Signal& signal) {
    listeners_.with([&](std::set<Signal*>& listeners) { listeners.erase(&signal); });
}

Sequence SqliteStore::progress(const UplinkId& consumer) {
    return progress_.with([&](const Progress& progress) -> Sequence {
        const auto known = progress.through.find(consumer);
        return known == progress.through.end() ? 0 : known->second;
    });
}

void SqliteStore::ack(const UplinkId& consumer, Sequence through) {
    const Sequence reached = std::min(through, catalogue_.watermark());
    const bool first = progress_.with([&](Progress& progress) {
        Sequence& known = progress.through[consumer];
        if (reached <= known) return false;
        known = reached;
        const bool was_saved = progress.changed.empty();
        progress.changed.insert(consumer);
        return was_saved;
    });
    if (first) wake_.raise();
}

Result<> SqliteStore::set_aside(const UplinkId& consumer, Sequence sequence, const std::string& why) {
    return meta_->set_aside(consumer, sequence, why, clock_.utc());
}

std::uint64_t SqliteStore::set_aside_count(const UplinkId& consumer) {
    return meta_->set_aside_count(consumer).value_or(0);
}

std::uint64_t SqliteStore::backlog(const UplinkId& consumer) {
    return catalogue_.items_beyond(progress(consumer));
}

Result<std::vector<Slot>> SqliteStore::covered_slots(const MeterId& meter, Slot from, Slot to) {
    std::set<Slot> slots;
    const auto last = catalogue_.last_slot(meter);
    if (!last || *last < from) return std::vector<Slot>{};
    for (const FileEntry& file : catalogue_.covering(from, to)) {
        auto reader = readers_.take(file);
        const auto added = reader ? (*reader)->lookup().add_covered(meter, from, to, slots)
                                  : Result<>{pass_on(reader.error())};
        if (added) continue;
        if (added.error().kind != Failure::corrupt) return pass_on(added.error());
        if (catalogue_.report_damaged(file.name)) wake_.raise();
    }
    return std::vector<Slot>{slots.begin(), slots.end()};
}

std::optional<Slot> SqliteStore::last_slot(const MeterId& meter) {
    return catalogue_.last_slot(meter);
}
UtcTime SqliteStore::last_taken_at() {
    return catalogue_.last_taken_at();
}
ClockEpoch SqliteStore::last_epoch() {
    return catalogue_.last_epoch();
}

StoreStats SqliteStore::stats() {
    StoreStats stats{.newest = newest(),
                     .committed = committed_.value(),
                     .commits = commits_.value(),
                     .duplicates = duplicates_.value(),
                     .superseded = superseded_.value(),
                     .lost = waiting_.lost(),
                     .dropped = dropped_.value(),
                     .damaged = damaged_count_.value(),
                     .waiting = waiting_.count(),
                     .bytes_on_disk = 0,
                     .trouble = trouble_.copy()};
    std::error_code problem;
    for (const auto& each : std::filesystem::directory_iterator(folder_.path(), problem)) {
        std::error_code gone;
        const auto size = each.file_size(gone);
        if (!gone) stats.bytes_on_disk += size;
    }
    return stats;
}

}  // namespace mg
