#include "gateway/uplink/forwarder.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <pthread.h>

#include "gateway/base/language.h"
#include "gateway/base/log.h"

namespace mg {
namespace {

constexpr std::size_t kPeekItems = 512;
constexpr milliseconds kLongestWait{10'000};
constexpr std::size_t kThreadNameBytes = 15;

UtcTime slot_of(const StoredItem& item) {
    if (const auto* sample = std::get_if<StoredSample>(&item)) return sample->sample.slot.at;
    return std::get<StoredGap>(item).gap.from.at;
}

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

}  // namespace

Forwarder::Forwarder(Settings settings, const Options& options, SampleStore& store, Clock& clock,
                     const MakeDestination& make)
    : settings_{std::move(settings)},
      options_{options},
      store_{store},
      clock_{clock},
      destination_{make(wake_)},
      encoder_{options},
      reconnect_{settings_.reconnect, settings_.seed},
      hold_{settings_.hold, settings_.seed},
      limit_{settings_.most_items} {
    status_.with([&](ForwarderStatus& status) {
        status.id = settings_.id;
        status.name = settings_.name;
        status.destination = settings_.destination;
        status.since = clock_.utc();
    });
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    ::pthread_setname_np(thread_.native_handle(),
                         ("uplink-" + settings_.id.text).substr(0, kThreadNameBytes).c_str());
}

Forwarder::~Forwarder() = default;

ForwarderStatus Forwarder::status() const {
    ForwarderStatus status = status_.copy();
    status.backlog = store_.backlog(settings_.id);
    status.set_aside = store_.set_aside_count(settings_.id);
    return status;
}

void Forwarder::run(const std::stop_token& stop) {
    store_.notify(wake_);
    while (!stop.stop_requested()) {
        const auto ended = serve(stop);
        if (!ended) break;
        // Said while the connection still is good, a destination that refuses samples learns that we are
        // away.
        if (must_hold(*ended)) say_goodbye();
        destination_->abandon();
        // MQTT 3.1.1 has no word for "too large": mosquitto ends the connection, and would do so for ever.
        if (ended->kind == Failure::session_lost && !session_took_ && window_.oldest() != nullptr) {
            limit_.broke_at(window_.oldest()->items);
        }
        window_.clear();
        enter(must_hold(*ended) ? ForwarderState::held : ForwarderState::waiting, ended->what);
        show_oldest_waiting();
        if (!pause(must_hold(*ended) ? hold_.next() : reconnect_.next(), stop)) break;
    }
    say_goodbye();
    destination_->abandon();
    store_.forget(wake_);
    enter(ForwarderState::stopped, {});
}

/// One connection from its beginning to its end; nullopt when stopped.
std::optional<Error> Forwarder::serve(const std::stop_token& stop) {
    enter(ForwarderState::connecting, {});
    turns_.add();
    const auto granted = destination_->connect(clock_.steady() + settings_.connect_timeout, stop);
    if (stop.stop_requested()) return std::nullopt;
    if (!granted) return granted.error();
    begin_session(*granted);
    enter(ForwarderState::connected, {});
    while (!stop.stop_requested()) {
        turns_.add();
        if (auto ended = take_events()) return ended;
        if (auto ended = fill_window()) return ended;
        if (auto ended = overdue()) return ended;
        show_progress();
        clock_.wait(next_look(), stop, wake_);
    }
    return std::nullopt;
}

void Forwarder::begin_session(const DestinationLimits& granted) {
    granted_ = granted;
    granted_.in_flight = std::max<std::size_t>(granted_.in_flight, 1);
    payload_limit_ = granted_.payload_bytes;
    announcements_.clear();
    next_description_ = 0;
    denied_description_ = false;
    session_took_ = false;
    session_began_ = clock_.steady();
    last_answer_ = session_began_;
    rewind();
    const Ticket ticket = ++last_ticket_;
    const std::string online = status_message(options_.site, Presence::online, clock_.utc());
    if (destination_->submit(ticket, {.kind = MessageKind::status, .meter = {}, .payload = online})) {
        announcements_.insert(ticket);
    }
}

/// Back to what is not confirmed; what is under way is forgotten and will be sent again.
void Forwarder::rewind() {
    window_.clear();
    rejection_.reset();
    encoder_.clear();
    queue_.clear();
    looked_at_ = store_.progress(settings_.id);
    handled_ = looked_at_;
}

std::optional<Error> Forwarder::take_events() {
    const DestinationEvents events = destination_->take_events();
    std::optional<Error> ended;
    for (const Outcome& outcome : events.outcomes) {
        last_answer_ = clock_.steady();
        auto error = announcements_.erase(outcome.ticket) != 0 ? take_announcement_outcome(outcome)
                                                               : take_outcome(outcome);
        if (error && !ended) ended = std::move(error);
    }
    advance();
    if (ended) return ended;
    if (events.lost) return events.lost;
    return settle_rejection();
}

std::optional<Error> Forwarder::take_outcome(const Outcome& outcome) {
    using Fate = AckWindow::Entry::Fate;
    if (!outcome.error) {
        const auto* entry = window_.settle(outcome.ticket, Fate::confirmed);
        if (entry == nullptr) return std::nullopt;
        limit_.delivered();
        session_took_ = true;
        reconnect_.reset();
        // One that lets us in and throws us out again must not be met at full speed each time.
        if (clock_.steady() - session_began_ >= settings_.hold.most) {
            hold_.reset();
            told_trouble_.clear();
        }
        status_.with([&](ForwarderStatus& status) {
            ++status.delivered_messages;
            status.delivered_samples += entry->samples;
            status.delivered_gaps += entry->gaps;
            status.notice =
                outcome.nobody_listens ? tr("delivered, but nobody subscribes to it", "已送达，但无人订阅")
                : denied_description_  ? tr("descriptions of meters are not taken", "计量点说明未被接收")
                                       : std::string_view{};
        });
        return std::nullopt;
    }
    if (window_.settle(outcome.ticket, Fate::not_taken) == nullptr) return std::nullopt;
    if (outcome.error->kind != Failure::rejected) return outcome.error;
    if (!rejection_ || outcome.ticket < rejection_->ticket) {
        rejection_ = Rejection{outcome.ticket, *outcome.error, outcome.too_large};
    }
    return std::nullopt;
}

/// A destination may well take samples and not what it is to keep: that is worth a notice, not a stop.
std::optional<Error> Forwarder::take_announcement_outcome(const Outcome& outcome) {
    if (!outcome.error) {
        reconnect_.reset();
        return std::nullopt;
    }
    if (outcome.error->kind == Failure::transient) return outcome.error;
    if (std::exchange(denied_description_, true)) return std::nullopt;
    log::write(log::Level::warning,
               trf("uplink {0}: status or description not taken: {1}",
                   "上传目标 {0}：状态或计量点说明未被接收：{1}", settings_.id.text, outcome.error->what));
    status_.with([&](ForwarderStatus& status) { status.notice = outcome.error->what; });
    return std::nullopt;
}

void Forwarder::advance() {
    if (const auto through = window_.take_progress()) store_.ack(settings_.id, *through);
    // Sequences have holes, and items are set aside: these end where nothing is under way any more.
    if (window_.empty() && encoder_.empty() && queue_.empty() && handled_ > store_.progress(settings_.id)) {
        store_.ack(settings_.id, handled_);
    }
}

/// Waits until everything under way has its answer; then starts anew at the rejected message, in smaller
/// pieces.
std::optional<Error> Forwarder::settle_rejection() {
    if (!rejection_ || window_.under_way() != 0) return std::nullopt;
    const Rejection rejection = *rejection_;
    const AckWindow::Entry entry = *window_.oldest();
    const bool alone = entry.items == 1;
    // Smaller messages may pass for good; otherwise the next full one would be rejected again.
    if (rejection.too_large && !alone) payload_limit_ = std::max<std::size_t>(payload_limit_ / 2, 1);
    const auto next = limit_.rejected(entry.items);
    if (next != BatchLimit::Next::smaller) {
        if (auto ended = put_aside(entry.through, rejection.error, next)) return ended;
        store_.ack(settings_.id, entry.through);
    }
    rewind();
    return std::nullopt;
}

std::optional<Error> Forwarder::put_aside(Sequence sequence, const Error& why, BatchLimit::Next next) {
    if (next == BatchLimit::Next::hold) {
        return Error{Failure::refused, trf("several items in a row were rejected, so it is not they: {}",
                                           "连续多条数据被拒绝，问题不在数据本身：{}", why.what)};
    }
    if (const auto kept = store_.set_aside(settings_.id, sequence, why.what); !kept) return kept.error();
    log::write(log::Level::warning,
               trf("uplink {0}: item {1} set aside: {2}", "上传目标 {0}：数据 {1} 已搁置：{2}",
                   settings_.id.text, sequence, why.what));
    return std::nullopt;
}

bool Forwarder::room_for_samples() const {
    if (rejection_) return false;
    if (limit_.careful()) return window_.under_way() == 0;
    return window_.under_way() + announcements_.size() < granted_.in_flight &&
           window_.size() < 4 * granted_.in_flight;
}

std::optional<Error> Forwarder::fill_window() {
    if (auto ended = announce()) return ended;
    while (room_for_samples()) {
        const auto filled = fill_batch();
        if (!filled) return filled.error();
        if (encoder_.empty()) break;
        if (auto ended = send_batch()) return ended;
        if (*filled == Filled::nothing_left) break;
    }
    advance();
    return std::nullopt;
}

/// Descriptions take turns with samples, so that ten thousand meters do not delay the backlog.
std::optional<Error> Forwarder::announce() {
    const std::size_t most = std::max<std::size_t>(granted_.in_flight / 2, 1);
    while (next_description_ < options_.meters.size() && !denied_description_ &&
           announcements_.size() < most && window_.under_way() + announcements_.size() < granted_.in_flight) {
        const MeterOptions& meter = options_.meters[next_description_];
        const std::string description = meter_description(options_, meter);
        ++next_description_;
        if (description.size() > granted_.payload_bytes) continue;
        const Ticket ticket = ++last_ticket_;
        const auto sent = destination_->submit(
            ticket, {.kind = MessageKind::description, .meter = meter.id, .payload = description});
        if (!sent) return sent.error();
        announcements_.insert(ticket);
    }
    return std::nullopt;
}

/// Puts items into the encoder until it is full or nothing is left.
Result<Forwarder::Filled> Forwarder::fill_batch() {
    while (encoder_.items() < limit_.items()) {
        if (queue_.empty()) {
            auto peeked = store_.peek(looked_at_, kPeekItems);
            if (!peeked) return tl::unexpected<Error>(peeked.error());
            const bool end = peeked->items.empty();
            looked_at_ = std::max(looked_at_, peeked->through);
            std::ranges::move(peeked->items, std::back_inserter(queue_));
            if (end) {
                if (encoder_.empty()) handled_ = std::max(handled_, looked_at_);
                return Filled::nothing_left;
            }
        }
        const Sequence sequence = sequence_of(queue_.front());
        switch (encoder_.add(queue_.front(), payload_limit_)) {
            case BatchEncoder::Added::yes:
                break;
            case BatchEncoder::Added::full:
                return Filled::yes;
            case BatchEncoder::Added::too_large: {
                const Error why{Failure::rejected, trf("larger than the {} bytes of one message",
                                                       "超过单条消息上限 {} 字节", payload_limit_)};
                if (auto ended = put_aside(sequence, why, limit_.unsendable())) {
                    return tl::unexpected<Error>(std::move(*ended));
                }
                break;
            }
        }
        handled_ = sequence;
        queue_.pop_front();
    }
    return Filled::yes;
}

std::optional<Error> Forwarder::send_batch() {
    const Batch batch = encoder_.take();
    const Ticket ticket = ++last_ticket_;
    // The clock of the missing answer starts when the line has been quiet, not in the middle of a long night.
    if (window_.under_way() + announcements_.size() == 0) last_answer_ = clock_.steady();
    window_.sent({.ticket = ticket,
                  .through = batch.last,
                  .samples = batch.samples,
                  .gaps = batch.gaps,
                  .items = batch.items(),
                  .oldest_slot = batch.oldest_slot});
    const auto sent =
        destination_->submit(ticket, {.kind = MessageKind::samples, .meter = {}, .payload = batch.payload});
    if (!sent) return sent.error();
    return std::nullopt;
}

std::optional<Error> Forwarder::overdue() const {
    if (window_.under_way() + announcements_.size() == 0) return std::nullopt;
    if (clock_.steady() - last_answer_ < settings_.ack_timeout) return std::nullopt;
    return Error{Failure::transient,
                 trf("no answer for {} s", "{} 秒无确认",
                     std::chrono::duration_cast<std::chrono::seconds>(settings_.ack_timeout).count())};
}

SteadyTime Forwarder::next_look() const {
    const auto later = clock_.steady() + kLongestWait;
    if (window_.under_way() + announcements_.size() == 0) return later;
    return std::min(later, last_answer_ + settings_.ack_timeout);
}

/// Takes the answers that still come, tells the destination that we leave, and leaves.
void Forwarder::say_goodbye() {
    const auto deadline = clock_.steady() + settings_.stop_timeout;
    if (!collect_answers(deadline)) return;
    const Ticket ticket = ++last_ticket_;
    const std::string stopped = status_message(options_.site, Presence::stopped, clock_.utc());
    if (!destination_->submit(ticket, {.kind = MessageKind::status, .meter = {}, .payload = stopped})) return;
    announcements_.insert(ticket);
    if (collect_answers(deadline)) destination_->disconnect(deadline);
}

/// False when the connection is lost.
bool Forwarder::collect_answers(SteadyTime deadline) {
    while (true) {
        const DestinationEvents events = destination_->take_events();
        for (const Outcome& outcome : events.outcomes) {
            if (announcements_.erase(outcome.ticket) == 0) static_cast<void>(take_outcome(outcome));
        }
        advance();
        if (events.lost) return false;
        if (window_.under_way() + announcements_.size() == 0) return true;
        if (clock_.wait(deadline, {}, wake_) != Wake::signalled) return true;
    }
}

bool Forwarder::pause(milliseconds time, const std::stop_token& stop) {
    const auto due = clock_.steady() + time;
    while (clock_.steady() < due) {
        turns_.add();
        if (!clock_.wait_until(std::min(due, clock_.steady() + kLongestWait), stop)) return false;
    }
    return true;
}

void Forwarder::enter(ForwarderState state, const std::string& why) {
    const std::string& address = state == ForwarderState::connected && !granted_.address.empty()
                                     ? granted_.address
                                     : settings_.destination;
    status_.with([&](ForwarderStatus& status) {
        if (status.state != state) status.since = clock_.utc();
        status.state = state;
        status.destination = address;
        if (!why.empty()) status.last_error = why;
        if (state != ForwarderState::connected) status.notice.clear();
        status.in_flight = 0;
    });
    if (!worth_a_line(state, why)) return;
    const std::string& more = state == ForwarderState::connected ? address : why;
    log::write(state == ForwarderState::held ? log::Level::error : log::Level::info,
               trf("uplink {0}: {1}{2}{3}", "上传目标 {0}：{1}{2}{3}", settings_.id.text, label(state),
                   more.empty() ? "" : ": ", more));
}

/// What changed is said: a broker that is away for a week is two lines. One that takes us in and refuses us
/// again and again is two lines as well, until a session has lasted.
bool Forwarder::worth_a_line(ForwarderState state, const std::string& why) {
    switch (state) {
        case ForwarderState::connecting:
            return false;
        case ForwarderState::connected:
            if (!told_held_) told_trouble_.clear();
            return !std::exchange(told_connected_, true);
        case ForwarderState::waiting:
        case ForwarderState::held:
            if (why == told_trouble_) return false;
            told_trouble_ = why;
            told_held_ = state == ForwarderState::held;
            told_connected_ = false;
            return true;
        case ForwarderState::stopped:
            return true;
    }
    return true;
}

void Forwarder::show_progress() {
    std::optional<UtcTime> oldest;
    if (const auto* entry = window_.oldest()) {
        oldest = entry->oldest_slot;
    } else if (!queue_.empty()) {
        oldest = slot_of(queue_.front());
    }
    status_.with([&](ForwarderStatus& status) {
        status.in_flight = window_.under_way() + announcements_.size();
        status.oldest_unsent = oldest;
    });
}

void Forwarder::show_oldest_waiting() {
    const auto oldest = store_.peek(store_.progress(settings_.id), 1);
    status_.with([&](ForwarderStatus& status) {
        status.oldest_unsent.reset();
        if (oldest && !oldest->items.empty()) status.oldest_unsent = slot_of(oldest->items.front());
    });
}

}  // namespace mg
