#include "gateway/accounting/accountant.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "gateway/accounting/instruments_on_record.h"
#include "gateway/accounting/site_basis.h"

namespace mg {

const UplinkId kAccounting{"accounting"};

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kLateReadings = "late readings";
constexpr std::size_t kMostAtOnce = 4000;
/// A flow that lags further behind waits on disk and not in memory: it is computed again when its meters are
/// back.
constexpr std::chrono::days kMostLag{3};
constexpr std::chrono::days kKeepCheckpoints{800};
constexpr milliseconds kCursorAlone = 60s;
/// What was found at boundaries waits so long for a commit that has more to say.
constexpr milliseconds kFoundAlone = 5s;
/// While an existing store is gone through: one commit for so many.
constexpr std::size_t kMostFound = 10'000;
constexpr const char* kFileReturned = "file_returned";

bool is_boundary(const StoredItem& item) {
    const auto* stored = std::get_if<StoredSample>(&item);
    return stored != nullptr && stored->sample.boundary;
}

/// By slot; of one slot and meter the latest revision first, which is the one that counts.
void sort_by_slot(std::vector<StoredItem>& items) {
    const auto key = [](const StoredItem& item) {
        if (const auto* gap = std::get_if<StoredGap>(&item)) {
            return std::tuple{gap->gap.from.at, std::string_view{gap->gap.meter.text}, 0U, gap->sequence};
        }
        const auto& stored = std::get<StoredSample>(item);
        return std::tuple{stored.sample.slot.at, std::string_view{stored.sample.meter().text},
                          ~stored.revision, stored.sequence};
    };
    std::ranges::sort(items, {}, key);
}

/// What is summed by days waits for the end of the day that is going on: a day that quarter-hours are done
/// beyond is not taken up again for it.
void add_days_done(const std::vector<UtcTime>& days_done, std::vector<UtcTime>& reached) {
    const UtcTime latest = reached.empty() ? UtcTime::min() : std::ranges::max(reached);
    for (const UtcTime until : days_done) reached.push_back(until < latest ? until + 1ms : until);
}

}  // namespace

Accountant::Accountant(const AccountingBasis& basis, SampleStore& store, Books& books, Clock& clock)
    : basis_{basis}, store_{store}, books_{books}, clock_{clock}, boundaries_{basis.options.site.boundary} {}

Result<bool> Accountant::step() {
    if (!store_is_met_) {
        if (const auto met = meet_store(); !met) return pass_on(met.error());
        store_is_met_ = true;
    }
    if (!boundaries_.has_met()) {
        if (const auto met = boundaries_.meet(store_, books_); !met) return pass_on(met.error());
    }
    if (!tables_are_in_) {
        if (const auto taken = take_in_tables(); !taken) return pass_on(taken.error());
        tables_are_in_ = true;
    }
    if (const auto taken = take_orders(); !taken) return pass_on(taken.error());
    const auto work = books_.to_do();
    if (!work) return pass_on(work.error());
    status_.with([&](AccountingStatus& status) { status.to_do = work->size(); });
    if (!work->empty()) {
        live_.reset();
        if (const auto done = compute_again(work->front()); !done) return pass_on(done.error());
        return true;
    }
    if (!live_) {
        if (const auto ready = take_up(); !ready) {
            live_.reset();
            return pass_on(ready.error());
        }
    }
    const auto taken = take_new();
    if (!taken || *taken) return taken;
    return catch_up_boundaries();
}

UtcTime Accountant::day_of(UtcTime time) const {
    return SiteCalendar{.utc_offset = basis_.options.site.utc_offset,
                        .real_time = basis_.options.site.boundary}
        .containing(StatType::day, time)
        .from;
}

// ---- tables ----

/// Puts on record what is there at first sight, and notes what has to be computed again where tables changed
/// since the last start.
Result<> Accountant::take_in_tables() {
    const auto known = books_.dated(DatedQuery{});
    if (!known) return pass_on(known.error());
    const auto missing = initial_instruments(basis_.options, *known, clock_.utc());
    if (!missing.empty()) {
        if (const auto put = books_.put_all(missing); !put) return pass_on(put.error());
    }
    const auto records = books_.dated(DatedQuery{});
    if (!records) return pass_on(records.error());
    const auto before = books_.basis();
    if (!before) return pass_on(before.error());
    BooksChange change;
    change.basis = basis_of(basis_.options, basis_.graph, *records);
    if (*change.basis == *before) return {};
    // Books without figures have none to compute again.
    if (!before->empty())
        change.to_do = changes_between(*before, *change.basis, basis_.options, basis_.graph);
    const auto kept = books_.commit(change);
    if (!kept) return pass_on(kept.error());
    return {};
}

/// What the store would give again to an uplink is computed again here: a file is back that could not be read
/// while the cursor went past it.
Result<> Accountant::take_orders() {
    for (const Resend& order : store_.deliveries().resends(kAccounting)) {
        const Recomputation wanted{
            .id = 0, .from = order.from.at, .to = {}, .items = {}, .cause = kFileReturned};
        const auto waiting = books_.to_do();
        if (!waiting) return pass_on(waiting.error());
        const bool waits = std::ranges::any_of(*waiting, [&](const Recomputation& each) {
            return each.cause == wanted.cause && each.from <= wanted.from;
        });
        BooksChange change;
        if (!waits) change.to_do.push_back(wanted);
        if (const auto kept = books_.commit(change); !kept) return pass_on(kept.error());
        // The power may fail here: then it is computed twice, and the second time changes nothing.
        if (auto ended = store_.deliveries().end_resend(kAccounting, order.id); !ended) return ended;
    }
    return {};
}

// ---- what is new ----

/// After a start, and after anything was computed again: goes back to the midnight before which all flows are
/// done.
Result<> Accountant::take_up() {
    const auto through = known();
    if (!through) return pass_on(through.error());
    cursor_ = *through;
    newest_boundary_ = UtcTime::min();
    auto records = books_.dated(DatedQuery{});
    if (!records) return pass_on(records.error());
    std::vector<FlowIndex> metered;
    std::vector<UtcTime> reached;
    std::vector<UtcTime> days_done;
    done_until_.clear();
    unbegun_.clear();
    for (FlowIndex flow = 0; flow < basis_.plan.flows.size(); ++flow) {
        const auto& of = basis_.plan.flows[flow];
        if (!of.is_metered()) continue;
        metered.push_back(flow);
        const auto newest = books_.newest(of.id, of.base, UtcTime::max());
        if (!newest) return pass_on(newest.error());
        if (!*newest) {
            unbegun_.push_back(flow);
            continue;
        }
        const UtcTime until = (*newest)->period.to;
        (of.base == StatType::real_time ? reached : days_done).push_back(until);
        const auto& item = basis_.plan.items[basis_.plan.item_of_flow[flow]].id;
        const auto [place, is_new] = done_until_.emplace(item, until);
        if (!is_new) place->second = std::min(place->second, until);
    }
    add_days_done(days_done, reached);
    live_ = std::make_unique<Reckoning>(basis_, books_, std::move(*records), std::move(metered));
    if (reached.empty()) {
        unbegun_.clear();
        if (cursor_ == 0) return {};
        // Registers were read, but no item could be computed yet.
        cursor_ = 0;
        return {};
    }
    const UtcTime latest = std::ranges::max(reached);
    std::erase_if(reached, [&](UtcTime time) { return time < latest - kMostLag; });
    const UtcTime day = day_of(std::ranges::min(reached) - 1ms);
    if (const auto resumed = live_->resume(day); !resumed) return resumed;
    for (UtcTime from = day; from <= latest; from += 24h) {
        if (const auto fed = feed_day(*live_, from, from + 24h, cursor_); !fed) return fed;
        if (const auto kept = keep(*live_, {}, {}, newest_boundary_); !kept) return pass_on(kept.error());
    }
    return {};
}

Result<bool> Accountant::take_new() {
    auto peeked = store_.peek(cursor_, kMostAtOnce);
    if (!peeked) return pass_on(peeked.error());
    if (peeked->through == cursor_) return false;
    boundaries_.feed(cursor_, *peeked);
    std::map<UtcTime, std::set<std::string>> late;
    for (const auto& item : peeked->items) {
        if (is_boundary(item)) {
            newest_boundary_ = std::max(newest_boundary_, std::get<StoredSample>(item).sample.slot.at);
        }
        const auto items = live_->feed(item);
        if (items.empty()) continue;
        late[day_of(std::get<StoredSample>(item).sample.slot.at - 1ms)].insert(items.begin(), items.end());
    }
    BooksChange change;
    if (!late.empty()) {
        Recomputation work;
        work.from = late.begin()->first;
        work.cause = kLateReadings;
        std::set<std::string> items;
        for (const auto& [day, of_day] : late) items.insert(of_day.begin(), of_day.end());
        work.items.assign(items.begin(), items.end());
        change.to_do.push_back(std::move(work));
    }
    wake_stalled(change);
    wake_late_beginners(change);
    cursor_ = peeked->through;
    if (const auto kept = keep(*live_, std::move(change), {}, newest_boundary_); !kept) {
        live_.reset();
        return pass_on(kept.error());
    }
    return true;
}

/// Books of before there were strips, or of another store: from its oldest sample to where the figures are.
/// Otherwise what waited for a commit that had more to say, and none came.
Result<bool> Accountant::catch_up_boundaries() {
    const bool is_behind = boundaries_.through() < cursor_;
    const bool has_waited = clock_.steady() - cursor_kept_at_ >= kFoundAlone;
    if (!is_behind && (boundaries_.waiting() == 0 || !has_waited)) return false;
    if (is_behind) {
        const auto peeked = store_.peek(boundaries_.through(), kMostAtOnce);
        if (!peeked) return pass_on(peeked.error());
        boundaries_.feed(boundaries_.through(), *peeked);
        if (boundaries_.through() < cursor_ && boundaries_.waiting() < kMostFound) return true;
    }
    BooksChange change;
    change.utc_offset = basis_.options.site.utc_offset;
    change.boundaries = boundaries_.take();
    if (const auto kept = books_.commit(change); !kept) {
        boundaries_.lose();
        return pass_on(kept.error());
    }
    cursor_kept_at_ = clock_.steady();
    return is_behind;
}

/// A flow whose meters are back after days: what it needs was let go from memory.
void Accountant::wake_stalled(BooksChange& change) {
    for (FlowIndex flow = 0; flow < basis_.plan.flows.size(); ++flow) {
        const auto reached = live_->reached(flow);
        if (!reached || *reached == UtcTime::max() || newest_boundary_ - *reached < kMostLag) continue;
        UtcTime settled = UtcTime::max();
        for (const auto& version : basis_.plan.flows[flow].versions) {
            for (const auto& term : version.terms) {
                const auto* key = std::get_if<RegisterKey>(&term.input);
                const auto* life = key == nullptr ? nullptr : live_->registers().life(*key);
                if (life != nullptr)
                    settled = std::min(settled, life->settled_until().value_or(UtcTime::min()));
            }
        }
        if (settled == UtcTime::max() || settled <= *reached + 1h) continue;
        auto& woken = woken_[flow];
        if (woken != UtcTime{} && settled < woken + 24h) continue;
        woken = settled;
        const auto& item = basis_.plan.items[basis_.plan.item_of_flow[flow]].id;
        change.to_do.push_back({.id = 0, .from = *reached, .to = {}, .items = {item}, .cause = {}});
    }
}

/// A flow that had no figure yet because one of its meters was read but once: with the second reading its
/// figures begin at the first, and what the other meters gave since then was let go from memory.
void Accountant::wake_late_beginners(BooksChange& change) {
    std::erase_if(unbegun_, [&](FlowIndex flow) {
        UtcTime first = UtcTime::max();
        UtcTime last = UtcTime::min();
        for (const auto& version : basis_.plan.flows[flow].versions) {
            for (const auto& term : version.terms) {
                const auto* key = std::get_if<RegisterKey>(&term.input);
                const auto* series = key == nullptr ? nullptr : live_->registers().series(*key);
                if (series == nullptr) continue;
                const auto begin = series->begin();
                if (!begin) return false;
                first = std::min(first, *begin);
                last = std::max(last, *begin);
            }
        }
        if (first >= last) return true;
        const auto& item = basis_.plan.items[basis_.plan.item_of_flow[flow]].id;
        if (first < day_of(last)) {
            change.to_do.push_back({.id = 0, .from = first, .to = {}, .items = {item}, .cause = {}});
        }
        return true;
    });
}

/// Gives the breaks that were found.
Result<std::vector<IndexBreak>> Accountant::keep(Reckoning& reckoning, BooksChange change,
                                                 const std::string& cause, UtcTime until) {
    change.records = reckoning.compute(until);
    const UtcTime now = clock_.utc();
    const bool is_live = &reckoning == live_.get();
    for (auto& record : change.records) {
        record.cause = cause;
        record.computed_at = now;
        const auto done = done_until_.find(record.item);
        const bool is_again = is_live && done != done_until_.end() && record.period.to <= done->second;
        // From the same samples it comes to the same figure.
        if (is_again) record.cause = kSamplesGone;
    }
    change.checkpoints = reckoning.take_checkpoints();
    change.new_breaks = reckoning.take_breaks();
    for (auto& found : change.new_breaks) found.found_at = now;
    if (!change.checkpoints.empty()) change.forget_checkpoints_before = now - kKeepCheckpoints;
    UtcTime latest = UtcTime::min();
    for (const auto& record : change.records) latest = std::max(latest, record.period.to);
    const auto now_steady = clock_.steady();
    const bool says_nothing = change.records.empty() && change.checkpoints.empty() &&
                              change.new_breaks.empty() && change.to_do.empty();
    // The cursor alone is worth a write now and then only: what lies behind it is taken in again.
    const milliseconds patience = boundaries_.waiting() > 0 ? kFoundAlone : kCursorAlone;
    if (says_nothing && (!is_live || now_steady - cursor_kept_at_ < patience)) {
        status_.with([&](AccountingStatus& status) { status.through = cursor_; });
        return std::vector<IndexBreak>{};
    }
    change.utc_offset = basis_.options.site.utc_offset;
    if (is_live) {
        change.cursor = BooksCursor{store_.id(), cursor_};
        change.boundaries = boundaries_.take();
    }
    const auto made = books_.commit(change);
    if (!made) {
        if (is_live) boundaries_.lose();
        return pass_on(made.error());
    }
    if (is_live) {
        cursor_kept_at_ = now_steady;
        store_.ack(kAccounting, cursor_);
    }
    reckoning.forget_what_is_done();
    const auto breaks = books_.breaks();
    status_.with([&](AccountingStatus& status) {
        status.through = cursor_;
        if (latest != UtcTime::min()) {
            status.figures_until = std::max(status.figures_until.value_or(latest), latest);
        }
        status.records += made->size();
        status.revisions += static_cast<std::uint64_t>(
            std::ranges::count_if(*made, [](const ItemRecord& record) { return record.revision > 0; }));
        if (breaks) status.breaks = breaks->size();
    });
    return std::move(change.new_breaks);
}

// ---- what is computed again ----

std::vector<std::string> Accountant::with_dependents(const std::vector<std::string>& items) const {
    std::set<std::string> all{items.begin(), items.end()};
    for (const auto& item : items) {
        const Reference input{Reference::Kind::item, item, {}};
        for (const auto row : basis_.graph.depending_on(input)) all.insert(basis_.options.items[row].id);
    }
    return {all.begin(), all.end()};
}

Result<> Accountant::compute_again(const Recomputation& work) {
    BooksChange done;
    done.done = {work.id};
    const auto flows = basis_.plan.flows_of(with_dependents(work.items));
    auto records = books_.dated(DatedQuery{});
    if (!records) return pass_on(records.error());
    const auto earliest = earliest_day(flows);
    if (!earliest) return pass_on(earliest.error());
    const auto through = known();
    if (!through) return pass_on(through.error());
    const auto oldest = oldest_slot();
    if (!oldest) return pass_on(oldest.error());
    std::unique_ptr<Reckoning> again;
    UtcTime day = std::max(day_of(work.from - 1ms), *earliest);
    while (true) {
        again = std::make_unique<Reckoning>(basis_, books_, *records, flows);
        if (const auto resumed = again->resume(day, work.from); !resumed) return resumed;
        // A span that what is new ends, or divides, may have begun days before.
        const UtcTime needed = std::max(day_of(again->rests_on() - 1ms), *earliest);
        if (needed >= day_of(day - 1ms)) break;
        day = needed;
    }
    Reckoning& reckoning = *again;
    if (*oldest) reckoning.states_since(**oldest);
    if (work.to) reckoning.reuse_from(*work.to);
    // At a start no boundary has been seen yet, but they are in the store.
    const UtcTime last = std::max({newest_boundary_, day, store_.last_taken_at()});
    std::set<std::pair<RegisterKey, UtcTime>> found;
    for (UtcTime from = day; from <= last; from += 24h) {
        if (const auto fed = feed_day(reckoning, from, from + 24h, *through); !fed) return fed;
        const auto breaks = keep(reckoning, {}, work.cause, std::min(from + 24h, newest_boundary_));
        if (!breaks) return pass_on(breaks.error());
        for (const auto& each : *breaks) found.insert({{each.meter, each.point}, each.first_after});
    }
    auto standing = books_.breaks();
    if (!standing) return pass_on(standing.error());
    for (auto& each : *standing) {
        const RegisterKey key{each.meter, each.point};
        const bool was_looked_at = reckoning.registers().life(key) != nullptr && each.first_after > day;
        if (was_looked_at && !found.contains({key, each.first_after})) done.ended_breaks.push_back(each);
    }
    const auto kept = books_.commit(done);
    if (!kept) return pass_on(kept.error());
    status_.with(
        [&](AccountingStatus& status) { status.breaks = standing->size() - done.ended_breaks.size(); });
    return {};
}

Result<> Accountant::feed_day(Reckoning& reckoning, UtcTime from, UtcTime to, Sequence through) {
    std::vector<StoredItem> items;
    // Index registers live on boundary samples alone, and so do last values.
    const HistoryQuery query{
        .from = {from}, .to = {to}, .meters = {}, .boundary_only = basis_.plan.means.empty()};
    for (Sequence after = 0; after < through;) {
        auto part = store_.read(query, after, kMostAtOnce);
        if (!part) return pass_on(part.error());
        std::ranges::move(part->items, std::back_inserter(items));
        if (part->through <= after) break;
        after = part->through;
    }
    std::erase_if(items, [&](const StoredItem& item) { return sequence_of(item) > through; });
    sort_by_slot(items);
    for (const auto& item : items) {
        if (is_boundary(item)) {
            newest_boundary_ = std::max(newest_boundary_, std::get<StoredSample>(item).sample.slot.at);
        }
        reckoning.feed(item);
    }
    return {};
}

}  // namespace mg
