#include "gateway/buffer/housekeeping.h"

#include <algorithm>

#include <pthread.h>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/base/low_priority.h"
#include "gateway/buffer/data_folder.h"
#include "gateway/buffer/disk_use.h"
#include "gateway/buffer/file_damage.h"
#include "gateway/buffer/repacker.h"

namespace mg {
namespace {

constexpr std::chrono::seconds kInterval{60};
// Samples are being refused: whoever makes room should not have to wait.
constexpr std::chrono::seconds kIntervalWithoutRoom{5};
constexpr std::chrono::hours kAgeInterval{1};
constexpr std::uint64_t kPackingMargin = 1UL << 20U;
// The thread shows that it lives at least so often.
constexpr std::chrono::seconds kLongestWait{10};

/// "cloud 1200, office 3" of what they will not get any more.
std::string unsettled_text(const DropTally& tally) {
    std::map<UplinkId, std::uint64_t> items;
    for (const auto& [key, count] : tally.unsettled) items[key.first] += count;
    std::string text;
    for (const auto& [consumer, count] : items) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", consumer.text, count);
    }
    return text;
}

std::string reason_text(DropReason reason) {
    switch (reason) {
        case DropReason::age:
            return std::string(tr("kept for as long as configured", "已超过保存期限"));
        case DropReason::space:
            return std::string(tr("to make room", "为腾出空间"));
        case DropReason::damaged:
            return std::string(tr("damaged", "已损坏"));
    }
    return {};
}

}  // namespace

Housekeeping::Housekeeping(const StorageOptions& options, const SiteOptions& site, Parts parts,
                           HousekeepingSetup setup, Effects effects)
    : options_{options},
      site_{site},
      parts_{std::move(parts)},
      setup_{std::move(setup)},
      effects_{std::move(effects)},
      rule_{options.keep_boundary, options.keep_other,
            std::min(options.boundary_floor, options.keep_boundary)},
      space_{options.budget, options.reserve} {}

Housekeeping::~Housekeeping() {
    // By hand, not by the member's end: run() uses everything that is declared before the thread.
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

void Housekeeping::start() {
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void Housekeeping::run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "housekeeping");
    give_way();
    SteadyTime due = parts_.clock.steady();
    while (!stop.stop_requested()) {
        setup_.life.progress();
        const SteadyTime next = std::min(due, parts_.clock.steady() + kLongestWait);
        const Wake wake = parts_.clock.wait(next, stop, wake_);
        if (wake == Wake::stopped) break;
        if (wake == Wake::due && parts_.clock.steady() < due) continue;
        setup_.life.waiting_for_disk();
        round(stop);
        due = parts_.clock.steady() + (boundary_only_ ? kIntervalWithoutRoom : kInterval);
    }
    setup_.life.waiting_for_disk();
}

void Housekeeping::round(const std::stop_token& stop) {
    parts_.drops.catch_up();
    parts_.away.try_again();
    set_damaged_aside();
    look_into_damaged_rows(stop);
    drop_overdue(stop);
    keep_room(stop);
    repack_closed(stop);
    if (!stop.stop_requested()) take_measure();
}

void Housekeeping::set_damaged_aside() {
    for (const FileEntry& file : parts_.catalogue.take_damaged(true)) {
        parts_.catalogue.remove(file.name);
        parts_.readers.forget(file.name);
        set_file_aside(parts_.folder / file.name.text(), reason_text(DropReason::damaged),
                       parts_.clock.utc());
        const auto noted =
            parts_.drops.note(std::nullopt, unread_tally(file, DropReason::damaged, parts_.clock.utc()));
        if (!noted) log::warning("{}", noted.error().what);
    }
}

/// Somebody met a damaged row: the whole file is looked at, so that there is one alarm for it, and what was
/// in its damaged rows becomes missing with a reason. The gaps are the same at every look and stored once.
void Housekeeping::look_into_damaged_rows(const std::stop_token& stop) {
    const SlotGrid boundaries{site_.boundary, site_.utc_offset};
    for (const FileName& name : parts_.damaged_rows.take_files()) {
        const auto file = parts_.catalogue.find(name);
        if (!file || stop.stop_requested()) continue;
        auto reader = parts_.readers.take(*file);
        const auto damage = reader ? look_for_damage(**reader, boundaries, stop, [this] { show_life(); })
                                   : Result<FileDamage>{tl::unexpected<Error>(reader.error())};
        if (!damage) {
            if (!stop.stop_requested()) log::warning("{}", damage.error().what);
            if (damage.error().kind != Failure::corrupt) parts_.damaged_rows.look_again(name);
            continue;
        }
        parts_.damaged_rows.know(name, damage->pieces);
        for (const Gap& gap : damage->lost) effects_.lost(gap);
        if (std::exchange(damage_said_[name], damage->items) == damage->items) continue;
        log::error("{}",
                   trf("file {0}: {1} rows damaged, sequence {2}–{3}; passed over, their slots become gaps "
                       "({4} of unknown meter)",
                       "文件 {0}：{1} 行已损坏，序号 {2}–{3}；已跳过，其时刻记为缺口（{4} 行无法确定计量点）",
                       name.text(), damage->items, damage->first, damage->last, damage->nameless));
    }
}

void Housekeeping::drop_overdue(const std::stop_token& stop) {
    const SteadyTime now = parts_.clock.steady();
    if (age_looked_at_ && now - *age_looked_at_ < kAgeInterval) return;
    const auto due = overdue(parts_.catalogue.files(), today(), rule_);
    for (const FileEntry& file : due) {
        if (stop.stop_requested() || !drop(file, DropReason::age, stop)) return;
    }
    // Files may still be closed after a start; only when some went has the hour begun.
    if (!due.empty()) age_looked_at_ = now;
}

void Housekeeping::keep_room(const std::stop_token& stop) {
    for (std::size_t gone = 0; gone < kMostMadeRoomAtOnce && !stop.stop_requested(); ++gone) {
        const std::int64_t left = room(disk_use(parts_.folder));
        if (left >= 0) break;
        // Packing frees room and takes nothing away.
        if (const auto packable = next_to_pack(); packable && pack(*packable, stop)) continue;
        const auto file = next_to_go(static_cast<std::uint64_t>(-left));
        if (!file) return set_boundary_only(true);
        if (!drop(*file, DropReason::space, stop)) return;
        if (file->name.kind == FileKind::boundary) ++boundary_in_hour_;
    }
    const DiskUse disk = disk_use(parts_.folder);
    if (room(disk) >= room_to_begin_again(disk, space_)) set_boundary_only(false);
}

void Housekeeping::repack_closed(const std::stop_token& stop) {
    while (const auto file = next_to_pack()) {
        if (stop.stop_requested() || !pack(*file, stop)) return;
    }
}

std::optional<FileEntry> Housekeeping::next_to_pack() const {
    if (!options_.repack) return std::nullopt;
    const std::uint64_t free = disk_use(parts_.folder).free;
    for (const FileEntry& file : parts_.catalogue.files()) {
        const bool waits = file.summary.closed && !file.summary.packed && !not_packed_.contains(file.name);
        // The packed file lies beside the original until it has proved to be the same.
        if (waits && bytes_of(parts_.folder, file.name) + kPackingMargin < free) return file;
    }
    return std::nullopt;
}

bool Housekeeping::pack(const FileEntry& file, const std::stop_token& stop) {
    const RepackHooks hooks{.stop = stop, .progress = [this](double) { show_life(); }};
    const auto packed = repack(parts_.folder, file, parts_.layouts, hooks);
    if (stop.stop_requested()) return false;
    if (packed) {
        parts_.catalogue.update(*packed);
        parts_.readers.forget(file.name);
        pack_trouble_.erase(file.name);
        return true;
    }
    // Tried again at each round, said once.
    if (std::exchange(pack_trouble_[file.name], packed.error().what) != packed.error().what) {
        log::warning(
            "{}", trf("{0} is not repacked: {1}", "{0} 未压缩：{1}", file.name.text(), packed.error().what));
    }
    if (packed.error().kind == Failure::corrupt) {
        not_packed_.insert(file.name);
        parts_.catalogue.report_damaged(file.name);
    }
    return false;
}

std::map<UplinkId, Progress> Housekeeping::who_wants() const {
    auto all = parts_.book.progress_of(setup_.consumers);
    const UtcTime now = parts_.clock.utc();
    std::erase_if(all, [&](const auto& each) {
        const auto begins = setup_.not_before.find(each.first);
        return begins != setup_.not_before.end() && now < begins->second && !parts_.book.knows(each.first);
    });
    return all;
}

std::optional<FileEntry> Housekeeping::next_to_go(std::uint64_t wanted) {
    std::vector<SizedFile> files;
    for (const FileEntry& entry : parts_.catalogue.files()) {
        files.push_back({entry, bytes_of(parts_.folder, entry.name)});
    }
    std::vector<Progress> consumers;
    for (const auto& [id, progress] : who_wants()) consumers.push_back(progress);
    const auto going = make_room(std::move(files), wanted, consumers, today(), rule_);
    if (going.empty()) return std::nullopt;
    if (going.front().name.kind == FileKind::boundary) {
        const SteadyTime now = parts_.clock.steady();
        if (now - boundary_hour_ >= kAgeInterval) {
            boundary_hour_ = now;
            boundary_in_hour_ = 0;
        }
        if (boundary_in_hour_ >= kMostDroppedAtOnce) return std::nullopt;
    }
    return going.front();
}

bool Housekeeping::drop(const FileEntry& file, DropReason reason, const std::stop_token& stop) {
    const std::string name = file.name.text();
    const auto consumers = who_wants();
    const UtcTime now = parts_.clock.utc();
    auto reader = parts_.readers.take(file);
    auto tally = reader ? tally_of(**reader, file, reason, consumers, now, stop)
                        : Result<DropTally>{tl::unexpected<Error>(reader.error())};
    if (reader) reader->reset();
    if (stop.stop_requested()) return false;
    // What cannot be read takes room all the same.
    if (!tally) tally = unread_tally(file, reason, now);
    if (auto noted = parts_.drops.note(GoingFile{name, file.summary.first}, *tally); !noted) {
        log::warning("{}", noted.error().what);
        return false;
    }
    parts_.catalogue.remove(file.name);
    parts_.readers.forget(file.name);
    parts_.drops.remove(parts_.folder, name);
    if (file.name.kind == FileKind::boundary) {
        static_cast<void>(parts_.meta.drop_receipts(file.summary.last_slot.at));
    }
    const std::string unsettled = unsettled_text(*tally);
    if (unsettled.empty()) {
        log::info("{}", trf("{0} removed ({1}): {2} items", "{0} 已删除（{1}）：{2} 条", name,
                            reason_text(reason), tally->items()));
    } else {
        log::warning("{}", trf("{0} removed ({1}): {2} items, not delivered: {3}",
                               "{0} 已删除（{1}）：{2} 条，其中未上传：{3}", name, reason_text(reason),
                               tally->items(), unsettled));
    }
    show_life();
    return true;
}

/// In the middle of something that takes its time.
void Housekeeping::show_life() {
    setup_.life.progress();
    setup_.life.waiting_for_disk();
}

void Housekeeping::set_boundary_only(bool on) {
    if (std::exchange(boundary_only_, on) == on) return;
    effects_.boundary_only(on);
    report_.with([&](SpaceReport& report) { report.boundary_only = on; });
    if (on) {
        log::error("{}", tr("no room is left and nothing may go: only boundary samples are stored, others "
                            "become gaps",
                            "存储空间已满且没有可清理的数据：只保存边界采样，其他采样记为缺口"));
    } else {
        log::warning("{}",
                     tr("there is room again: all samples are stored", "存储空间已恢复：所有采样照常保存"));
    }
}

void Housekeeping::take_measure() {
    std::vector<FileUse> files;
    for (const FileEntry& entry : parts_.catalogue.files()) {
        files.push_back(
            {entry.name.kind, entry.name.day, bytes_of(parts_.folder, entry.name), entry.summary.packed});
    }
    const DiskUse disk = disk_use(parts_.folder);
    const SpaceReport report{.disk = disk,
                             .room = room(disk),
                             .forecast = forecast(files, today(), rule_, room(disk)),
                             .boundary_only = boundary_only_};
    report_.with([&](SpaceReport& known) { known = report; });
}

std::int64_t Housekeeping::room(const DiskUse& disk) const {
    return room_left(disk, space_);
}

std::chrono::local_days Housekeeping::today() const {
    return local_day(parts_.clock.utc(), site_.utc_offset);
}

}  // namespace mg
