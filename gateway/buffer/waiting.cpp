#include "gateway/buffer/waiting.h"

#include <algorithm>

namespace mg {
namespace {

/// What an item costs in memory, near enough: itself, its heap block with malloc's header.
std::size_t bytes_of(const WaitingItem& item) {
    constexpr std::size_t kHeap = 16;
    const auto* sample = std::get_if<WaitingSample>(&item.what);
    if (sample == nullptr) return sizeof(WaitingItem) + std::get<Gap>(item.what).meter.text.capacity();
    return sizeof(WaitingItem) + kHeap + sample->packed.capacity();
}

WaitingItem pop(std::deque<WaitingItem>& items) {
    WaitingItem item = std::move(items.front());
    items.pop_front();
    return item;
}

}  // namespace

bool WaitingItem::precious() const {
    const auto* sample = std::get_if<WaitingSample>(&what);
    return sample == nullptr || sample->boundary;
}

bool Waiting::add(WaitingSample sample) {
    return push(WaitingItem{0, std::move(sample)});
}
bool Waiting::add(Gap gap) {
    return push(WaitingItem{0, std::move(gap)});
}

bool Waiting::push(WaitingItem item) {
    return state_.with([&](State& state) {
        const bool first = state.precious.empty() && state.other.empty();
        item.arrival = ++state.arrivals;
        if (state.refusing && !item.precious()) {
            lose(state, std::get<WaitingSample>(item.what));
            return false;
        }
        const std::size_t bytes = bytes_of(item);
        state.bytes += bytes;
        if (std::holds_alternative<Gap>(item.what)) state.gap_bytes += bytes;
        (item.precious() ? state.precious : state.other).push_back(std::move(item));
        if (state.bytes + state.taken_bytes > limit_) make_room(state);
        return first;
    });
}

void Waiting::refuse_others(bool refuse) {
    state_.with([&](State& state) { state.refusing = refuse; });
}

void Waiting::make_room(State& state) const {
    if (state.gap_bytes > limit_ / 4) join_gaps(state);
    while (state.bytes + state.taken_bytes > limit_) {
        auto victim = state.precious.end();
        if (state.other.empty()) {
            victim = std::ranges::find_if(state.precious, [](const WaitingItem& item) {
                return std::holds_alternative<WaitingSample>(item.what);
            });
            if (victim == state.precious.end()) return;
        }
        WaitingItem item = state.other.empty() ? std::move(*victim) : pop(state.other);
        if (victim != state.precious.end()) state.precious.erase(victim);
        state.bytes -= bytes_of(item);
        lose(state, std::get<WaitingSample>(item.what));
    }
}

void Waiting::lose(State& state, const WaitingSample& sample) const {
    ++state.lost;
    const Slot end{sample.slot.at + milliseconds{1}};
    const auto period = [&](Slot slot) { return boundaries_.at_or_before(slot.at); };
    auto [run, added] = state.lost_runs.try_emplace(
        {sample.layout->meter, sample.boundary},
        Gap{sample.layout->meter, sample.slot, end, Quality::storage_lost, sample.epoch});
    if (added) {
        state.bytes += sizeof(WaitingItem);
        return;
    }
    Gap& gap = run->second;
    const bool follows = sample.slot >= gap.from && sample.epoch == gap.epoch &&
                         (sample.boundary ? sample.slot.at - gap.to.at <= boundaries_.every
                                          : period(sample.slot) == period(gap.from));
    if (follows) {
        gap.to = std::max(gap.to, end);
        return;
    }
    WaitingItem finished{++state.arrivals, gap};
    const std::size_t bytes = bytes_of(finished);
    state.bytes += bytes;
    state.gap_bytes += bytes;
    state.precious.push_back(std::move(finished));
    gap = Gap{sample.layout->meter, sample.slot, end, Quality::storage_lost, sample.epoch};
}

void Waiting::join_gaps(State& state) {
    std::map<MeterId, Gap> joined;
    const auto join = [&](const Gap& gap) {
        auto [known, added] = joined.try_emplace(gap.meter, gap);
        if (added) return;
        known->second.from = std::min(known->second.from, gap.from);
        known->second.to = std::max(known->second.to, gap.to);
        known->second.epoch = std::max(known->second.epoch, gap.epoch);
    };
    std::erase_if(state.precious, [&](const WaitingItem& item) {
        const auto* gap = std::get_if<Gap>(&item.what);
        if (gap == nullptr || gap->reason != Quality::storage_lost) return false;
        join(*gap);
        state.bytes -= bytes_of(item);
        state.gap_bytes -= bytes_of(item);
        return true;
    });
    for (auto& [meter, gap] : joined) {
        WaitingItem item{++state.arrivals, std::move(gap)};
        state.bytes += bytes_of(item);
        state.gap_bytes += bytes_of(item);
        state.precious.push_back(std::move(item));
    }
}

std::vector<WaitingItem> Waiting::take(std::size_t most, bool lost) {
    return state_.with([&](State& state) {
        std::vector<WaitingItem> items;
        if (lost && !state.refusing) {
            for (auto& [meter, gap] : state.lost_runs) {
                state.bytes -= sizeof(WaitingItem);
                items.push_back(WaitingItem{0, std::move(gap)});
                state.taken_bytes += bytes_of(items.back());
            }
            state.lost_runs.clear();
        }
        while (items.size() < most && state.taken_bytes < limit_ / 2 &&
               !(state.precious.empty() && state.other.empty())) {
            const bool precious =
                state.other.empty() ||
                (!state.precious.empty() && state.precious.front().arrival < state.other.front().arrival);
            items.push_back(pop(precious ? state.precious : state.other));
            const std::size_t bytes = bytes_of(items.back());
            state.bytes -= bytes;
            state.taken_bytes += bytes;
            if (std::holds_alternative<Gap>(items.back().what)) state.gap_bytes -= bytes;
        }
        state.taken = items.size();
        return items;
    });
}

void Waiting::settled() {
    state_.with([](State& state) {
        state.taken = 0;
        state.taken_bytes = 0;
    });
}

void Waiting::put_back(std::vector<WaitingItem> items) {
    state_.with([&](State& state) {
        state.taken = 0;
        state.taken_bytes = 0;
        for (auto item = items.rbegin(); item != items.rend(); ++item) {
            const std::size_t bytes = bytes_of(*item);
            state.bytes += bytes;
            if (std::holds_alternative<Gap>(item->what)) state.gap_bytes += bytes;
            (item->precious() ? state.precious : state.other).push_front(std::move(*item));
        }
    });
}

std::uint64_t Waiting::last_arrival() const {
    return state_.with([](const State& state) { return state.arrivals; });
}

std::size_t Waiting::count() const {
    return state_.with([](const State& state) {
        return state.precious.size() + state.other.size() + state.lost_runs.size() + state.taken;
    });
}

bool Waiting::empty() const {
    return state_.with([](const State& state) {
        return state.precious.empty() && state.other.empty() && state.lost_runs.empty();
    });
}

std::uint64_t Waiting::lost() const {
    return state_.with([](const State& state) { return state.lost; });
}

}  // namespace mg
