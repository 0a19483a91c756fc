#include "tests/faults/buffer/store_trial.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/buffer/day_file.h"
#include "gateway/buffer/layout_cache.h"
#include "gateway/buffer/repacker.h"

namespace mg::test {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int kMostStarts = 5;
constexpr seconds kMostTrouble{20};

std::string identity_of(const Sample& sample) {
    std::string values;
    for (std::size_t i = 0; i < std::min<std::size_t>(sample.readings.size(), 2); ++i) {
        const Reading& reading = sample.readings[i];
        values += has_value(reading.quality) ? fmt::format(" {}", reading.bits) : " -";
    }
    return fmt::format("{}@{}{} e{} {}", sample.meter().text, (sample.slot.at - kMorning) / milliseconds{1},
                       values, sample.epoch, sample.boundary ? "boundary" : "other");
}
std::string identity_of(const Gap& gap) {
    return fmt::format("{} gap {}..{} {} e{}", gap.meter.text, (gap.from.at - kMorning) / milliseconds{1},
                       (gap.to.at - kMorning) / milliseconds{1}, to_string(gap.reason), gap.epoch);
}
}  // namespace

std::string identity_of(const StoredItem& item) {
    const auto* gap = std::get_if<StoredGap>(&item);
    return gap != nullptr ? identity_of(gap->gap) : identity_of(std::get<StoredSample>(item).sample);
}

std::string described(const StoredItem& item) {
    const auto* sample = std::get_if<StoredSample>(&item);
    return sample != nullptr ? fmt::format("{} r{}", identity_of(item), sample->revision) : identity_of(item);
}

StoreTrial::StoreTrial(StorageOptions like) : options_{std::move(like)} {
    disk_.watch(folder_.path());
    options_.path = folder_.path();
    options_.allow_tmpfs = true;
    for (int number = 0; number < 3; ++number) meters_.push_back(layout(fmt::format("m{}", number)));
    meters_.push_back(layout("wide", 250, WireType::u64));
}

StoreTrial::~StoreTrial() {
    close();
    disk_.heal();
}

void StoreTrial::complain(std::string what) {
    constexpr std::size_t kEnough = 20;
    if (complaints_.size() < kEnough) complaints_.push_back(std::move(what));
}

void StoreTrial::start() {
    open();
    recover();
}

// ---- what the plant does ----

void StoreTrial::append(const Sample& sample) {
    if (alive()) owed_.insert(identity_of(sample));
    offer(sample);
}

void StoreTrial::offer(const Sample& sample) {
    if (!alive()) return;
    handed_over_.try_emplace(identity_of(sample), Handed{local_day(now(), kTrialOffset), sample.boundary});
    due_.insert({sample.meter(), sample.slot});
    store_->append(sample);
}

void StoreTrial::append(const Gap& gap) {
    if (!alive()) return;
    const std::string identity = identity_of(gap);
    handed_over_.try_emplace(identity, Handed{local_day(now(), kTrialOffset), true});
    owed_.insert(identity);
    store_->append(gap);
}

void StoreTrial::commit() {
    settle();
    follow();
}

void StoreTrial::settle() {
    if (alive() && !store_->flush(clock_.steady() + seconds{1})) complain("flush() does not come back");
}

void StoreTrial::pass(milliseconds time) {
    if (!alive()) return;
    const Sequence acked = acked_;
    let_the_thread_work();
    clock_.advance(time);
    let_the_thread_work();
    if (alive() && !disk_.has_failed() && time >= seconds{1}) acked_for_sure_ = acked;
    follow();
}

/// What was asked for or due before the call is done behind it. The thread may have been about to rest at the
/// first call; behind its second rest it has looked at everything.
void StoreTrial::let_the_thread_work() {
    for (int round = 0; alive() && round < 2; ++round) {
        const auto rests = clock_.rests();
        store_->commit_soon();
        if (!clock_.wait_for_rest(rests)) complain("the store's thread hangs");
    }
}

void StoreTrial::follow() {
    while (alive()) {
        const auto peeked = store_->peek(cursor_, 5);
        if (!peeked) return;  // its disk does not answer: tried again with the next commit
        for (const StoredItem& item : peeked->items) {
            if (sequence_of(item) <= cursor_)
                complain(fmt::format("peek goes back to {}", sequence_of(item)));
            take_note(item);
        }
        if (peeked->through == cursor_) break;
        cursor_ = peeked->through;
    }
    if (alive()) announced_ = std::max(announced_, store_->newest());
}

void StoreTrial::take_note(const StoredItem& item) {
    const auto* sample = std::get_if<StoredSample>(&item);
    Seen seen{.text = described(item),
              .identity = identity_of(item),
              .day = local_day(now(), kTrialOffset),
              .meter = {},
              .last_slot = {}};
    if (sample != nullptr) {
        seen.meter = sample->sample.meter();
        seen.last_slot = sample->sample.slot;
        covered_.insert({seen.meter, seen.last_slot});
        epoch_seen_ = std::max(epoch_seen_, sample->sample.epoch);
        taken_at_seen_ = std::max(taken_at_seen_, sample->sample.taken_at);
    } else {
        const Gap& gap = std::get<StoredGap>(item).gap;
        seen.meter = gap.meter;
        seen.last_slot = last_covered(gap);
        for (Slot at = gap.from; at < gap.to; at.at += seconds{1}) covered_.insert({gap.meter, at});
        epoch_seen_ = std::max(epoch_seen_, gap.epoch);
    }
    const auto [known, added] = seen_.try_emplace(sequence_of(item), seen);
    if (added && sequence_of(item) <= announced_)
        complain(fmt::format("sequence {} comes behind {}: {}", sequence_of(item), announced_, seen.text));
    if (!added && known->second.text != seen.text) {
        complain(
            fmt::format("sequence {} was {} and is {}", sequence_of(item), known->second.text, seen.text));
    }
}

void StoreTrial::ack() {
    if (!alive()) return;
    store_->ack(consumer_, cursor_);
    acked_ = std::max(acked_, cursor_);
}

void StoreTrial::set_aside(Sequence sequence) {
    if (!alive()) return;
    aside_tried_.insert(sequence);
    if (store_->set_aside(consumer_, sequence, "refused")) aside_for_sure_.insert(sequence);
}

void StoreTrial::restart() {
    if (!alive()) return;
    settle();
    // What the disk does not take until the end of an orderly stop is lost like at a cut, and said.
    const bool something_waits = alive() && store_->stats().waiting > 0;
    close();
    open();
    if (something_waits) enter_what_was_lost();
}

void StoreTrial::restart_repacked() {
    if (!alive()) return;
    settle();
    const bool something_waits = alive() && store_->stats().waiting > 0;
    close();
    LayoutCache layouts;
    for (const auto& file : files(folder_, ".db")) {
        const auto name = FileName::from(file.filename().native());
        const auto found = name ? inspect_at_start(file, *name) : fail(Failure::rejected, "another file");
        // What fails is tried again some other day; it must only do no harm.
        if (found && found->summary.closed)
            static_cast<void>(repack(folder_.path(), FileEntry{*name, found->summary}, layouts));
    }
    open();
    if (something_waits) enter_what_was_lost();
}

void StoreTrial::enter_what_was_lost() {
    owed_.clear();
    heal();
    enter_gaps();
    commit();
}

void StoreTrial::close() {
    clock_.run_freely(true);
    store_.reset();
    clock_.run_freely(false);
}

void StoreTrial::open() {
    for (int start = 0; start < kMostStarts; ++start) {
        if (!disk_.powered()) {
            disk_.power_on();
            ++cuts_;
            owed_.clear();
        }
        clock_.run_freely(true);
        auto opened = open_store(options_, SiteOptions{}, clock_);
        clock_.run_freely(false);
        if (opened) {
            store_ = std::move(*opened);
            break;
        }
        if (opened.error().kind == Failure::corrupt) complain("start: " + opened.error().what);
        // A start that failed is tried again by the service manager; the disk may be better by then.
        if (start > 0) disk_.heal();
    }
    if (!store_) {
        complain("the store does not open");
        return;
    }
    const Sequence progress = store_->progress(consumer_);
    cursor_ = progress;
    if (disk_.powered()) {
        if (progress > acked_)
            complain(fmt::format("progress {} beyond what was acked, {}", progress, acked_));
        if (progress < acked_for_sure_) {
            complain(fmt::format("progress back at {} although {} was acked more than a second before",
                                 progress, acked_for_sure_));
        }
    }
    acked_ = progress;
    follow();
}

// ---- trouble ----

void StoreTrial::recover() {
    while (!disk_.powered() || cuts_lived_through_ < cuts_) {
        if (!disk_.powered()) {
            close();
            open();
        }
        cuts_lived_through_ = cuts_;
        law();
        enter_gaps();
        commit();
    }
}

/// As a start of the gateway does for the slots around the last stored one.
void StoreTrial::enter_gaps() {
    for (const auto& [meter, slot] : due_) {
        if (!alive()) return;
        if (covered_.contains({meter, slot})) continue;
        const Slot end{slot.at + seconds{1}};
        const auto covered = store_->covered_slots(meter, slot, end);
        if (!covered) {
            if (alive()) complain("covered_slots(): " + covered.error().what);
        } else if (covered->empty()) {
            append(Gap{meter, slot, end, Quality::stopped, store_->last_epoch()});
        }
    }
}

void StoreTrial::heal() {
    if (!alive()) return;
    disk_.heal();
    settle();
    for (seconds waited{0}; alive() && !store_->stats().trouble.empty(); waited += seconds{1}) {
        if (waited > kMostTrouble) {
            complain("the disk is well and the store is not: " + store_->stats().trouble);
            return;
        }
        pass(seconds{1});
    }
    settle();
    follow();
}

void live_through(StoreTrial& trial, const Scenario& scenario) {
    trial.start();
    for (const Step& step : scenario) {
        step.act(trial);
        trial.recover();
    }
    trial.final_law();
}

}  // namespace mg::test
