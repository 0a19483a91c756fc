#include "gateway/buffer/retention.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace mg {
namespace {

/// The order in which classes of files make room; `never` stays.
enum class Turn : std::uint8_t { delivered_other, other, old_boundary, never };

Turn turn_of(const FileEntry& file, const std::vector<Progress>& consumers, std::chrono::local_days today,
             const RetentionRule& rule) {
    if (!file.summary.closed) return Turn::never;
    if (file.name.kind == FileKind::boundary) {
        return file.name.day + rule.boundary_floor < today ? Turn::old_boundary : Turn::never;
    }
    const SequenceRange held{file.summary.first, file.summary.last};
    return file.summary.items == 0 || settled_by_all(held, consumers) ? Turn::delivered_other : Turn::other;
}

std::uint64_t reserve_of(const DiskUse& use, const SpaceRule& rule) {
    return std::min(rule.reserve, use.total / 10);
}

std::size_t most_at_once(Turn turn) {
    return turn == Turn::old_boundary ? kMostDroppedAtOnce : kMostMadeRoomAtOnce;
}

}  // namespace

std::vector<FileEntry> overdue(const std::vector<FileEntry>& files, std::chrono::local_days today,
                               const RetentionRule& rule) {
    std::vector<FileEntry> due;
    for (const FileKind kind : {FileKind::boundary, FileKind::other}) {
        const auto keep = kind == FileKind::boundary ? rule.keep_boundary : rule.keep_other;
        std::vector<FileEntry> of_kind;
        std::ranges::copy_if(files, std::back_inserter(of_kind), [&](const FileEntry& file) {
            return file.name.kind == kind && file.summary.closed && file.name.day + keep < today;
        });
        std::ranges::sort(of_kind, {}, &FileEntry::name);
        if (of_kind.size() > kMostDroppedAtOnce) of_kind.resize(kMostDroppedAtOnce);
        due.insert(due.end(), of_kind.begin(), of_kind.end());
    }
    return due;
}

bool settled_by_all(SequenceRange run, const std::vector<Progress>& consumers) {
    return std::ranges::all_of(consumers, [&](const Progress& progress) {
        return progress.next_open(run.first - 1).first > run.last;
    });
}

std::vector<FileEntry> make_room(std::vector<SizedFile> files, std::uint64_t wanted,
                                 const std::vector<Progress>& consumers, std::chrono::local_days today,
                                 const RetentionRule& rule) {
    std::ranges::sort(files, {}, [](const SizedFile& file) { return file.entry.name; });
    std::vector<FileEntry> going;
    std::uint64_t freed = 0;
    for (const Turn turn : {Turn::delivered_other, Turn::other, Turn::old_boundary}) {
        std::size_t of_turn = 0;
        for (const SizedFile& file : files) {
            if (freed >= wanted) return going;
            if (turn_of(file.entry, consumers, today, rule) != turn) continue;
            // The next class must wait for the next round, not take the turn of this one.
            if (++of_turn > most_at_once(turn)) return going;
            going.push_back(file.entry);
            freed += file.bytes;
        }
    }
    return going;
}

std::int64_t room_left(const DiskUse& use, const SpaceRule& rule) {
    const auto whole = [](std::uint64_t bytes) { return static_cast<std::int64_t>(bytes); };
    const std::int64_t on_disk = whole(use.free) - whole(reserve_of(use, rule));
    if (rule.budget == 0) return on_disk;
    return std::min(on_disk, whole(rule.budget) - whole(use.used));
}

std::int64_t room_to_begin_again(const DiskUse& use, const SpaceRule& rule) {
    const std::uint64_t enough = reserve_of(use, rule) / 8;
    return static_cast<std::int64_t>(rule.budget == 0 ? enough : std::min(enough, rule.budget / 16));
}

}  // namespace mg
