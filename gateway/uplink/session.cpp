#include "gateway/uplink/session.h"

#include <algorithm>
#include <utility>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/uplink/gzip.h"

namespace mg {
namespace {

constexpr milliseconds kLongestWait{10'000};
/// Messages, or long looks at what is not selected, in one turn; then answers are taken first.
constexpr int kMostSendsInATurn = 256;
constexpr std::size_t kMostSetAside = 1'000'000;

DestinationLimits usable(DestinationLimits granted) {
    granted.in_flight = std::max<std::size_t>(granted.in_flight, 1);
    return granted;
}

}  // namespace

Session::Session(const Uplink& uplink, UplinkMemory& memory, const DestinationLimits& granted)
    : uplink_{uplink},
      memory_{memory},
      granted_{usable(granted)},
      lanes_{{uplink.id, uplink.store, uplink.selection, memory.ceiling},
             uplink.delivery,
             memory.suspicions,
             memory.side,
             granted_},
      last_answer_{uplink.clock.steady()} {
    memory_.announcer.begin(utc());
    const Ticket ticket = ++memory_.last_ticket;
    const std::string online = memory_.announcer.status(Presence::online, utc());
    if (submit(ticket, {.kind = MessageKind::status, .meter = {}, .payload = online})) {
        memory_.announcer.sent(ticket);
    }
}

std::optional<Error> Session::turn() {
    if (auto ended = take_events()) return ended;
    const auto looked = lanes_.look_around(memory_.traffic.used_up(utc()));
    if (!looked) return looked.error();
    if (auto ended = send()) return ended;
    return overdue();
}

std::optional<Error> Session::take_events() {
    const DestinationEvents events = uplink_.destination.take_events();
    std::optional<Error> ended;
    for (const Outcome& outcome : events.outcomes) {
        last_answer_ = uplink_.clock.steady();
        std::optional<Error> error;
        if (memory_.announcer.answered(outcome.ticket)) {
            error = take_announcement_outcome(outcome);
        } else {
            const auto taken = lanes_.take(outcome, last_answer_);
            error = taken.ended;
            if (taken.sent) news_.nobody_listens = outcome.nobody_listens;
        }
        if (error && !ended) ended = std::move(error);
    }
    auto not_settled = settle();
    if (ended) return ended;
    if (events.lost) {
        note_break(*events.lost);
        return events.lost;
    }
    return not_settled;
}

void Session::note_break(const Error& why) {
    const bool alone = under_way() == 1;
    lanes_.broke(alone, why);
    const auto left_out = memory_.announcer.broke(alone);
    if (!left_out) return;
    log::write(
        log::Level::warning,
        trf("uplink {0}: the connection ends whenever the description of {1} is sent; it and all that are "
            "as large are left out",
            "上传目标 {0}：每次发送 {1} 的计量点说明连接就断开；该说明及同样大的说明不再发送",
            uplink_.id.text, left_out->text));
}

/// A destination may well take samples and not what it is to keep: that is worth a notice, not a stop.
std::optional<Error> Session::take_announcement_outcome(const Outcome& outcome) {
    if (!outcome.error) {
        news_.taken = true;
        memory_.announcer.note_progress(utc());
        return std::nullopt;
    }
    if (outcome.error->kind == Failure::transient) return outcome.error;
    if (!memory_.announcer.given_up()) news_.denied = outcome.error->what;
    memory_.announcer.give_up();
    return std::nullopt;
}

std::optional<Error> Session::settle() {
    std::vector<AckWindow::Entry> settled;
    auto ended = lanes_.settle(settled);
    for (const AckWindow::Entry& entry : settled) keep(entry);
    return ended;
}

void Session::keep(const AckWindow::Entry& entry) {
    Tally& tally = news_.confirmed.at(static_cast<std::size_t>(entry.lane));
    ++tally.messages;
    tally.samples += entry.samples;
    tally.gaps += entry.gaps;
    news_.not_selected += entry.passed_over;
    news_.taken = true;
    const UtcTime now = utc();
    uplink_.store.deliveries().keep_receipt(uplink_.id, {.items = {entry.first, entry.through},
                                                         .samples = entry.samples,
                                                         .gaps = entry.gaps,
                                                         .lane = entry.lane,
                                                         .first_at = now,
                                                         .last_at = now,
                                                         .answer = entry.answer});
    if (!entry.listed.empty()) take_back_from_set_aside(entry);
}

void Session::take_back_from_set_aside(const AckWindow::Entry& entry) {
    Deliveries& deliveries = uplink_.store.deliveries();
    if (!set_aside_) {
        const auto items = deliveries.set_aside_items(uplink_.id, kMostSetAside);
        if (!items) return log::write(log::Level::warning, items.error().what);
        set_aside_.emplace();
        for (const SetAside& item : *items) set_aside_->insert(item.sequence);
    }
    for (const Sequence sequence : entry.listed) {
        if (set_aside_->erase(sequence) == 0) continue;
        const auto kept = deliveries.taken_after_all(uplink_.id, {sequence, sequence});
        if (!kept) log::write(log::Level::warning, kept.error().what);
    }
}

std::optional<Error> Session::send() {
    paced_until_.reset();
    if (auto ended = announce()) return ended;
    return send_samples();
}

/// A place is free, in the window and on the way, and the rate limits allow a message like the last one.
bool Session::may_send() {
    if (under_way() >= granted_.in_flight || !uplink_.destination.has_room()) return false;
    const SteadyTime now = uplink_.clock.steady();
    const SteadyTime allowed = memory_.pacing.allowed_at(last_bytes_, now);
    if (allowed <= now) return true;
    paced_until_ = allowed;
    return false;
}

/// Descriptions take turns with samples, so that ten thousand meters do not delay the backlog.
std::optional<Error> Session::announce() {
    Announcer& announcer = memory_.announcer;
    const std::size_t most = std::max<std::size_t>(granted_.in_flight / 2, 1);
    while (announcer.under_way() < most && may_send()) {
        if (announcer.careful() && under_way() > 0) return std::nullopt;
        const auto description = announcer.next(granted_.payload_bytes);
        if (!description) return std::nullopt;
        const Ticket ticket = ++memory_.last_ticket;
        const auto sent = submit(
            ticket,
            {.kind = MessageKind::description, .meter = description->meter, .payload = description->payload});
        if (!sent) return sent.error();
        announcer.sent(ticket, *description);
    }
    return std::nullopt;
}

std::optional<Error> Session::send_samples() {
    if (memory_.announcer.careful() && memory_.announcer.under_way() > 0) return std::nullopt;
    for (int sends = 0; may_send(); ++sends) {
        LaneSender* lane = lanes_.next();
        if (lane == nullptr) return std::nullopt;
        if (sends == kMostSendsInATurn) {
            uplink_.wake.raise();
            return std::nullopt;
        }
        const auto message = lane->next(memory_.encoder);
        if (!message) return message.error();
        if (*message) {
            const Ticket ticket = ++memory_.last_ticket;
            const auto sent = submit(ticket, (*message)->batch);
            if (!sent) return sent.error();
            lane->sent(ticket, **message, uplink_.clock.steady());
            lanes_.sent((*message)->lane, last_bytes_);
        }
        // A lane may have come to its end, the budget too.
        const auto looked = lanes_.look_around(memory_.traffic.used_up(utc()));
        if (!looked) return looked.error();
    }
    return std::nullopt;
}

Result<> Session::submit(Ticket ticket, const Batch& batch) {
    OutgoingMessage message{.kind = MessageKind::samples, .meter = {}, .payload = batch.payload};
    if (uplink_.delivery.compression == Compression::none) return submit(ticket, message);
    const auto packed = gzip(batch.payload);
    if (!packed) return tl::unexpected<Error>(packed.error());
    message.payload = *packed;
    message.gzipped = true;
    return submit(ticket, message);
}

Result<> Session::submit(Ticket ticket, const OutgoingMessage& message) {
    // The clock of the missing answer starts when the line has been quiet, not in the middle of a long night.
    if (under_way() == 0) last_answer_ = uplink_.clock.steady();
    last_bytes_ = message.payload.size() + granted_.message_overhead;
    memory_.pacing.sent(last_bytes_, uplink_.clock.steady());
    uplink_.store.deliveries().count_traffic(uplink_.id, memory_.traffic.add(last_bytes_, utc()));
    return uplink_.destination.submit(ticket, message);
}

std::optional<Error> Session::overdue() const {
    if (under_way() == 0) return std::nullopt;
    if (uplink_.clock.steady() - last_answer_ < uplink_.ack_timeout) return std::nullopt;
    return Error{Failure::transient,
                 trf("no answer for {} s", "{} 秒无确认",
                     std::chrono::duration_cast<std::chrono::seconds>(uplink_.ack_timeout).count())};
}

SteadyTime Session::next_turn() const {
    SteadyTime due = uplink_.clock.steady() + kLongestWait;
    if (paced_until_) due = std::min(due, *paced_until_);
    if (under_way() > 0) due = std::min(due, last_answer_ + uplink_.ack_timeout);
    return due;
}

void Session::say_goodbye(SteadyTime deadline) {
    if (!collect_answers(deadline)) return;
    const Ticket ticket = ++memory_.last_ticket;
    const std::string stopped = memory_.announcer.status(Presence::stopped, utc());
    if (!submit(ticket, {.kind = MessageKind::status, .meter = {}, .payload = stopped})) return;
    memory_.announcer.sent(ticket);
    if (collect_answers(deadline)) uplink_.destination.disconnect(deadline);
}

/// False when the connection is lost.
bool Session::collect_answers(SteadyTime deadline) {
    while (true) {
        const DestinationEvents events = uplink_.destination.take_events();
        for (const Outcome& outcome : events.outcomes) {
            if (memory_.announcer.answered(outcome.ticket)) continue;
            static_cast<void>(lanes_.take(outcome, uplink_.clock.steady()));
        }
        static_cast<void>(settle());
        if (events.lost) return false;
        if (under_way() == 0) return true;
        if (uplink_.clock.wait(deadline, {}, uplink_.wake) != Wake::signalled) return true;
    }
}

}  // namespace mg
