#include <algorithm>
#include <array>
#include <filesystem>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/buffer/sqlite_store.h"

// What the consumers of the store call: reading, progress, and figures. What is appended and how it reaches
// the disk is in sqlite_store.cpp.
namespace mg {
namespace {

constexpr std::size_t kMostDamagedKnown = 10'000;

tl::unexpected<Error> pass_on(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

}  // namespace

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
