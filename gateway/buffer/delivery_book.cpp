#include "gateway/buffer/delivery_book.h"

#include <algorithm>

namespace mg {
namespace {

constexpr std::chrono::minutes kReceiptSpan{5};
// Only a disk that has been away for days lets so many pile up.
constexpr std::size_t kMostReceiptsWaiting = 1000;

bool continues(const Receipt& earlier, const Receipt& later) {
    return later.lane == earlier.lane && later.answer == earlier.answer &&
           later.items.first == earlier.items.last + 1 && later.last_at - earlier.first_at < kReceiptSpan;
}

/// Those that can have changed since a second ago, midnight included.
std::vector<TrafficDay> last_two(const std::vector<TrafficDay>& days) {
    constexpr std::size_t kRecent = 2;
    return {days.end() - static_cast<std::ptrdiff_t>(std::min(kRecent, days.size())), days.end()};
}

}  // namespace

Result<> DeliveryBook::load() {
    auto rows = meta_.deliveries();
    if (!rows) return pass_on(rows.error());
    state_.with([&](State& state) {
        for (auto& [consumer, row] : *rows) {
            Consumer& known = state.consumers[consumer];
            known.known = row.known;
            known.progress = std::move(row.progress);
            known.paused = row.paused;
            known.resends = std::move(row.resends);
            known.traffic = std::move(row.traffic);
        }
    });
    return {};
}

Sequence DeliveryBook::furthest() const {
    return state_.with([](const State& state) {
        Sequence furthest = 0;
        for (const auto& [id, consumer] : state.consumers) {
            const auto& beyond = consumer.progress.beyond;
            furthest = std::max(furthest, beyond.empty() ? consumer.progress.through : beyond.back().last);
        }
        return furthest;
    });
}

std::map<UplinkId, Progress> DeliveryBook::progress_of(const std::vector<UplinkId>& consumers) const {
    return state_.with([&](const State& state) {
        std::map<UplinkId, Progress> found;
        for (const UplinkId& id : consumers) found[id];
        for (const auto& [id, consumer] : state.consumers) {
            if (consumers.empty() || found.contains(id)) found[id] = consumer.progress;
        }
        return found;
    });
}

Progress DeliveryBook::settled(const UplinkId& consumer) const {
    return state_.with([&](const State& state) {
        const auto known = state.consumers.find(consumer);
        return known == state.consumers.end() ? Progress{} : known->second.progress;
    });
}

template <class Change>
void DeliveryBook::change(const UplinkId& consumer, const Change& change) {
    const bool first = state_.with([&](State& state) {
        Consumer& changed = state.consumers[consumer];
        if (!change(changed)) return false;
        changed.known = changed.known || changed.moved;
        return !std::exchange(state.news, true);
    });
    if (first) moved_();
}

bool DeliveryBook::knows(const UplinkId& consumer) const {
    return state_.with([&](const State& state) {
        const auto found = state.consumers.find(consumer);
        return found != state.consumers.end() && found->second.known;
    });
}

Result<> DeliveryBook::begin(const UplinkId& consumer, Sequence done) {
    done = std::min(done, catalogue_.watermark());
    if (auto noted = meta_.note_begin(consumer, done); !noted) return noted;
    change(consumer, [&](Consumer& fresh) {
        if (fresh.known) return false;
        fresh.progress.settle({1, done});
        fresh.moved = true;
        return true;
    });
    return save();
}

void DeliveryBook::settle(const UplinkId& consumer, SequenceRange run) {
    run.last = std::min(run.last, catalogue_.watermark());
    change(consumer, [&](Consumer& known) {
        const Progress before = known.progress;
        if (!known.progress.settle(run) || known.progress == before) return false;
        known.moved = true;
        return true;
    });
}

Result<> DeliveryBook::set_paused(const UplinkId& consumer, bool paused) {
    if (auto kept = meta_.set_paused(consumer, paused, clock_.utc()); !kept) return kept;
    state_.with([&](State& state) { state.consumers[consumer].paused = paused; });
    return {};
}

bool DeliveryBook::paused(const UplinkId& consumer) {
    return state_.with([&](const State& state) {
        const auto known = state.consumers.find(consumer);
        return known != state.consumers.end() && known->second.paused;
    });
}

Result<std::uint64_t> DeliveryBook::order_resend(const UplinkId& consumer, Resend order) {
    order.done = 0;
    order.until = catalogue_.watermark();
    const auto id = meta_.add_resend(consumer, order);
    if (!id) return id;
    order.id = *id;
    state_.with([&](State& state) { state.consumers[consumer].resends.push_back(std::move(order)); });
    return id;
}

Result<std::size_t> DeliveryBook::give_again(const AwayNote& note, const FileSummary& file) {
    std::vector<std::pair<UplinkId, Resend>> orders;
    for (const auto& [consumer, progress] : progress_of({})) {
        const auto stood = note.through.find(consumer);
        const Sequence had = stood == note.through.end() ? 0 : stood->second;
        const Sequence reached = progress.beyond.empty() ? progress.through : progress.beyond.back().last;
        const SequenceRange passed{std::max(file.first, had + 1), std::min(file.last, reached)};
        if (file.items == 0 || passed.first > passed.last) continue;
        orders.emplace_back(consumer, Resend{.from = file.first_slot,
                                             .to = {file.last_slot.at + milliseconds{1}},
                                             .meters = {},
                                             .done = passed.first - 1,
                                             .until = passed.last,
                                             .ordered_at = clock_.utc(),
                                             .ordered_by = "metergate"});
    }
    const auto ids = meta_.came_back(note.file, orders);
    if (!ids) return tl::unexpected<Error>(ids.error());
    state_.with([&](State& state) {
        for (std::size_t i = 0; i < orders.size(); ++i) {
            auto& [consumer, order] = orders[i];
            order.id = (*ids)[i];
            state.consumers[consumer].resends.push_back(std::move(order));
        }
    });
    return orders.size();
}

std::vector<Resend> DeliveryBook::resends(const UplinkId& consumer) {
    return state_.with([&](const State& state) {
        const auto known = state.consumers.find(consumer);
        return known == state.consumers.end() ? std::vector<Resend>{} : known->second.resends;
    });
}

void DeliveryBook::resend_done(const UplinkId& consumer, std::uint64_t id, Sequence through) {
    change(consumer, [&](Consumer& known) {
        const auto order = std::ranges::find(known.resends, id, &Resend::id);
        if (order == known.resends.end() || order->done >= through) return false;
        order->done = through;
        known.moved = true;
        return true;
    });
}

Result<> DeliveryBook::end_resend(const UplinkId& consumer, std::uint64_t id) {
    if (auto ended = meta_.end_resend(id); !ended) return ended;
    state_.with([&](State& state) {
        std::erase_if(state.consumers[consumer].resends, [&](const Resend& order) { return order.id == id; });
    });
    return {};
}

void DeliveryBook::keep_receipt(const UplinkId& consumer, const Receipt& receipt) {
    change(consumer, [&](Consumer& known) {
        const auto earlier = std::ranges::find_if(
            known.receipts, [&](const Receipt& kept) { return continues(kept, receipt); });
        if (earlier == known.receipts.end()) {
            if (known.receipts.size() >= kMostReceiptsWaiting) return false;
            known.receipts.push_back(receipt);
            return true;
        }
        earlier->items.last = receipt.items.last;
        earlier->samples += receipt.samples;
        earlier->gaps += receipt.gaps;
        earlier->last_at = receipt.last_at;
        return true;
    });
}

Result<std::vector<Receipt>> DeliveryBook::receipts(const UplinkId& consumer, UtcTime since,
                                                    std::size_t most) {
    if (auto saved = save(); !saved) return pass_on(saved.error());
    return meta_.receipts(consumer, since, most);
}

void DeliveryBook::count_traffic(const UplinkId& consumer, const TrafficDay& more) {
    change(consumer, [&](Consumer& known) {
        known.moved = true;
        auto at = std::ranges::lower_bound(known.traffic, more.day, {}, &TrafficDay::day);
        if (at == known.traffic.end() || at->day != more.day) {
            known.traffic.insert(at, more);
            if (known.traffic.size() > kTrafficDays) known.traffic.erase(known.traffic.begin());
            return true;
        }
        at->bytes += more.bytes;
        at->messages += more.messages;
        return true;
    });
}

std::vector<TrafficDay> DeliveryBook::traffic(const UplinkId& consumer) {
    return state_.with([&](const State& state) {
        const auto known = state.consumers.find(consumer);
        return known == state.consumers.end() ? std::vector<TrafficDay>{} : known->second.traffic;
    });
}

Result<std::vector<SetAside>> DeliveryBook::set_aside_items(const UplinkId& consumer, std::size_t most) {
    return meta_.set_aside_items(consumer, most);
}

Result<> DeliveryBook::taken_after_all(const UplinkId& consumer, SequenceRange items) {
    return meta_.taken_after_all(consumer, items);
}

bool DeliveryBook::has_news() const {
    return state_.with([](const State& state) { return state.news; });
}

Result<> DeliveryBook::save() {
    const auto rows = state_.with([](State& state) {
        std::map<UplinkId, DeliveryRow> news;
        if (!std::exchange(state.news, false)) return news;
        for (auto& [id, consumer] : state.consumers) {
            const bool moved = std::exchange(consumer.moved, false);
            if (!moved && consumer.receipts.empty()) continue;
            news[id] = {.moved = moved,
                        .progress = consumer.progress,
                        .paused = consumer.paused,
                        .resends = consumer.resends,
                        .receipts = consumer.receipts,
                        .traffic = last_two(consumer.traffic)};
        }
        return news;
    });
    if (rows.empty()) return {};
    const auto saved = meta_.save_deliveries(rows);
    const UtcTime settled_before = clock_.utc() - kReceiptSpan;
    state_.with([&](State& state) {
        for (const auto& [id, row] : rows) {
            Consumer& consumer = state.consumers[id];
            if (saved) {
                // What can still grow stays; it is written again, under the same key.
                std::erase_if(consumer.receipts, [&](const Receipt& kept) {
                    return kept.first_at < settled_before && std::ranges::count(row.receipts, kept) > 0;
                });
            } else {
                consumer.moved = consumer.moved || row.moved;
                state.news = true;
            }
        }
    });
    return saved;
}

}  // namespace mg
