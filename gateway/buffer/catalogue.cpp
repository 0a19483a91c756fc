#include "gateway/buffer/catalogue.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace mg {
namespace {

/// By sequence; a file that was made and has nothing yet is the newest of all.
Sequence rank(const FileSummary& summary) {
    return summary.items == 0 && !summary.closed ? std::numeric_limits<Sequence>::max() : summary.last;
}

}  // namespace

void Catalogue::note(State& state, const FileSummary& summary) {
    state.last_taken_at = std::max(state.last_taken_at, summary.last_taken_at);
    state.last_epoch = std::max(state.last_epoch, summary.last_epoch);
}

void Catalogue::raise(State& state, const LastSlots& last_slots) {
    for (const auto& [meter, slot] : last_slots) {
        auto [known, added] = state.last_slots.try_emplace(meter, slot);
        if (!added) known->second = std::max(known->second, slot);
    }
}

void Catalogue::add(const FileEntry& entry, const LastSlots& last_slots) {
    state_.with([&](State& state) {
        ++state.additions;
        state.files[entry.name] = entry.summary;
        state.watermark = std::max(state.watermark, entry.summary.last);
        note(state, entry.summary);
        raise(state, last_slots);
    });
}

void Catalogue::publish(const std::vector<FileEntry>& written, const LastSlots& last_slots) {
    state_.with([&](State& state) {
        for (const FileEntry& entry : written) state.files[entry.name] = entry.summary;
        for (const auto& [name, summary] : state.files) {
            if (summary.last > state.watermark) note(state, summary);
        }
        for (const auto& [name, summary] : state.files)
            state.watermark = std::max(state.watermark, summary.last);
        raise(state, last_slots);
    });
}

void Catalogue::update(const FileEntry& entry) {
    state_.with([&](State& state) { state.files[entry.name] = entry.summary; });
}

void Catalogue::remove(const FileName& name) {
    state_.with([&](State& state) {
        state.files.erase(name);
        state.damaged.erase(name);
    });
}

std::uint64_t Catalogue::additions() const {
    return state_.with([](const State& state) { return state.additions; });
}

Sequence Catalogue::watermark() const {
    return state_.with([](const State& state) { return state.watermark; });
}

std::optional<FileEntry> Catalogue::first_beyond(FileKind kind, Sequence after) const {
    return first_beyond(kind, after, Slot{UtcTime::min()}, Slot{UtcTime::max()});
}

std::optional<FileEntry> Catalogue::first_beyond(FileKind kind, Sequence after, Slot from, Slot to) const {
    return state_.with([&](const State& state) {
        std::optional<FileEntry> first;
        for (const auto& [name, summary] : state.files) {
            if (name.kind != kind || summary.last <= after || state.damaged.contains(name)) continue;
            if (summary.first_slot >= to || summary.last_slot < from) continue;
            if (!first || summary.first < first->summary.first) first = FileEntry{name, summary};
        }
        return first;
    });
}

std::optional<FileEntry> Catalogue::newest(FileKind kind) const {
    return state_.with([&](const State& state) {
        std::optional<FileEntry> newest;
        for (const auto& [name, summary] : state.files) {
            if (name.kind != kind) continue;
            if (!newest || rank(summary) >= rank(newest->summary)) newest = FileEntry{name, summary};
        }
        return newest;
    });
}

std::vector<FileEntry> Catalogue::covering(Slot from, Slot to) const {
    return state_.with([&](const State& state) {
        std::vector<FileEntry> found;
        for (const auto& [name, summary] : state.files) {
            if (summary.first_slot > to || summary.last_slot < from || state.damaged.contains(name)) continue;
            found.push_back(FileEntry{name, summary});
        }
        return found;
    });
}

std::vector<FileEntry> Catalogue::files() const {
    return state_.with([](const State& state) {
        std::vector<FileEntry> all;
        for (const auto& [name, summary] : state.files) all.push_back(FileEntry{name, summary});
        return all;
    });
}

std::optional<Slot> Catalogue::last_slot(const MeterId& meter) const {
    return state_.with([&](const State& state) -> std::optional<Slot> {
        const auto found = state.last_slots.find(meter);
        if (found == state.last_slots.end()) return std::nullopt;
        return found->second;
    });
}

LastSlots Catalogue::last_slots() const {
    return state_.with([](const State& state) { return state.last_slots; });
}

UtcTime Catalogue::last_taken_at() const {
    return state_.with([](const State& state) { return state.last_taken_at; });
}

ClockEpoch Catalogue::last_epoch() const {
    return state_.with([](const State& state) { return state.last_epoch; });
}

void Catalogue::raise_epoch(ClockEpoch epoch) {
    state_.with([&](State& state) { state.last_epoch = std::max(state.last_epoch, epoch); });
}

std::uint64_t Catalogue::items_in(SequenceRange run) const {
    return state_.with([&](const State& state) {
        std::int64_t items = 0;
        for (const auto& [name, summary] : state.files) {
            const Sequence from = std::max(run.first, summary.first);
            const Sequence to = std::min(run.last, summary.last);
            items += std::clamp<std::int64_t>(to - from + 1, 0, summary.items);
        }
        // Both kinds share the sequences, so the length of the run is a bound as well.
        return static_cast<std::uint64_t>(
            std::min(items, std::max<std::int64_t>(0, run.last - run.first + 1)));
    });
}

std::uint64_t Catalogue::items_beyond(const Progress& progress) const {
    std::uint64_t items = 0;
    const Sequence newest = watermark();
    Sequence after = progress.through;
    while (after < newest) {
        const SequenceRange open = progress.next_open(after);
        items += items_in({open.first, std::min(open.last, newest)});
        after = open.last;
    }
    return items;
}

bool Catalogue::report_damaged(const FileName& name) {
    return state_.with([&](State& state) {
        if (!state.damaged.insert(name).second) return false;
        state.to_set_aside.insert(name);
        return true;
    });
}

std::vector<FileEntry> Catalogue::take_damaged(bool closed) {
    return state_.with([&](State& state) {
        std::vector<FileEntry> taken;
        std::erase_if(state.to_set_aside, [&](const FileName& name) {
            const auto file = state.files.find(name);
            if (file == state.files.end()) return true;
            if (file->second.closed != closed) return false;
            taken.push_back({name, file->second});
            return true;
        });
        return taken;
    });
}

std::optional<FileEntry> Catalogue::find(const FileName& name) const {
    return state_.with([&](const State& state) -> std::optional<FileEntry> {
        const auto found = state.files.find(name);
        if (found == state.files.end()) return std::nullopt;
        return FileEntry{found->first, found->second};
    });
}

bool Catalogue::knows(const FileName& name) const {
    return state_.with([&](const State& state) { return state.files.contains(name); });
}

}  // namespace mg
