#include <algorithm>

#include <fmt/format.h>

#include "gateway/buffer/day_file.h"
#include "tests/faults/buffer/store_trial.h"

// What must hold whatever happened: the promises that store_trial.cpp collected, compared with what is there.
namespace mg::test {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

/// A log whose file is gone. While housekeeping removes a file, that is so for a moment.
bool stays_orphan(const std::string& file) {
    constexpr std::string_view kLog = "-wal";
    if (!file.ends_with(kLog)) return false;
    const std::string of = file.substr(0, file.size() - kLog.size());
    return !eventually([&] { return std::filesystem::exists(of) || !std::filesystem::exists(file); });
}

}  // namespace

void StoreTrial::law() {
    const auto items = read_all();
    if (!items) return;
    check_order_and_origin(*items);
    check_what_was_seen(*items);
    check_consumer(*items);
    check_figures();
}

std::optional<std::vector<StoredItem>> StoreTrial::read_all() {
    std::vector<StoredItem> all;
    Sequence after = 0;
    int failures = 0;
    while (alive()) {
        auto peeked = store_->peek(after, 7);
        if (!peeked) {
            if (++failures < 3) continue;
            if (alive()) complain("peek(): " + peeked.error().what);
            return std::nullopt;
        }
        std::ranges::move(peeked->items, std::back_inserter(all));
        if (peeked->through == after) return all;
        after = peeked->through;
    }
    return std::nullopt;
}

void StoreTrial::check_order_and_origin(const std::vector<StoredItem>& items) {
    std::set<std::string> identities;
    std::set<std::string> keys;
    Sequence before = 0;
    for (const StoredItem& item : items) {
        if (sequence_of(item) <= before)
            complain(fmt::format("sequence {} behind {}", sequence_of(item), before));
        before = sequence_of(item);
        const std::string identity = identity_of(item);
        if (!handed_over_.contains(identity)) complain("never handed over: " + identity);
        if (!identities.insert(identity).second) complain("stored twice: " + identity);
        const auto* sample = std::get_if<StoredSample>(&item);
        if (sample == nullptr) continue;
        const std::string key =
            fmt::format("{}@{} r{}", sample->sample.meter().text,
                        sample->sample.slot.at.time_since_epoch().count(), sample->revision);
        if (!keys.insert(key).second) complain("two items are " + key);
    }
    for (const std::string& identity : owed_) {
        if (identities.contains(identity) || may_be_gone(identity)) continue;
        if (store_->stats().trouble.empty() && store_->stats().waiting == 0)
            complain("handed over, nothing waiting, and not stored: " + identity);
    }
}

void StoreTrial::check_what_was_seen(const std::vector<StoredItem>& items) {
    std::map<Sequence, std::string> now;
    for (const StoredItem& item : items) now[sequence_of(item)] = described(item);
    for (const auto& [sequence, seen] : seen_) {
        const auto found = now.find(sequence);
        if (found == now.end()) {
            if (!may_be_gone(seen.identity)) complain(fmt::format("lost: {}, {}", sequence, seen.text));
        } else if (found->second != seen.text) {
            complain(fmt::format("{} was {} and is {}", sequence, seen.text, found->second));
        }
    }
}

/// What the consumer did not get lies ahead of it.
void StoreTrial::check_consumer(const std::vector<StoredItem>& items) {
    for (const StoredItem& item : items) {
        const Sequence sequence = sequence_of(item);
        if (sequence <= cursor_ && !seen_.contains(sequence))
            complain(fmt::format("the consumer stands at {} and never got {}, {}", cursor_, sequence,
                                 described(item)));
    }
}

void StoreTrial::check_figures() {
    std::map<MeterId, Slot> last;
    for (const auto& [sequence, seen] : seen_) {
        if (may_be_gone(seen.identity)) continue;
        auto [slot, added] = last.try_emplace(seen.meter, seen.last_slot);
        if (!added) slot->second = std::max(slot->second, seen.last_slot);
    }
    for (const auto& [meter, slot] : last) {
        const auto known = store_->last_slot(meter);
        if (!known || *known < slot) complain("last_slot() of " + meter.text + " went back");
    }
    if (store_->last_epoch() < epoch_seen_) complain("last_epoch() went back");
    if (store_->set_aside_count(consumer_) < aside_for_sure_.size())
        complain("an item set aside is forgotten");
    if (store_->set_aside_count(consumer_) > aside_tried_.size()) complain("an item set aside by nobody");
    const StoreStats stats = store_->stats();
    if (stats.damaged > 0) complain("damaged items");
    if (stats.lost > 0) complain("lost for lack of memory");
    for (const auto& each : std::filesystem::directory_iterator(folder_.path())) {
        const std::string file = each.path().native();
        if (file.find("corrupt") != std::string::npos) complain("set aside: " + file);
        if (stays_orphan(file)) complain("a log without its file: " + file);
    }
}

bool StoreTrial::may_be_gone(const std::string& identity) const {
    const auto handed = handed_over_.find(identity);
    if (handed == handed_over_.end()) return false;
    const auto keep = handed->second.boundary ? options_.keep_boundary : options_.keep_other;
    return handed->second.day + keep < local_day(now(), kTrialOffset);
}

void StoreTrial::final_law() {
    std::optional<std::vector<StoredItem>> items;
    while (!items && complaints_.empty()) {
        heal();
        recover();
        pass(std::chrono::hours{2});  // for the housekeeping
        law();
        items = read_all();
    }
    if (!items) return;
    check_due_slots();
    if (const auto waiting = store_->stats().waiting; waiting > 0)
        complain(fmt::format("{} items still wait", waiting));
    if (!items->empty() && cursor_ < sequence_of(items->back()))
        complain("the consumer is not offered the end");
    // By the day on which it was seen first: it may have waited for the disk for days.
    const auto overdue = [&](const StoredItem& item) {
        const auto* sample = std::get_if<StoredSample>(&item);
        const bool short_kept = sample != nullptr && !sample->sample.boundary;
        const auto keep = short_kept ? options_.keep_other : options_.keep_boundary;
        return seen_[sequence_of(item)].day + keep < local_day(now(), kTrialOffset);
    };
    // The housekeeping is a thread of its own, and tries again when a minute has passed.
    static_cast<void>(eventually([&] {
        recover();
        pass(std::chrono::minutes{1});
        if (const auto again = read_all()) items = again;
        return std::ranges::none_of(*items, overdue);
    }));
    for (const StoredItem& item : *items) {
        if (overdue(item)) complain("older than it is kept: " + described(item));
    }
}

void StoreTrial::check_due_slots() {
    for (const Due& due : due_) {
        // Retention may have taken it before the consumer could read again.
        const bool old =
            local_day(due.second.at, kTrialOffset) + options_.keep_other < local_day(now(), kTrialOffset);
        if (!old && !covered_.contains(due)) {
            complain(fmt::format("neither stored nor in a gap: {}@{}", due.first.text,
                                 (due.second.at - kMorning) / milliseconds{1}));
        }
    }
}

}  // namespace mg::test
