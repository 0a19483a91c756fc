#include "gateway/buffer/away_files.h"

#include <algorithm>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/buffer/data_folder.h"

namespace mg {
namespace {

constexpr BackoffLimits kPauses{.first = std::chrono::minutes{1}, .most = std::chrono::hours{1}};

}  // namespace

void AwayFiles::start(const std::vector<FileName>& unread) {
    const auto consumers = book_.progress_of({});
    for (const FileName& name : unread) {
        Backoff pause{kPauses, static_cast<std::uint64_t>(name.number)};
        const SteadyTime next = clock_.steady() + pause.next();
        away_.emplace(name, Away{pause, next});
        if (auto noted = meta_.note_away(name.text(), clock_.utc(), consumers); !noted)
            log::warning("{}", noted.error().what);
    }
    count_ = away_.size();
    const auto notes = meta_.away();
    if (!notes) return log::warning("{}", notes.error().what);
    for (const AwayNote& note : *notes) {
        const auto name = FileName::from(note.file);
        if (name && away_.contains(*name)) continue;
        if (const auto file = name ? catalogue_.find(*name) : std::nullopt) {
            give_again(*file, note);
        } else {
            static_cast<void>(meta_.came_back(note.file, {}));  // removed or set aside meanwhile
        }
    }
}

void AwayFiles::try_again() {
    const SteadyTime now = clock_.steady();
    for (auto each = away_.begin(); each != away_.end();) {
        auto& [name, away] = *each;
        if (now >= away.next && try_one(name)) {
            each = away_.erase(each);
            continue;
        }
        if (now >= away.next) away.next = clock_.steady() + away.pause.next();
        ++each;
    }
    count_ = away_.size();
}

bool AwayFiles::try_one(const FileName& name) {
    const auto path = folder_ / name.text();
    std::error_code problem;
    if (!std::filesystem::exists(path, problem) && !problem) return true;  // somebody took it away
    const auto found = inspect_at_start(path, name);
    if (!found && found.error().kind != Failure::corrupt) {
        log::error("{}", trf("{0} still cannot be read ({1}); it is tried again",
                             "{0} 仍无法读取（{1}），将再次尝试", path.native(), found.error().what));
        return false;
    }
    if (!found || found->store_id != store_id_) {
        set_file_aside(path,
                       found ? trf("belongs to another store, {}", "属于另一个存储 {}", found->store_id)
                             : found.error().what,
                       clock_.utc());
        return true;
    }
    const auto notes = meta_.away();
    if (!notes) return false;
    const FileEntry file{name, found->summary};
    // Seen first, ordered then: should the power fail between, the note is still there at the next start.
    catalogue_.add(file, found->last_slots);
    const auto note = std::ranges::find(*notes, name.text(), &AwayNote::file);
    give_again(file, note == notes->end() ? AwayNote{.file = name.text(), .through = {}} : *note);
    return true;
}

void AwayFiles::give_again(const FileEntry& file, const AwayNote& note) {
    const auto given = book_.give_again(note, file.summary);
    if (!given) {
        log::warning("{}", given.error().what);  // the note stays: the next start gives it again
        return;
    }
    log::warning("{}",
                 trf("{0} can be read again: {1} items; {2} uplinks had passed over it and get it again",
                     "{0} 已可读取：{1} 条；{2} 个上传目标曾越过它，将重新上传", file.name.text(),
                     file.summary.items, *given));
}

}  // namespace mg
