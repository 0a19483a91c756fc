#include "tests/support/memory_store.h"

#include <algorithm>
#include <set>

namespace mg {
namespace {

std::vector<bool> present_in(const Sample& sample) {
    std::vector<bool> present;
    present.reserve(sample.readings.size());
    for (const Reading& reading : sample.readings) present.push_back(has_value(reading.quality));
    return present;
}

bool any(const std::vector<bool>& present) {
    return std::ranges::find(present, true) != present.end();
}

/// True when `now` has a value somewhere that `before` had not, and takes none away.
bool adds_values(const std::vector<bool>& before, const std::vector<bool>& now) {
    if (before.size() != now.size()) return !any(before) && any(now);
    bool added = false;
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (before[i] && !now[i]) return false;
        added = added || (now[i] && !before[i]);
    }
    return added;
}

auto after_sequence(const std::deque<StoredItem>& items, Sequence after) {
    return std::ranges::upper_bound(items, after, {}, sequence_of);
}

}  // namespace

void MemoryStore::commit(State& state, StoredItem item) {
    state.items.push_back(std::move(item));
    state.stats.newest = state.newest;
    ++state.stats.committed;
    ++state.stats.commits;
    // Raised under the lock, so that a signal is never touched after forget() returned.
    for (Signal* signal : state.signals) signal->raise();
}

void MemoryStore::append(Sample sample) {
    state_.with([&](State& state) {
        auto& slots = state.by_meter[sample.meter()];
        auto present = present_in(sample);
        std::uint32_t revision = 0;
        if (const auto found = slots.find(sample.slot); found != slots.end()) {
            const Latest& before = found->second;
            const bool supersedes = sample.epoch > before.epoch ||
                                    (sample.epoch == before.epoch && adds_values(before.present, present));
            if (!supersedes) {
                ++state.stats.duplicates;
                return;
            }
            revision = before.revision + 1;
            ++state.stats.superseded;
        }
        slots[sample.slot] = Latest{revision, sample.epoch, std::move(present)};
        state.last_taken_at = std::max(state.last_taken_at, sample.taken_at);
        state.last_epoch = std::max(state.last_epoch, sample.epoch);
        commit(state, StoredSample{++state.newest, revision, std::move(sample)});
    });
}

void MemoryStore::append(Gap gap) {
    state_.with([&](State& state) {
        const bool known = std::ranges::any_of(state.items, [&](const StoredItem& item) {
            const auto* stored = std::get_if<StoredGap>(&item);
            return stored != nullptr && stored->gap == gap;
        });
        if (known) {
            ++state.stats.duplicates;
            return;
        }
        state.last_epoch = std::max(state.last_epoch, gap.epoch);
        commit(state, StoredGap{++state.newest, std::move(gap)});
    });
}

bool MemoryStore::flush(SteadyTime /*deadline*/) {
    return true;
}

Result<Peeked> MemoryStore::peek(Sequence after, std::size_t most) {
    return state_.with([&](State& state) -> Result<Peeked> {
        if (state.failure) return tl::unexpected<Error>(*state.failure);
        const auto first = after_sequence(state.items, after);
        const auto left = static_cast<std::size_t>(state.items.end() - first);
        const auto last = first + static_cast<std::ptrdiff_t>(std::min(most, left));
        Peeked peeked{.items = {first, last}, .through = std::max(after, state.newest)};
        if (last != state.items.end()) peeked.through = most == 0 ? after : sequence_of(peeked.items.back());
        return peeked;
    });
}

Result<Peeked> MemoryStore::read(const HistoryQuery& query, Sequence after, std::size_t most) {
    return state_.with([&](State& state) -> Result<Peeked> {
        if (state.failure) return tl::unexpected<Error>(*state.failure);
        Peeked found{.items = {}, .through = std::max(after, state.newest)};
        for (auto item = after_sequence(state.items, after); item != state.items.end(); ++item) {
            if (found.items.size() == most) {
                found.through = sequence_of(*item) - 1;
                break;
            }
            if (query.matches(*item)) found.items.push_back(*item);
        }
        return found;
    });
}

Sequence MemoryStore::newest() const {
    return state_.with([](const State& state) { return state.newest; });
}

void MemoryStore::notify(Signal& signal) {
    state_.with([&](State& state) { state.signals.push_back(&signal); });
}

void MemoryStore::forget(Signal& signal) {
    state_.with([&](State& state) { std::erase(state.signals, &signal); });
}

bool MemoryStore::knows(const UplinkId& consumer) {
    return state_.with([&](State& state) { return state.consumers[consumer].known; });
}

Result<> MemoryStore::begin(const UplinkId& consumer, Sequence done) {
    return state_.with([&](State& state) -> Result<> {
        if (state.failure) return tl::unexpected<Error>(*state.failure);
        Consumer& fresh = state.consumers[consumer];
        if (!std::exchange(fresh.known, true)) fresh.progress.settle({1, std::min(done, state.newest)});
        return {};
    });
}

Sequence MemoryStore::progress(const UplinkId& consumer) {
    return settled(consumer).through;
}

void MemoryStore::ack(const UplinkId& consumer, Sequence through) {
    ack_run(consumer, {1, through});
}

Progress MemoryStore::settled(const UplinkId& consumer) {
    return state_.with([&](State& state) { return state.consumers[consumer].progress; });
}

void MemoryStore::ack_run(const UplinkId& consumer, SequenceRange run) {
    state_.with([&](State& state) {
        run.last = std::min(run.last, state.newest);
        state.consumers[consumer].progress.settle(run);
        state.consumers[consumer].known = true;
    });
}

Result<> MemoryStore::set_aside(const UplinkId& consumer, Sequence sequence, const std::string& why) {
    return state_.with([&](State& state) -> Result<> {
        if (state.failure) return tl::unexpected<Error>(*state.failure);
        state.consumers[consumer].set_aside.emplace(sequence, why);
        return {};
    });
}

std::uint64_t MemoryStore::set_aside_count(const UplinkId& consumer) {
    return set_aside_items(consumer).size();
}

std::uint64_t MemoryStore::backlog(const UplinkId& consumer) {
    return state_.with([&](State& state) {
        const Progress& progress = state.consumers[consumer].progress;
        return static_cast<std::uint64_t>(std::ranges::count_if(
            state.items, [&](const StoredItem& item) { return !progress.is_settled(sequence_of(item)); }));
    });
}

Result<std::vector<Slot>> MemoryStore::covered_slots(const MeterId& meter, Slot from, Slot to) {
    return state_.with([&](State& state) -> Result<std::vector<Slot>> {
        if (state.failure) return tl::unexpected<Error>(*state.failure);
        std::set<Slot> covered;
        if (const auto found = state.by_meter.find(meter); found != state.by_meter.end()) {
            for (const auto& [slot, latest] : found->second) {
                if (slot >= from && slot < to) covered.insert(slot);
            }
        }
        for (const StoredItem& item : state.items) {
            const auto* stored = std::get_if<StoredGap>(&item);
            if (stored == nullptr || stored->gap.meter != meter) continue;
            for (Slot slot = stored->gap.from; slot < stored->gap.to; slot.at += slot_step_) {
                if (slot >= from && slot < to) covered.insert(slot);
            }
        }
        return std::vector<Slot>{covered.begin(), covered.end()};
    });
}

std::optional<Slot> MemoryStore::last_slot(const MeterId& meter) {
    return state_.with([&](State& state) {
        std::optional<Slot> last;
        if (const auto found = state.by_meter.find(meter); found != state.by_meter.end()) {
            last = found->second.rbegin()->first;
        }
        for (const StoredItem& item : state.items) {
            const auto* stored = std::get_if<StoredGap>(&item);
            if (stored == nullptr || stored->gap.meter != meter) continue;
            // The store does not know the meter's interval: any instant before the end is in the last slot's
            // interval.
            const Slot in_last{stored->gap.to.at - milliseconds{1}};
            last = last ? std::max(*last, in_last) : in_last;
        }
        return last;
    });
}

UtcTime MemoryStore::last_taken_at() {
    return state_.with([](const State& state) { return state.last_taken_at; });
}

ClockEpoch MemoryStore::last_epoch() {
    return state_.with([](const State& state) { return state.last_epoch; });
}

StoreStats MemoryStore::stats() {
    return state_.with([](const State& state) { return state.stats; });
}

std::vector<StoredItem> MemoryStore::items() const {
    return state_.with(
        [](const State& state) { return std::vector<StoredItem>{state.items.begin(), state.items.end()}; });
}

std::map<Sequence, std::string> MemoryStore::set_aside_items(const UplinkId& consumer) const {
    return state_.with([&](const State& state) {
        const auto found = state.consumers.find(consumer);
        return found == state.consumers.end() ? std::map<Sequence, std::string>{} : found->second.set_aside;
    });
}

void MemoryStore::fail_with(std::optional<Error> error) {
    state_.with([&](State& state) { state.failure = std::move(error); });
}

void MemoryStore::drop_through(Sequence through) {
    state_.with([&](State& state) {
        while (!state.items.empty() && sequence_of(state.items.front()) <= through) {
            state.items.pop_front();
            ++state.stats.dropped;
        }
    });
}

void MemoryStore::skip_sequences(Sequence count) {
    state_.with([&](State& state) { state.newest += count; });
}

Result<> MemoryStore::MemoryDeliveries::set_paused(const UplinkId& consumer, bool paused) {
    store_.state_.with([&](State& state) { state.consumers[consumer].paused = paused; });
    return {};
}

bool MemoryStore::MemoryDeliveries::paused(const UplinkId& consumer) {
    return store_.state_.with([&](State& state) { return state.consumers[consumer].paused; });
}

Result<std::uint64_t> MemoryStore::MemoryDeliveries::order_resend(const UplinkId& consumer, Resend order) {
    return store_.state_.with([&](State& state) {
        order.id = ++state.last_order;
        order.done = 0;
        order.until = state.newest;
        state.consumers[consumer].resends.push_back(order);
        return order.id;
    });
}

std::vector<Resend> MemoryStore::MemoryDeliveries::resends(const UplinkId& consumer) {
    return store_.state_.with([&](State& state) { return state.consumers[consumer].resends; });
}

void MemoryStore::MemoryDeliveries::resend_done(const UplinkId& consumer, std::uint64_t id,
                                                Sequence through) {
    store_.state_.with([&](State& state) {
        for (Resend& order : state.consumers[consumer].resends) {
            if (order.id == id) order.done = std::max(order.done, through);
        }
    });
}

Result<> MemoryStore::MemoryDeliveries::end_resend(const UplinkId& consumer, std::uint64_t id) {
    store_.state_.with([&](State& state) {
        std::erase_if(state.consumers[consumer].resends, [&](const Resend& order) { return order.id == id; });
    });
    return {};
}

void MemoryStore::MemoryDeliveries::keep_receipt(const UplinkId& consumer, const Receipt& receipt) {
    store_.state_.with([&](State& state) { state.consumers[consumer].receipts.push_back(receipt); });
}

Result<std::vector<Receipt>> MemoryStore::MemoryDeliveries::receipts(const UplinkId& consumer, UtcTime since,
                                                                     std::size_t most) {
    return store_.state_.with([&](State& state) {
        std::vector<Receipt> found;
        for (const Receipt& receipt : state.consumers[consumer].receipts) {
            if (receipt.last_at >= since && found.size() < most) found.push_back(receipt);
        }
        return found;
    });
}

void MemoryStore::MemoryDeliveries::count_traffic(const UplinkId& consumer, const TrafficDay& more) {
    store_.state_.with([&](State& state) {
        auto& days = state.consumers[consumer].traffic;
        const auto same = std::ranges::find(days, more.day, &TrafficDay::day);
        if (same == days.end()) {
            days.push_back(more);
            std::ranges::sort(days, {}, &TrafficDay::day);
            return;
        }
        same->bytes += more.bytes;
        same->messages += more.messages;
    });
}

std::vector<TrafficDay> MemoryStore::MemoryDeliveries::traffic(const UplinkId& consumer) {
    return store_.state_.with([&](State& state) { return state.consumers[consumer].traffic; });
}

Result<std::vector<SetAside>> MemoryStore::MemoryDeliveries::set_aside_items(const UplinkId& consumer,
                                                                             std::size_t most) {
    std::vector<SetAside> found;
    for (const auto& [sequence, why] : store_.set_aside_items(consumer)) {
        if (found.size() < most) found.push_back({sequence, why, UtcTime{}});
    }
    return found;
}

Result<> MemoryStore::MemoryDeliveries::taken_after_all(const UplinkId& consumer, SequenceRange items) {
    store_.state_.with([&](State& state) {
        std::erase_if(state.consumers[consumer].set_aside, [&](const auto& aside) {
            return aside.first >= items.first && aside.first <= items.last;
        });
    });
    return {};
}

}  // namespace mg
