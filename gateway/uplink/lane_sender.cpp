#include "gateway/uplink/lane_sender.h"

#include <algorithm>
#include <utility>

#include "gateway/base/language.h"
#include "gateway/base/log.h"

namespace mg {
namespace {

constexpr std::size_t kPeekItems = 512;
/// Of one call to next(): what is not selected is passed over quickly, but a backlog of months of it must not
/// keep the thread from its answers.
constexpr int kMostLooks = 32;
constexpr std::size_t kWindowsAhead = 4;
constexpr std::size_t kMostListed = 1'000'000;

}  // namespace

LaneSender::LaneSender(const Uplink& uplink, std::unique_ptr<LaneSource> source, Suspicion& suspicion,
                       const DestinationLimits& limits)
    : id_{uplink.id},
      store_{uplink.store},
      selection_{uplink.selection},
      ceiling_{uplink.ceiling},
      source_{std::move(source)},
      search_{suspicion.search},
      suspect_{suspicion.suspect},
      suspicion_{suspicion.why},
      payload_limit_{limits.payload_bytes},
      most_in_window_{kWindowsAhead * limits.in_flight} {
    rewind();
}

void LaneSender::rewind() {
    window_.clear();
    rejection_.reset();
    queue_.clear();
    looked_at_ = source_->start();
    handled_ = looked_at_;
    covered_ = looked_at_;
    passed_over_ = 0;
    fruitless_.reset();
}

bool LaneSender::quiet() const {
    return under_way() == 0 && !rejection_ && !control_outcome_;
}

bool LaneSender::has_work() const {
    if (!queue_.empty() || search_.send() == PoisonSearch::Send::control) return true;
    const Sequence last = source_->last();
    return looked_at_ < last && fruitless_ != last;
}

bool LaneSender::ready() const {
    if (rejection_ || control_ || control_outcome_ || !has_work()) return false;
    if (search_.careful()) return window_.under_way() == 0;
    return window_.size() < most_in_window_;
}

std::optional<UtcTime> LaneSender::oldest() const {
    if (const auto* entry = window_.oldest()) return entry->oldest_slot;
    if (!queue_.empty()) return slot_of(queue_.front().item);
    return std::nullopt;
}

Result<std::optional<LaneSender::Message>> LaneSender::next(BatchEncoder& encoder) {
    encoder.clear();
    auto message =
        search_.send() == PoisonSearch::Send::control ? next_control(encoder) : next_batch(encoder);
    encoder.clear();
    return message;
}

/// False when nothing came although the end is not reached: the rest is not there yet.
Result<bool> LaneSender::look_further() {
    const Sequence last = source_->last();
    auto looked = source_->look(looked_at_, kPeekItems);
    if (!looked) return pass_on(looked.error());
    const bool moved = looked->through > looked_at_ || !looked->items.empty();
    looked_at_ = std::max(looked_at_, looked->through);
    for (LaneSource::Item& item : looked->items) queue_.push_back(std::move(item));
    if (!moved) fruitless_ = last;
    return moved;
}

/// Puts items into the encoder until it is full or nothing is left.
Result<bool> LaneSender::fill(BatchEncoder& encoder) {
    int looks = 0;
    const std::size_t most = std::min(search_.items(), ceiling_.items());
    while (encoder.items() < most) {
        if (queue_.empty()) {
            handled_ = looked_at_;
            if (!has_work() || looks == kMostLooks) return true;
            ++looks;
            const auto moved = look_further();
            if (!moved) return moved;
            if (!*moved) return true;
            continue;
        }
        const LaneSource::Item& front = queue_.front();
        const Sequence sequence = sequence_of(front.item);
        if (front.fate == LaneSource::Fate::carried) {
            switch (encoder.add(front.item, payload_limit_)) {
                case BatchEncoder::Added::yes:
                    break;
                case BatchEncoder::Added::full:
                    return true;
                case BatchEncoder::Added::too_large: {
                    suspect_ = sequence;
                    suspicion_ = {Failure::rejected, trf("larger than the {} bytes of one message",
                                                         "超过单条消息上限 {} 字节", payload_limit_)};
                    if (auto ended = judge(search_.unsendable())) return pass_on(std::move(*ended));
                    break;
                }
            }
        } else if (front.fate == LaneSource::Fate::not_selected) {
            ++passed_over_;
        }
        queue_.pop_front();
        // With the last one everything behind it that was looked at and is no item of this lane is done, too.
        handled_ = queue_.empty() ? looked_at_ : sequence;
    }
    return true;
}

Result<std::optional<LaneSender::Message>> LaneSender::next_batch(BatchEncoder& encoder) {
    const Lane lane = source_->lane(handled_);
    if (const auto filled = fill(encoder); !filled) return pass_on(filled.error());
    if (encoder.empty()) {
        settle_what_was_passed_over();
        return std::nullopt;
    }
    return Message{.batch = encoder.take(lane),
                   .lane = lane,
                   .first = covered_ + 1,
                   .through = handled_,
                   .passed_over = std::exchange(passed_over_, 0)};
}

/// The item to compare the suspect with: one that the destination took before, the youngest that is known.
Result<std::optional<StoredItem>> LaneSender::taken_before() const {
    const Sequence done = store_.progress(id_);
    // What lies before the start of an uplink counts as done, and was never sent.
    const auto first = store_.deliveries().receipts(id_, UtcTime::min(), 1);
    if (!first) return pass_on(first.error());
    if (first->empty()) return std::nullopt;
    auto peeked = store_.peek(std::max<Sequence>(done - static_cast<Sequence>(kPeekItems), 0), kPeekItems);
    if (!peeked) return pass_on(peeked.error());
    std::set<Sequence> aside;
    if (store_.set_aside_count(id_) > 0) {
        const auto items = store_.deliveries().set_aside_items(id_, kMostListed);
        if (!items) return pass_on(items.error());
        for (const SetAside& item : *items) aside.insert(item.sequence);
    }
    const auto youngest =
        std::ranges::find_if(peeked->items.rbegin(), peeked->items.rend(), [&](const StoredItem& item) {
            const Sequence sequence = sequence_of(item);
            return sequence >= first->front().items.first && sequence <= done && sequence != suspect_ &&
                   !aside.contains(sequence) && selection_.takes(item);
        });
    if (youngest == peeked->items.rend()) return std::nullopt;
    return *youngest;
}

/// On a destination that took nothing yet: the first, second, … that follows the suspect.
Result<std::optional<StoredItem>> LaneSender::after_suspect() const {
    auto looked = source_->look(suspect_, kPeekItems);
    if (!looked) return pass_on(looked.error());
    int number = 0;
    for (LaneSource::Item& item : looked->items) {
        if (item.fate != LaneSource::Fate::carried || sequence_of(item.item) <= suspect_) continue;
        if (number++ == search_.candidate()) return std::move(item.item);
    }
    return std::nullopt;
}

Result<std::optional<LaneSender::Message>> LaneSender::next_control(BatchEncoder& encoder) {
    auto item = taken_before();
    if (!item) return pass_on(item.error());
    const bool known = item->has_value();
    if (!known) item = after_suspect();
    if (!item) return pass_on(item.error());
    const bool fits = *item && encoder.add(**item, payload_limit_) == BatchEncoder::Added::yes;
    if (!fits) {
        if (auto ended = judge(search_.no_control())) return pass_on(std::move(*ended));
        return std::nullopt;
    }
    return Message{
        .batch = encoder.take(Lane::resend), .lane = Lane::resend, .is_control = true, .taken_before = known};
}

void LaneSender::sent(Ticket ticket, const Message& message, SteadyTime now) {
    if (message.is_control) {
        control_ = Control{ticket, message.taken_before};
        return;
    }
    const Batch& batch = message.batch;
    window_.sent({.ticket = ticket,
                  .lane = message.lane,
                  .first = message.first,
                  .last = batch.last,
                  .through = message.through,
                  .sent = now,
                  .samples = batch.samples,
                  .gaps = batch.gaps,
                  .items = batch.items(),
                  .passed_over = message.passed_over,
                  .oldest_slot = batch.oldest_slot,
                  .listed = message.lane == Lane::resend ? batch.listed : std::vector<Sequence>{}});
    covered_ = message.through;
}

LaneSender::Taken LaneSender::take(const Outcome& outcome) {
    using Fate = AckWindow::Entry::Fate;
    if (control_ && control_->ticket == outcome.ticket) {
        if (outcome.error && outcome.error->kind != Failure::rejected) {
            control_.reset();
            return {.ours = true, .ended = outcome.error};
        }
        control_outcome_ = outcome;
        return {.ours = true};
    }
    if (!outcome.error) {
        const auto* entry = window_.settle(outcome.ticket, Fate::confirmed, outcome.answer);
        if (entry == nullptr) return {};
        took_any_ = true;
        search_.delivered();
        ceiling_.delivered();
        return {.ours = true, .sent = entry->sent};
    }
    if (window_.settle(outcome.ticket, Fate::not_taken) == nullptr) return {};
    if (outcome.error->kind != Failure::rejected) return {.ours = true, .ended = outcome.error};
    if (!rejection_ || outcome.ticket < rejection_->ticket) {
        rejection_ = Rejection{outcome.ticket, *outcome.error, outcome.too_large};
    }
    return {.ours = true};
}

std::optional<Error> LaneSender::settle(std::vector<AckWindow::Entry>& settled) {
    while (auto entry = window_.take_confirmed()) {
        source_->settled(entry->through);
        settled.push_back(std::move(*entry));
    }
    settle_what_was_passed_over();
    if (auto ended = settle_control()) return ended;
    return settle_rejection();
}

/// Sequences have holes, items are set aside or passed over: these end where nothing is under way any more.
void LaneSender::settle_what_was_passed_over() {
    if (!quiet() || search_.send() == PoisonSearch::Send::control) return;
    if (!window_.empty() || handled_ <= covered_ || handled_ <= source_->start()) return;
    source_->settled(handled_);
    covered_ = handled_;
}

/// Waits until everything under way has its answer; then starts anew at the rejected message, in smaller
/// pieces.
std::optional<Error> LaneSender::settle_rejection() {
    if (!rejection_ || window_.under_way() != 0) return std::nullopt;
    const Rejection rejection = *rejection_;
    const AckWindow::Entry entry = *window_.oldest();
    // Smaller messages may pass for good; otherwise the next full one would be rejected again.
    if (rejection.too_large && entry.items > 1) {
        payload_limit_ = std::max<std::size_t>(payload_limit_ / 2, 1);
    }
    suspect_ = entry.last;
    suspicion_ = rejection.error;
    const auto next = search_.rejected(entry.items);
    rewind();
    return judge(next);
}

std::optional<Error> LaneSender::settle_control() {
    if (!control_outcome_) return std::nullopt;
    const Outcome outcome = *std::exchange(control_outcome_, std::nullopt);
    const Control control = *std::exchange(control_, std::nullopt);
    if (outcome.error) return judge(search_.control_rejected(control.taken_before));
    const auto next = search_.control_taken();
    if (auto ended = judge(next)) return ended;
    if (next == PoisonSearch::Next::set_aside) source_->settled(suspect_);
    rewind();
    return std::nullopt;
}

void LaneSender::broke(bool alone, const Error& why) {
    const AckWindow::Entry* entry = window_.oldest();
    if (entry == nullptr) return;
    // MQTT 3.1.1 has no word for "too large": mosquitto ends the connection, and would do so for ever.
    ceiling_.broke_at(entry->items);
    if (entry->items > 1) return;
    if (!alone) return search_.go_one_by_one();
    const bool again = std::exchange(suspect_, entry->last) == entry->last;
    suspicion_ = {Failure::rejected, trf("the connection ends whenever it is sent, and not at others: {}",
                                         "每次发送这一条连接就断开，发送其他数据则不会：{}", why.what)};
    search_.broke(again);
}

/// What follows for the suspect.
std::optional<Error> LaneSender::judge(PoisonSearch::Next next) {
    switch (next) {
        case PoisonSearch::Next::go_on:
            return std::nullopt;
        case PoisonSearch::Next::set_aside:
            break;
        case PoisonSearch::Next::hold:
            return Error{
                Failure::refused,
                trf("what was taken before is rejected too, or several items in a row are, so it is "
                    "not they: {}",
                    "以前接收过的数据或连续多条数据也被拒绝，问题不在数据本身：{}", suspicion_.what)};
    }
    if (const auto kept = store_.set_aside(id_, suspect_, suspicion_.what); !kept) return kept.error();
    log::write(log::Level::warning,
               trf("uplink {0}: item {1} set aside: {2}", "上传目标 {0}：数据 {1} 已搁置：{2}", id_.text,
                   suspect_, suspicion_.what));
    return std::nullopt;
}

}  // namespace mg
