#include <algorithm>

#include "gateway/base/language.h"
#include "gateway/buffer/disk_use.h"
#include "gateway/buffer/sqlite_store.h"

// What the consumers of the store call: reading, progress, and figures. What is appended and how it reaches
// the disk is in sqlite_store.cpp.
namespace mg {
Result<Peeked> SqliteStore::peek(Sequence after, std::size_t most) {
    return reader_.peek(after, most);
}

Result<Peeked> SqliteStore::read(const HistoryQuery& query, Sequence after, std::size_t most) {
    return reader_.read(query, after, most);
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

bool SqliteStore::knows(const UplinkId& consumer) {
    return book_->knows(consumer);
}

Result<> SqliteStore::begin(const UplinkId& consumer, Sequence done) {
    return book_->begin(consumer, memory_lost_ ? 0 : done);
}

Sequence SqliteStore::progress(const UplinkId& consumer) {
    return book_->settled(consumer).through;
}

void SqliteStore::ack(const UplinkId& consumer, Sequence through) {
    ack_run(consumer, {1, through});
}

Progress SqliteStore::settled(const UplinkId& consumer) {
    return book_->settled(consumer);
}

void SqliteStore::ack_run(const UplinkId& consumer, SequenceRange run) {
    book_->settle(consumer, run);
}

Result<> SqliteStore::set_aside(const UplinkId& consumer, Sequence sequence, const std::string& why) {
    return meta_->set_aside(consumer, sequence, why, clock_.utc());
}

std::uint64_t SqliteStore::set_aside_count(const UplinkId& consumer) {
    return meta_->set_aside_count(consumer).value_or(0);
}

std::uint64_t SqliteStore::backlog(const UplinkId& consumer) {
    return catalogue_.items_beyond(book_->settled(consumer));
}

Result<std::vector<Slot>> SqliteStore::covered_slots(const MeterId& meter, Slot from, Slot to) {
    std::set<Slot> slots;
    const auto last = catalogue_.last_slot(meter);
    if (!last || *last < from) return std::vector<Slot>{};
    for (const FileEntry& file : catalogue_.covering(from, to)) {
        auto reader = readers_.take(file);
        const auto added = reader ? (*reader)->lookup().add_covered(meter, from, to, slots)
                                  : Result<>{pass_on(reader.error())};
        if (added || !catalogue_.knows(file.name)) continue;  // gone meanwhile: retention
        if (added.error().kind != Failure::corrupt) return pass_on(added.error());
        reader_.report_damaged(file.name);
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
    const SpaceReport space = housekeeping_->report();
    return {.newest = newest(),
            .committed = committed_.value(),
            .commits = commits_.value(),
            .duplicates = duplicates_.value(),
            .superseded = superseded_.value(),
            .lost = waiting_.lost(),
            .dropped = drops_->items(),
            .damaged = damaged_rows_.items(),
            .files_away = away_->count(),
            .waiting = waiting_.count(),
            .bytes_on_disk = bytes_in(folder_.path()),
            .free_on_disk = space.disk.free,
            .days_left = space.forecast.days_left,
            .hot_bytes_per_day = space.forecast.hot_bytes_per_day,
            .packed_bytes_per_day = space.forecast.packed_bytes_per_day,
            .boundary_only = space.boundary_only,
            .trouble = trouble_.copy()};
}

}  // namespace mg
