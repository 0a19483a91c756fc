#include "gateway/uplink/session_lanes.h"

#include <algorithm>
#include <utility>

namespace mg {
namespace {

std::size_t number_of(Lane lane) {
    return static_cast<std::size_t>(lane);
}

bool can_send(const std::unique_ptr<LaneSender>& lane) {
    return lane && lane->ready();
}

/// The part of the answers that may be due to backlog and re-sent periods beside live data.
std::size_t share_of(std::size_t in_flight, int percent) {
    if (in_flight <= 1) return 1;
    return std::clamp<std::size_t>(in_flight * static_cast<std::size_t>(percent) / 100, 1, in_flight - 1);
}

}  // namespace

SessionLanes::SessionLanes(const LaneSender::Uplink& uplink, const DeliveryOptions& delivery,
                           Suspicions& suspicions, SideWindow& side, const DestinationLimits& limits)
    : uplink_{uplink},
      delivery_{delivery},
      suspicions_{suspicions},
      side_{side},
      limits_{limits},
      turns_{delivery.backlog_share} {
    side_.limit(share_of(limits.in_flight, delivery.backlog_share));
    plan();
}

std::unique_ptr<LaneSender> SessionLanes::lane(std::unique_ptr<LaneSource> source, Lane lane) {
    return std::make_unique<LaneSender>(uplink_, std::move(source), suspicions_.at(number_of(lane)), limits_);
}

void SessionLanes::plan() {
    SampleStore& store = uplink_.store;
    const auto part = [&](Lane name, SequenceRange range) {
        return lane(stored_items(store, uplink_.id, uplink_.selection, name, range), name);
    };
    backlog_.reset();
    in_order_for_now_ = false;
    const Progress done = store.settled(uplink_.id);
    const Sequence newest = store.newest();
    const bool waiting = done.next_open(0).first <= newest;
    if (delivery_.order == UplinkOrder::strict || !waiting) {
        live_ = part(Lane::live, {1, kNoEnd});
        return;
    }
    const bool touches_a_run = !done.beyond.empty() && done.beyond.back().last >= newest;
    if (done.beyond.size() >= Progress::kMostRanges && !touches_a_run) {
        in_order_for_now_ = true;
        live_ = part(Lane::live, {1, kNoEnd});
        return;
    }
    live_ = part(Lane::live, {newest + 1, kNoEnd});
    backlog_ = part(Lane::backlog, {1, newest});
}

template <class Call>
void SessionLanes::each(const Call& call) const {
    for (const auto* lane : {&live_, &backlog_, &resend_, &boundaries_}) {
        if (*lane) call(**lane);
    }
}

bool SessionLanes::quiet() const {
    bool all = true;
    each([&](const LaneSender& lane) { all = all && lane.quiet(); });
    return all;
}

Result<> SessionLanes::look_around(bool budget_used_up) {
    const Progress done = uplink_.store.settled(uplink_.id);
    const bool room_again = in_order_for_now_ && done.beyond.size() <= Progress::kMostRanges / 2;
    const bool backlog_gone = backlog_ && backlog_->finished();
    settling_ = room_again || budget_used_up != budget_used_up_;
    if (settling_ && quiet()) {
        settling_ = false;
        budget_used_up_ = budget_used_up;
        boundaries_.reset();
        if (budget_used_up_) {
            boundaries_ = lane(boundary_items(uplink_.store, uplink_.id, uplink_.selection), Lane::live);
        }
        plan();
    } else if (backlog_gone && backlog_->quiet()) {
        backlog_.reset();
    }
    return look_at_orders();
}

/// The oldest order that is not through.
Result<> SessionLanes::look_at_orders() {
    Deliveries& deliveries = uplink_.store.deliveries();
    const std::vector<Resend> orders = deliveries.resends(uplink_.id);
    if (resend_) {
        const bool called_off = std::ranges::count(orders, resend_order_, &Resend::id) == 0;
        const bool through = resend_->finished() && resend_->quiet();
        if (!called_off && !through) return {};
        if (called_off && !resend_->quiet()) return {};
        resend_.reset();
        if (through && !called_off) return deliveries.end_resend(uplink_.id, resend_order_);
        return {};
    }
    if (orders.empty()) return {};
    resend_order_ = orders.front().id;
    resend_ = lane(items_again(uplink_.store, uplink_.id, uplink_.selection, orders.front()), Lane::resend);
    return {};
}

LaneSender* SessionLanes::next() {
    if (settling_) return nullptr;
    if (boundaries_) return can_send(boundaries_) ? boundaries_.get() : nullptr;
    const std::size_t beside = (backlog_ ? backlog_->under_way() : 0) + (resend_ ? resend_->under_way() : 0);
    const bool side_may = beside < side_.messages();
    std::array<bool, LaneTurns::kLanes> waiting{};
    waiting.at(number_of(Lane::live)) = can_send(live_);
    waiting.at(number_of(Lane::backlog)) = side_may && can_send(backlog_);
    waiting.at(number_of(Lane::resend)) = side_may && can_send(resend_);
    const auto turn = turns_.next(waiting);
    if (!turn) return nullptr;
    switch (*turn) {
        case Lane::live:
            return live_.get();
        case Lane::backlog:
            return backlog_.get();
        case Lane::resend:
            return resend_.get();
    }
    return nullptr;
}

LaneSender::Taken SessionLanes::take(const Outcome& outcome, SteadyTime now) {
    for (const auto* lane : {&live_, &backlog_, &resend_, &boundaries_}) {
        if (!*lane) continue;
        const LaneSender::Taken taken = (*lane)->take(outcome);
        if (!taken.ours) continue;
        const bool beside = lane == &backlog_ || lane == &resend_;
        if (beside && taken.sent) side_.answered(now - *taken.sent);
        return taken;
    }
    return {};
}

std::optional<Error> SessionLanes::settle(std::vector<AckWindow::Entry>& settled) {
    std::optional<Error> ended;
    each([&](LaneSender& lane) {
        auto error = lane.settle(settled);
        if (error && !ended) ended = std::move(error);
    });
    return ended;
}

std::size_t SessionLanes::under_way() const {
    std::size_t messages = 0;
    each([&](const LaneSender& lane) { messages += lane.under_way(); });
    return messages;
}

/// Where something was taken since the connection stands, it was not for what comes first; of the others the
/// one with the largest message is the likeliest.
void SessionLanes::broke(bool alone, const Error& why) {
    LaneSender* likeliest = nullptr;
    const auto items_of = [](const LaneSender& lane) {
        const AckWindow::Entry* oldest = lane.oldest_message();
        return oldest == nullptr ? 0 : oldest->items;
    };
    for (const auto* lane : {&live_, &backlog_, &resend_, &boundaries_}) {
        if (!*lane || (*lane)->took_any() || items_of(**lane) == 0) continue;
        if (likeliest == nullptr || items_of(**lane) > items_of(*likeliest)) likeliest = lane->get();
    }
    if (likeliest != nullptr) likeliest->broke(alone, why);
}

std::optional<UtcTime> SessionLanes::oldest() const {
    std::optional<UtcTime> oldest;
    each([&](const LaneSender& lane) {
        const auto slot = lane.oldest();
        if (slot && (!oldest || *slot < *oldest)) oldest = slot;
    });
    return oldest;
}

}  // namespace mg
