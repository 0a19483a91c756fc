#include "gateway/uplink/forwarder.h"

#include <algorithm>
#include <utility>

#include <pthread.h>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/base/utc_text.h"
#include "gateway/uplink/lane_source.h"
#include "gateway/uplink/start_place.h"

namespace mg {
namespace {

constexpr std::size_t kPeekItems = 512;
constexpr milliseconds kLongestWait{10'000};
constexpr std::size_t kThreadNameBytes = 15;

bool must_hold(const Error& error) {
    switch (error.kind) {
        case Failure::refused:
        case Failure::invalid_config:
            return true;
        case Failure::transient:
        case Failure::session_lost:
        case Failure::unsupported:
        case Failure::rejected:
        case Failure::storage_full:
        case Failure::corrupt:
            return false;
    }
    return false;
}

/// Bytes are what somebody pays for there.
bool is_sparing(const DeliveryOptions& delivery) {
    return delivery.budget.bytes > 0 || delivery.most_bytes_per_second > 0;
}

UplinkMemory memory_of(const Forwarder::Settings& settings, const Options& options,
                       const Selection& selection, SampleStore& store) {
    const DeliveryOptions& delivery = settings.delivery;
    const Suspicion none{.search = PoisonSearch{settings.most_items}};
    return {
        .encoder = BatchEncoder{options, selection},
        .announcer = Announcer{options, selection, is_sparing(delivery)},
        .suspicions = {none, none, none},
        .ceiling = BatchCeiling{settings.most_items},
        .side = {},
        .pacing = Pacing{delivery.most_messages_per_second, delivery.most_bytes_per_second},
        .traffic = Traffic{delivery.budget, options.site.utc_offset, store.deliveries().traffic(settings.id)},
        .last_ticket = 0};
}

}  // namespace

Forwarder::Forwarder(Settings settings, const Options& options, SampleStore& store, Clock& clock,
                     const MakeDestination& make)
    : settings_{std::move(settings)},
      options_{options},
      store_{store},
      clock_{clock},
      selection_{settings_.delivery.selection, options},
      destination_{make(wake_)},
      memory_{memory_of(settings_, options, selection_, store)},
      reconnect_{settings_.reconnect, settings_.seed},
      hold_{settings_.hold, settings_.seed} {
    status_.with([&](ForwarderStatus& status) {
        status.id = settings_.id;
        status.name = settings_.name;
        status.destination = settings_.destination;
        status.since = clock_.utc();
    });
    show_budget();
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    ::pthread_setname_np(thread_.native_handle(),
                         ("uplink-" + settings_.id.text).substr(0, kThreadNameBytes).c_str());
}

Forwarder::~Forwarder() = default;

ForwarderStatus Forwarder::status() const {
    ForwarderStatus status = status_.copy();
    status.backlog = store_.knows(settings_.id) ? store_.backlog(settings_.id) : 0;
    status.set_aside = store_.set_aside_count(settings_.id);
    status.resends = store_.deliveries().resends(settings_.id);
    return status;
}

void Forwarder::try_now() {
    try_now_ = true;
    wake_.raise();
}

bool Forwarder::paused() const {
    return store_.deliveries().paused(settings_.id);
}

void Forwarder::run(const std::stop_token& stop) {
    store_.notify(wake_);
    while (!stop.stop_requested()) {
        turns_.add();
        const auto begun = has_begun(stop);
        if (!begun) {
            enter(ForwarderState::waiting, begun.error().what);
            if (!wait_before_the_next_try(reconnect_.next(), stop)) break;
            continue;
        }
        if (!*begun) {
            if (clock_.wait(clock_.steady() + kLongestWait, stop, wake_) == Wake::stopped) break;
            continue;
        }
        if (paused()) {
            if (!wait_while_paused(stop)) break;
            continue;
        }
        const auto ended = serve(stop);
        // Said while the connection still is good, a destination that refuses samples learns that we are
        // away.
        end_session(ended.has_value() || must_hold(ended.error()));
        if (ended) continue;
        const bool hold = must_hold(ended.error());
        enter(hold ? ForwarderState::held : ForwarderState::waiting, ended.error().what);
        show_oldest_waiting();
        if (!wait_before_the_next_try(hold ? hold_.next() : reconnect_.next(), stop)) break;
    }
    store_.forget(wake_);
    enter(ForwarderState::stopped, {});
}

/// Settles, once and for all, where an uplink begins that the store has never seen. False: not yet.
Result<bool> Forwarder::has_begun(const std::stop_token& stop) {
    if (begun_) return true;
    if (!store_.knows(settings_.id)) {
        const StartOptions& start = settings_.delivery.start;
        const auto place = start_place(store_, start, clock_.utc(), stop);
        if (!place) return tl::unexpected<Error>(place.error());
        if (!*place) {
            enter(ForwarderState::not_begun,
                  trf("from {} on", "{} 起", local_text(start.slot.at, options_.site.utc_offset)));
            return false;
        }
        if (auto kept = store_.begin(settings_.id, **place); !kept) return pass_on(kept.error());
        log::write(log::Level::info,
                   **place == 0
                       ? trf("uplink {}: new here, begins with the oldest that is stored",
                             "上传目标 {}：新加，从本地最早的数据传起", settings_.id.text)
                       : trf("uplink {0}: new here, begins after item {1}; what lies before is not selected",
                             "上传目标 {0}：新加，从序号 {1} 之后传起，此前的数据未选中", settings_.id.text,
                             **place));
    }
    begun_ = true;
    return true;
}

/// One connection from its beginning to its end.
tl::expected<Forwarder::End, Error> Forwarder::serve(const std::stop_token& stop) {
    enter(ForwarderState::connecting, {});
    turns_.add();
    const auto granted = destination_->connect(clock_.steady() + settings_.connect_timeout, stop);
    if (stop.stop_requested()) return End::stopped;
    if (!granted) return tl::unexpected<Error>(granted.error());
    session_began_ = clock_.steady();
    session_.emplace(Session::Uplink{.id = settings_.id,
                                     .options = options_,
                                     .delivery = settings_.delivery,
                                     .store = store_,
                                     .selection = selection_,
                                     .clock = clock_,
                                     .destination = *destination_,
                                     .wake = wake_,
                                     .ack_timeout = settings_.ack_timeout},
                     memory_, *granted);
    enter(ForwarderState::connected, {}, granted->address);
    return deliver(*session_, stop);
}

tl::expected<Forwarder::End, Error> Forwarder::deliver(Session& session, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        turns_.add();
        if (paused()) return End::paused;
        const auto ended = session.turn();
        take_news(session);
        if (ended) return tl::unexpected<Error>(*ended);
        show_progress(session);
        clock_.wait(session.next_turn(), stop, wake_);
    }
    return End::stopped;
}

void Forwarder::end_session(bool politely) {
    if (session_) {
        if (politely) session_->say_goodbye(clock_.steady() + settings_.stop_timeout);
        take_news(*session_);
        session_.reset();
    }
    for (Suspicion& suspicion : memory_.suspicions) suspicion.search.interrupted();
    destination_->abandon();
}

void Forwarder::take_news(Session& session) {
    const Session::News news = session.take_news();
    if (news.denied) {
        log::write(log::Level::warning,
                   trf("uplink {0}: status or description not taken: {1}",
                       "上传目标 {0}：状态或计量点说明未被接收：{1}", settings_.id.text, *news.denied));
    }
    bool samples = false;
    status_.with([&](ForwarderStatus& status) {
        for (std::size_t lane = 0; lane < news.confirmed.size(); ++lane) {
            const Session::Tally& tally = news.confirmed.at(lane);
            samples = samples || tally.messages > 0;
            auto& count = status.lanes.at(lane);
            count.messages += tally.messages;
            count.samples += tally.samples;
            count.gaps += tally.gaps;
            status.delivered_messages += tally.messages;
            status.delivered_samples += tally.samples;
            status.delivered_gaps += tally.gaps;
        }
        status.not_selected += news.not_selected;
        if (news.denied) status.notice = *news.denied;
        if (!samples) return;
        status.notice =
            news.nobody_listens ? tr("delivered, but nobody subscribes to it", "已送达，但无人订阅")
            : session.descriptions_denied() ? tr("descriptions of meters are not taken", "计量点说明未被接收")
                                            : std::string_view{};
    });
    if (news.taken) reconnect_.reset();
    // One that lets us in and throws us out again must not be met at full speed each time.
    if (samples && clock_.steady() - session_began_ >= settings_.hold.most) {
        hold_.reset();
        told_.forget();
    }
}

bool Forwarder::wait_while_paused(const std::stop_token& stop) {
    enter(ForwarderState::paused, {});
    while (paused()) {
        turns_.add();
        show_oldest_waiting();
        if (clock_.wait(clock_.steady() + kLongestWait, stop, wake_) == Wake::stopped) return false;
    }
    return true;
}

bool Forwarder::wait_before_the_next_try(milliseconds time, const std::stop_token& stop) {
    const auto due = clock_.steady() + time;
    while (clock_.steady() < due && !paused()) {
        turns_.add();
        if (try_now_.exchange(false)) {
            for (Suspicion& suspicion : memory_.suspicions) suspicion.search.forgive();
            return true;
        }
        if (clock_.wait(std::min(due, clock_.steady() + kLongestWait), stop, wake_) == Wake::stopped) {
            return false;
        }
    }
    return true;
}

void Forwarder::enter(ForwarderState state, const std::string& why, const std::string& address) {
    const std::string& destination = address.empty() ? settings_.destination : address;
    status_.with([&](ForwarderStatus& status) {
        if (status.state != state) status.since = clock_.utc();
        status.state = state;
        status.destination = destination;
        if (!why.empty()) status.last_error = why;
        if (state != ForwarderState::connected) status.notice.clear();
        status.in_flight = 0;
    });
    if (!told_.is_news(state, why)) return;
    const std::string& more = state == ForwarderState::connected ? destination : why;
    log::write(state == ForwarderState::held ? log::Level::error : log::Level::info,
               trf("uplink {0}: {1}{2}{3}", "上传目标 {0}：{1}{2}{3}", settings_.id.text, label(state),
                   more.empty() ? "" : ": ", more));
}

void Forwarder::show_progress(const Session& session) {
    show_budget();
    status_.with([&](ForwarderStatus& status) { status.in_flight = session.under_way(); });
    // What waits for the next period is in no lane.
    if (memory_.traffic.used_up(clock_.utc())) return show_oldest_waiting();
    next_look_at_waiting_ = {};
    const auto oldest = session.oldest();
    status_.with([&](ForwarderStatus& status) { status.oldest_unsent = oldest; });
}

void Forwarder::show_budget() {
    const BudgetState budget = memory_.traffic.state(clock_.utc());
    status_.with([&](ForwarderStatus& status) { status.budget = budget; });
}

/// Looks at the disk, so not at every turn.
void Forwarder::show_oldest_waiting() {
    if (clock_.steady() < next_look_at_waiting_) return;
    next_look_at_waiting_ = clock_.steady() + kLongestWait;
    const Sequence before = store_.settled(settings_.id).next_open(0).first - 1;
    const auto waiting = store_.peek(before, kPeekItems);
    std::optional<UtcTime> oldest;
    if (waiting) {
        const auto first = std::ranges::find_if(
            waiting->items, [&](const StoredItem& item) { return selection_.takes(item); });
        if (first != waiting->items.end()) oldest = slot_of(*first);
    }
    status_.with([&](ForwarderStatus& status) { status.oldest_unsent = oldest; });
}

}  // namespace mg
