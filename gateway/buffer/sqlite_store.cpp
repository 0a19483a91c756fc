#include "gateway/buffer/sqlite_store.h"

#include <algorithm>
#include <limits>
#include <random>

#include <fmt/format.h>
#include <pthread.h>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/buffer/lost_mark.h"
#include "gateway/buffer/open_store.h"

namespace mg {
namespace {

constexpr std::string_view kMetaName = "meta.db";
constexpr std::size_t kProbe = 64;
constexpr std::chrono::seconds kRetryInterval{1};
constexpr milliseconds kProgressInterval{900};  // "on disk within a second"
constexpr std::chrono::hours kClosingInterval{1};
constexpr std::chrono::seconds kLastCommitLimit{3};
constexpr int kStartRetries = 2;
constexpr milliseconds kStartPause{200};
// The thread shows that it lives at least so often.
constexpr std::chrono::seconds kLongestWait{10};

/// A disk that stumbles at a start must not cost a file its place: asked again, unless asking again cannot
/// help.
template <class Ask>
auto patiently(Clock& clock, const Ask& ask) {
    auto answer = ask();
    const auto may_pass = [&] {
        return answer.error().kind != Failure::corrupt && answer.error().kind != Failure::invalid_config;
    };
    for (int again = 0; !answer && may_pass() && again < kStartRetries; ++again) {
        clock.wait_until(clock.steady() + kStartPause, std::stop_token{});
        answer = ask();
    }
    return answer;
}

std::string fresh_store_id() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

Result<std::unique_ptr<SampleStore>> open_store(const StorageOptions& options, const SiteOptions& site,
                                                Clock& clock, StoreLife life,
                                                HousekeepingSetup housekeeping) {
    auto store = SqliteStore::open(options, site, clock, std::move(life), std::move(housekeeping));
    if (!store) return pass_on(store.error());
    return std::move(*store);
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const StorageOptions& options, const SiteOptions& site,
                                                       Clock& clock, StoreLife life,
                                                       HousekeepingSetup housekeeping) {
    auto folder = DataFolder::open(options);
    if (!folder) return pass_on(folder.error());
    std::unique_ptr<SqliteStore> store{
        new SqliteStore(options, site, clock, std::move(*folder), std::move(life))};
    if (auto started = store->start(std::move(housekeeping)); !started) return pass_on(started.error());
    return store;
}

SqliteStore::SqliteStore(const StorageOptions& options, const SiteOptions& site, Clock& clock,
                         DataFolder folder, StoreLife life)
    : options_{options},
      site_{site},
      clock_{clock},
      folder_{std::move(folder)},
      life_{std::move(life)},
      readers_{folder_.path(), layouts_},
      reader_{catalogue_, readers_, damaged_rows_, [this] { wake_all(); }},
      waiting_{options.memory_limit, SlotGrid{site.boundary, site.utc_offset}} {}

SqliteStore::~SqliteStore() {
    // By hand, not by the member's end: run() uses everything that is declared before the thread.
    if (!thread_.joinable()) return;
    housekeeping_->request_stop();
    thread_.request_stop();
    thread_.join();
    housekeeping_.reset();
}

// ---- start ----

Result<> SqliteStore::start(HousekeepingSetup setup) {
    folder_.sweep();
    report_damaged_logs(folder_.path(), clock_.utc());
    auto opened = open_meta();
    if (!opened) return pass_on(opened.error());
    drops_ = std::make_unique<DropBook>(*meta_);
    if (auto loaded = drops_->load(); !loaded) return fail(Failure::invalid_config, loaded.error().what);
    drops_->finish_removals(folder_.path());
    const auto names = folder_.files();
    const bool mark_lost = opened->empty();
    memory_lost_ = mark_lost && !names.empty();
    if (memory_lost_) {
        log::error("{}", tr("meta.db is lost: where the uplinks stood is not known, they begin again with "
                            "the oldest sample",
                            "meta.db 已丢失：无法得知各上传目标的进度，将从最早的采样重新上传"));
    }
    auto store_id = mark_lost ? settle_store_id(names) : opened;
    if (!store_id) return pass_on(store_id.error());
    id_ = *store_id;
    const auto unread = take_stock(names, *store_id);
    if (!unread) return pass_on(unread.error());

    const auto reserved = meta_->reserved();
    const auto epoch = meta_->last_epoch();
    book_ = std::make_unique<DeliveryBook>(*meta_, clock_, catalogue_, [this] { wake_.raise(); });
    const auto loaded = book_->load();
    if (!reserved) return pass_on(reserved.error());
    if (!epoch) return pass_on(epoch.error());
    if (!loaded) return pass_on(loaded.error());
    catalogue_.raise_epoch(*epoch);
    away_ = std::make_unique<AwayFiles>(folder_.path(), *store_id, clock_, *meta_, *book_, catalogue_);
    away_->start(*unread);
    // A consumer never stands beyond what was given out; if meta.db came from elsewhere, new items must still
    // reach it.
    Sequence last = std::max({*reserved, catalogue_.watermark(), book_->furthest()});
    if (mark_lost && catalogue_.watermark() > 0) last = mark_beyond(last, clock_.utc());

    writer_ = std::make_unique<GroupWriter>(folder_, *store_id, site_.utc_offset, clock_, *meta_, catalogue_,
                                            readers_, layouts_);
    writer_->start_at(last + 1);
    housekeeping_ = std::make_unique<Housekeeping>(
        options_, site_,
        Housekeeping::Parts{clock_, folder_.path(), *meta_, *book_, *drops_, catalogue_, readers_, layouts_,
                            damaged_rows_, *away_},
        std::move(setup),
        Housekeeping::Effects{.boundary_only = [this](bool on) { waiting_.refuse_others(on); },
                              .lost = [this](Gap gap) { append(std::move(gap)); }});
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    housekeeping_->start();
    return {};
}

/// The store's id; empty when meta.db is new, or had to be begun anew.
Result<std::string> SqliteStore::open_meta() {
    const auto path = folder_.path() / kMetaName;
    const auto open = [&] { return MetaFile::open(path); };
    auto meta = patiently(clock_, open);
    if (!meta && meta.error().kind == Failure::corrupt) {
        set_file_aside(path, meta.error().what, clock_.utc());
        meta = patiently(clock_, open);
    }
    if (!meta) return pass_on(meta.error());
    meta_ = std::move(*meta);
    return meta_->store_id();
}

Result<std::string> SqliteStore::settle_store_id(const std::vector<FileName>& names) {
    std::string id = fresh_store_id();
    // The files know whose they are: with meta.db lost, the store goes on under its old name.
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        const auto path = folder_.path() / name->text();
        const auto found = patiently(clock_, [&] { return inspect_at_start(path, *name); });
        if (!found && found.error().kind == Failure::invalid_config) return pass_on(found.error());
        if (found) {
            id = found->store_id;
            break;
        }
    }
    if (auto set = meta_->set_store_id(id); !set) return pass_on(set.error());
    return id;
}

Result<std::vector<FileName>> SqliteStore::take_stock(const std::vector<FileName>& names,
                                                      const std::string& store_id) {
    std::vector<FileName> unread;
    for (const FileName& name : names) {
        const auto path = folder_.path() / name.text();
        const auto found = patiently(clock_, [&] { return inspect_at_start(path, name); });
        if (found && found->store_id == store_id) {
            catalogue_.add(FileEntry{name, found->summary}, found->last_slots);
        } else if (found) {
            set_file_aside(path, trf("belongs to another store, {}", "属于另一个存储 {}", found->store_id),
                           clock_.utc());
        } else if (found.error().kind == Failure::corrupt) {
            set_file_aside(path, found.error().what, clock_.utc());
        } else if (found.error().kind == Failure::invalid_config) {
            return pass_on(found.error());
        } else {
            // Is it this file, or does the disk read nothing at all now? Then the start is tried again later.
            if (auto meta = MetaFile::open(folder_.path() / kMetaName); !meta) return pass_on(meta.error());
            log::error(
                "{}", trf("{0} cannot be read ({1}); it is tried again, and what uplinks pass over meanwhile "
                          "is sent when it is back",
                          "{0} 目前无法读取（{1}），将再次尝试；恢复后补传期间被越过的数据", path.native(),
                          found.error().what));
            unread.push_back(name);
        }
    }
    return unread;
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
    pthread_setname_np(pthread_self(), "buffer");
    Due due{.closing = clock_.steady()};
    while (!stop.stop_requested()) {
        plan(due);
        SteadyTime next = std::min(due.closing, clock_.steady() + kLongestWait);
        if (due.commit) next = std::min(next, *due.commit);
        if (due.progress) next = std::min(next, *due.progress);
        if (clock_.wait(next, stop, wake_) == Wake::stopped) break;

        life_.waiting_for_disk();
        const SteadyTime now = clock_.steady();
        if (urgent_.exchange(false) || (due.commit && now >= *due.commit)) {
            const bool stored = commit_waiting();
            due.commit.reset();
            if (!stored) due.commit = clock_.steady() + kRetryInterval;
        }
        if (due.progress && now >= *due.progress) {
            // Trouble shows with the samples; what could not be saved stays news.
            static_cast<void>(book_->save());
            due.progress.reset();
        }
        if (now >= due.closing) {
            close_leftovers();
            due.closing = clock_.steady() + kClosingInterval;
        }
        set_damaged_aside();
        life_.progress();
    }
    life_.waiting_for_disk();
    finish(clock_.steady() + kLastCommitLimit);
}

void SqliteStore::plan(Due& due) const {
    if (!due.commit && !waiting_.empty()) due.commit = clock_.steady() + options_.commit_interval;
    if (!due.progress && book_->has_news()) due.progress = clock_.steady() + kProgressInterval;
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
        housekeeping_->look_soon();
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

void SqliteStore::close_leftovers() {
    writer_->close_leftovers();
    housekeeping_->look_soon();
}

void SqliteStore::set_damaged_aside() {
    for (const FileEntry& file : catalogue_.take_damaged(false)) {
        writer_->abandon(file.name);
        catalogue_.remove(file.name);
        readers_.forget(file.name);
        set_file_aside(folder_.path() / file.name.text(), std::string(tr("damaged", "已损坏")), clock_.utc());
        const auto noted = drops_->note(std::nullopt, unread_tally(file, DropReason::damaged, clock_.utc()));
        if (!noted) log::warning("{}", noted.error().what);
    }
}

/// A file, or something in it, was found damaged: who it belongs to sees to it.
void SqliteStore::wake_all() {
    wake_.raise();
    if (housekeeping_) housekeeping_->look_soon();
}

void SqliteStore::finish(SteadyTime deadline) {
    // The runs of refused samples are gaps that end here.
    waiting_.refuse_others(false);
    while (!commit_waiting() && clock_.steady() + kRetryInterval < deadline) {
        static_cast<void>(clock_.wait_until(clock_.steady() + kRetryInterval, std::stop_token{}));
    }
    if (const auto left = waiting_.count(); left > 0) {
        log::error("{}", trf("stopping with {0} samples that the disk did not take",
                             "停止时仍有 {0} 个采样未能写入磁盘", left));
    }
    if (auto saved = book_->save(); !saved) log::warning("{}", saved.error().what);
    set_damaged_aside();
    writer_->finish();
}

}  // namespace mg
