#include "tests/unit/accounting/books_fixture.h"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gateway/accounting/dated_record_json.h"

namespace mg::test {
namespace {

using std::chrono::days;

const std::vector<std::string> kItems{"elec_purchased", "coal_in", "clinker_out"};
const std::vector<MeterId> kMeters{{"grid_in1"}, {"hv_kiln"}, {"hv_raw"}};
const std::vector<PointId> kPoints{{"energy_import"}, {"energy_export"}};
const std::vector<std::string> kPeople{"li", "wang", "zhang"};

template <class T>
T one_of(Inventor& invent, const std::vector<T>& all) {
    return all[invent.below(all.size())];
}

StatPeriod period_of(StatType type, UtcTime time) {
    return SiteCalendar{}.containing(type, time);
}

bool about(const DatedRecord& record, const std::string& subject) {
    return fmt::format(" {} ", subject_of(record.body)).find(fmt::format(" {} ", subject)) !=
           std::string::npos;
}

}  // namespace

Decimal Inventor::decimal() {
    const auto mantissa = static_cast<std::int64_t>(random_() % 2'000'000) - 200'000;
    const Int128 wide =
        one_in(8) ? Int128{mantissa} * 1'000'000'000'000'000'000 * 1'000'000 : Int128{mantissa};
    return {wide, -static_cast<int>(below(7))};
}

UtcTime Inventor::time() {
    return kMidnight + milliseconds{below(400 * 86'400'000ULL)};
}

std::string Inventor::text() {
    return one_of<std::string>(
        *this, {"", "DTSD-0117", "换表，见照片 3", "a \"quoted\" line\nand another", "\\", "'; DROP"});
}

DatedBody Inventor::body() {
    return body(below(std::variant_size_v<DatedBody>));
}

DatedBody Inventor::body(std::size_t kind) {
    const UtcTime from = time();
    const UtcTime to = from + milliseconds{1 + below(86'400'000)};
    const MeterId meter = one_of(*this, kMeters);
    const PointId point = one_of(*this, kPoints);
    const std::string item = one_of(*this, kItems);
    const auto maybe_to = one_in(2) ? std::optional{to} : std::nullopt;
    const auto maybe_number = [&] { return one_in(2) ? std::optional{decimal()} : std::nullopt; };
    const auto above_zero = [&] { return Decimal{1 + static_cast<Int128>(below(20'000)), -1}; };
    const auto long_period = [&] {
        return period_of(one_of<StatType>(*this, {StatType::day, StatType::month, StatType::year}), from);
    };
    switch (kind) {
        case 0: {
            Replacement body{.meter = meter,
                             .removed_at = from,
                             .installed_at = one_in(2) ? from : to,
                             .old_serial = text(),
                             .new_serial = text(),
                             .multiplier = std::nullopt,
                             .rollover = std::nullopt,
                             .registers = {}};
            if (one_in(2)) body.multiplier = Multiplier{above_zero(), above_zero()};
            if (one_in(2)) body.rollover = above_zero();
            for (const PointId& each : kPoints) {
                if (one_in(2)) body.registers.push_back({each, decimal(), decimal(), decimal()});
            }
            return body;
        }
        case 1: {
            MultiplierChange body{meter, from, {above_zero(), above_zero()}, {}};
            for (const PointId& each : kPoints) {
                if (one_in(2)) body.registers.push_back({each, decimal()});
            }
            return body;
        }
        case 2: {
            IndexRuling body{meter, point, from, IndexVerdict::genuine, {}, {}, {}};
            body.verdict = one_of<IndexVerdict>(*this, {IndexVerdict::rolled_over, IndexVerdict::was_reset,
                                                        IndexVerdict::genuine, IndexVerdict::false_value});
            if (body.verdict == IndexVerdict::was_reset) {
                body.before = maybe_number();
                body.after = maybe_number();
            }
            if (body.verdict == IndexVerdict::false_value) body.until = maybe_to;
            return body;
        }
        case 3:
            return OutOfService{meter, from, maybe_to};
        case 4: {
            ProductionStop body{{}, from, maybe_to};
            for (const MeterId& each : kMeters) {
                if (one_in(2)) body.meters.push_back(each);
            }
            return body;
        }
        case 5:
            return OpeningAmount{item, from, to, decimal()};
        case 6:
            return EnteredValue{item, long_period(), decimal(), 1 + static_cast<int>(below(7)), text()};
        case 7:
            return CoefficientValue{"elec_tce", decimal(), "tce/万kWh", from, text(), "2025", "河北"};
        case 8:
            return PeriodLock{long_period()};
        case 9:
            return InitialInstrument{meter, text(), {above_zero(), above_zero()}};
        default:
            return Verification{
                .meter = meter,
                .serial = "SN-" + text(),
                .on = from,
                .valid_until = maybe_to,
                .by = text(),
                .certificate = text(),
                .result = one_of<VerificationResult>(
                    *this,
                    {VerificationResult::passed, VerificationResult::limited, VerificationResult::failed}),
                .traceability = one_of<Traceability>(
                    *this, {Traceability::legal, Traceability::verification, Traceability::calibration})};
    }
}

DatedRecord Inventor::record() {
    DatedRecord record;
    record.body = body();
    record.author = one_of(*this, kPeople);
    record.remark = text();
    record.entered_at = time();
    record.needs_confirmation = one_in(3);
    return record;
}

ItemRecord Inventor::item_record() {
    const auto type = one_of<StatType>(
        *this, {StatType::real_time, StatType::real_time, StatType::day, StatType::month, StatType::year});
    const UtcTime within =
        kMidnight + kQuarter * static_cast<int>(below(40)) + days{one_in(4) ? below(70) : 0};
    ItemRecord record;
    record.item = one_of(*this, kItems);
    record.period = period_of(type, within);
    if (!one_in(6)) record.value = Decimal{static_cast<Int128>(below(3)), -static_cast<int>(below(2))};
    record.marks = Marks{one_in(5) ? 3U : 0U};
    record.input_type = one_in(6) ? 5 : 4;
    record.exact = one_of<std::string>(*this, {"", "7/3", "12"});
    record.total = one_of<std::string>(*this, {"100/3", "40"});
    record.item_version = one_in(2) ? UtcTime{} : kMidnight;
    record.cause = text();
    record.computed_at = time();
    return record;
}

BooksChange Inventor::change(const std::vector<Recomputation>& to_do) {
    BooksChange change;
    if (!one_in(4))
        change.cursor = BooksCursor{one_in(9) ? "other" : "store", static_cast<Sequence>(random_() >> 20U)};
    for (std::size_t n = below(8); n > 0; --n) change.records.push_back(item_record());
    for (std::size_t n = below(3); n > 0; --n) {
        change.checkpoints.push_back(
            {one_of(*this, kMeters), one_of(*this, kPoints), kMidnight + days{below(6)}, text()});
    }
    if (one_in(6)) change.forget_checkpoints_before = kMidnight + days{below(6)};
    const auto a_break = [&] {
        return IndexBreak{one_of(*this, kMeters),
                          one_of(*this, kPoints),
                          kMidnight,
                          kMidnight + kQuarter * static_cast<int>(below(3)),
                          decimal(),
                          decimal(),
                          time()};
    };
    for (std::size_t n = below(2); n > 0; --n) change.ended_breaks.push_back(a_break());
    for (std::size_t n = below(2); n > 0; --n) change.new_breaks.push_back(a_break());
    if (one_in(4)) {
        change.to_do.push_back({.id = 0,
                                .from = time(),
                                .to = one_in(2) ? std::optional{time()} : std::nullopt,
                                .items = one_in(2) ? kItems : std::vector<std::string>{},
                                .cause = text()});
    }
    if (!to_do.empty() && one_in(2)) change.done.push_back(one_of(*this, to_do).id);
    if (one_in(2)) {
        change.boundaries = {{"store", static_cast<Sequence>(random_() >> 20U)}, kQuarter, {}};
        for (std::size_t n = below(6); n > 0; --n) {
            const UtcTime at = kMidnight - days{1} + kQuarter * static_cast<int>(below(300));
            BoundaryFound found{one_of(*this, kMeters), at, at + milliseconds{1}, {true, {}, false, false}};
            if (one_in(4)) {
                found.is_gap = true;
                found.from += milliseconds{static_cast<int>(below(2)) * 1000};
                found.to = at + kQuarter * static_cast<int>(1 + below(200));
            }
            if (found.is_gap || one_in(3)) {
                found.slot.quality =
                    one_of<Quality>(*this, {Quality::no_reply, Quality::stopped, Quality::before_start});
            } else {
                found.slot.off_boundary = one_in(4);
            }
            change.boundaries->found.push_back(found);
        }
    }
    if (one_in(6)) {
        change.basis.emplace();
        for (const auto& item : kItems) {
            if (one_in(2)) change.basis->push_back({"item " + item, time(), text()});
        }
    }
    return change;
}

// ---- the books in maps ----

void NaiveBooks::note_effect(const DatedRecord& record, bool revoked) {
    const auto kind = kind_of(record.body);
    if (kind == "verification") return;
    if ((kind == "lock" || kind == "initial_instrument") && !revoked) return;
    Recomputation work{
        .id = ++last_work_,
        .from = begin_of(record.body),
        .to = end_of(record.body),
        .items = {},
        .cause = fmt::format("{} {}{}", kind_of(record.body), record.id, revoked ? " revoked" : "")};
    if (kind == "opening" || kind == "entry") work.items = {subject_of(record.body)};
    work_[work.id] = work;
}

Result<std::vector<DatedId>> NaiveBooks::put_all(const std::vector<DatedRecord>& records) {
    std::vector<DatedId> ids;
    for (DatedRecord record : records) {
        record.id = static_cast<DatedId>(dated_.size()) + 1;
        ids.push_back(record.id);
        dated_[record.id] = record;
        if (record.in_force()) note_effect(record, false);
    }
    return ids;
}

Result<> NaiveBooks::confirm(DatedId id, const std::string& person, UtcTime at) {
    const auto found = dated_.find(id);
    if (found == dated_.end()) return fail(Failure::rejected, "");
    DatedRecord& record = found->second;
    if (!record.needs_confirmation || record.confirmed_at || record.revoked_at || record.author == person) {
        return fail(Failure::rejected, "");
    }
    record.confirmed_by = person;
    record.confirmed_at = at;
    note_effect(record, false);
    return {};
}

Result<> NaiveBooks::revoke(DatedId id, const std::string& person, const std::string& remark, UtcTime at) {
    const auto found = dated_.find(id);
    if (found == dated_.end() || found->second.revoked_at) return fail(Failure::rejected, "");
    DatedRecord& record = found->second;
    if (record.in_force()) note_effect(record, true);
    record.revoked_by = person;
    record.revoked_at = at;
    record.revoke_remark = remark;
    return {};
}

Result<std::optional<DatedRecord>> NaiveBooks::dated(DatedId id) {
    const auto found = dated_.find(id);
    if (found == dated_.end()) return std::nullopt;
    return found->second;
}

Result<std::vector<DatedRecord>> NaiveBooks::dated(const DatedQuery& query) {
    std::vector<DatedRecord> records;
    for (const auto& [id, record] : dated_) {
        const UtcTime begin = begin_of(record.body);
        if (id <= query.after || begin < query.from || begin >= query.to) continue;
        if (!query.kind.empty() && kind_of(record.body) != query.kind) continue;
        if (!query.subject.empty() && !about(record, query.subject)) continue;
        if (!query.also_void && !record.in_force()) continue;
        if (records.size() < query.most) records.push_back(record);
    }
    return records;
}

Result<std::vector<ItemRecord>> NaiveBooks::commit(const BooksChange& change) {
    std::vector<ItemRecord> made;
    for (ItemRecord record : change.records) {
        outbox_.meet(record.item);
        const auto key = std::tuple{record.item, record.period};
        auto& revisions = records_[key];
        const auto asked = wanted_.find(key);
        const bool figure_asked =
            asked != wanted_.end() && (revisions.empty() || !same_figure(asked->second, revisions.back()));
        if (*is_closed(record.period)) {
            const bool same =
                !revisions.empty() && same_figure(record, revisions.back()) &&
                record.exact == revisions.back().exact &&
                record.item_version == revisions.back().item_version &&
                (record.period.type == StatType::real_time || record.total == revisions.back().total);
            if (revisions.empty()) records_.erase(key);
            if (figure_asked) {
                record.computed_at = asked->second.computed_at;
                const std::string& before = asked->second.cause;
                if (same_figure(asked->second, record) || record.cause.empty() ||
                    before.find(record.cause) != std::string::npos) {
                    record.cause = before;
                } else if (!before.empty()) {
                    record.cause = before + "; " + record.cause;
                }
            }
            if (same) {
                wanted_.erase(key);
            } else {
                wanted_[key] = record;
            }
            continue;
        }
        if (figure_asked && !asked->second.cause.empty()) {
            record.cause = asked->second.cause + (record.cause.empty() ? "" : "; ") + record.cause;
        }
        wanted_.erase(key);
        if (!revisions.empty() && revisions.back().value == record.value &&
            revisions.back().marks == record.marks && revisions.back().input_type == record.input_type) {
            revisions.back().exact = record.exact;
            revisions.back().total = record.total;
            revisions.back().item_version = record.item_version;
            outbox_.carry(revisions.back());
            continue;
        }
        record.revision = static_cast<std::uint32_t>(revisions.size());
        revisions.push_back(record);
        outbox_.take(record);
        made.push_back(record);
    }
    for (const LifeCheckpoint& each : change.checkpoints)
        checkpoints_[{each.meter, each.point}][each.at] = each.state;
    if (change.forget_checkpoints_before) {
        for (auto& [its_register, all] : checkpoints_) {
            const auto first_kept = all.lower_bound(*change.forget_checkpoints_before);
            if (first_kept != all.begin()) all.erase(all.begin(), std::prev(first_kept));
        }
    }
    for (const IndexBreak& each : change.ended_breaks)
        breaks_.erase({{each.meter, each.point}, each.first_after});
    for (IndexBreak each : change.new_breaks) {
        const auto key = std::tuple{Register{each.meter, each.point}, each.first_after};
        if (const auto standing = breaks_.find(key); standing != breaks_.end()) {
            each.found_at = standing->second.found_at;
        }
        breaks_.insert_or_assign(key, each);
    }
    if (change.basis) basis_ = {change.basis->begin(), change.basis->end()};
    for (Recomputation work : change.to_do) {
        work.id = ++last_work_;
        work_[work.id] = work;
    }
    for (const std::int64_t id : change.done) work_.erase(id);
    if (change.cursor) cursor_ = change.cursor;
    if (!change.boundaries) return made;
    boundary_cursor_ = change.boundaries->cursor;
    for (const BoundaryFound& found : change.boundaries->found) {
        for (UtcTime at = kMidnight - days{2}; at < kMidnight + days{9}; at += kQuarter) {
            if (at < found.from || at >= found.to) continue;
            if (found.slot.quality != Quality::before_start) {
                const auto [place, is_new] = boundaries_begin_.emplace(found.meter.text, at);
                if (!is_new) place->second = std::min(place->second, at);
            }
            auto& byte = boundaries_[{found.meter.text, at}];
            const bool had_value = byte != 0 && (byte & 31U) <= 3U;
            const bool was_missing = byte != 0 && !had_value;
            if (found.is_gap && had_value) continue;
            const bool filled =
                !found.is_gap && has_value(found.slot.quality) && (was_missing || (byte & 64U) != 0);
            byte = static_cast<std::uint8_t>(static_cast<unsigned>(found.slot.quality) + 1U +
                                             (found.slot.off_boundary ? 32U : 0U) + (filled ? 64U : 0U));
        }
    }
    return made;
}

Result<bool> NaiveBooks::is_closed(const StatPeriod& period) {
    return std::ranges::any_of(dated_, [&](const auto& entry) {
        const auto* lock = std::get_if<PeriodLock>(&entry.second.body);
        return lock != nullptr && entry.second.in_force() && lock->period.from <= period.from &&
               period.to <= lock->period.to;
    });
}

Result<std::vector<ChangeRequest>> NaiveBooks::requests(const RecordQuery& query) {
    std::vector<ChangeRequest> found;
    for (const auto& [key, record] : wanted_) {
        if (!query.items.empty() && std::ranges::find(query.items, record.item) == query.items.end())
            continue;
        if (query.type && record.period.type != *query.type) continue;
        if (record.period.from < query.from || record.period.from >= query.to) continue;
        const auto stands = records_.find(key);
        if (stands == records_.end()) {
            found.push_back({record, std::nullopt});
        } else if (!same_figure(record, stands->second.back())) {
            found.push_back({record, stands->second.back()});
        }
    }
    if (found.size() > query.most) found.resize(query.most);
    return found;
}

Result<std::optional<ItemRecord>> NaiveBooks::wanted(const std::string& item, const StatPeriod& period) {
    const auto found = wanted_.find({item, period});
    if (found == wanted_.end()) return std::nullopt;
    return found->second;
}

Result<std::vector<ItemRecord>> NaiveBooks::records(const RecordQuery& query) {
    std::vector<ItemRecord> found;
    for (const auto& [key, revisions] : records_) {
        const auto& [item, period] = key;
        if (!query.items.empty() && std::ranges::find(query.items, item) == query.items.end()) continue;
        if (query.type && period.type != *query.type) continue;
        if (period.from < query.from || period.from >= query.to) continue;
        for (const ItemRecord& record : revisions) {
            const bool newest = record.revision + 1 == revisions.size();
            if ((newest || query.all_revisions) && found.size() < query.most) found.push_back(record);
        }
    }
    return found;
}

Result<std::vector<StatPeriod>> NaiveBooks::periods(StatType type, UtcTime from, UtcTime to) {
    std::set<StatPeriod> periods;
    for (const auto& [key, revisions] : records_) {
        const StatPeriod& period = std::get<1>(key);
        if (period.type == type && period.from >= from && period.from < to) periods.insert(period);
    }
    return std::vector<StatPeriod>{periods.begin(), periods.end()};
}

Result<std::optional<ItemRecord>> NaiveBooks::newest(const std::string& item, StatType type, UtcTime until) {
    const ItemRecord* last = nullptr;
    for (const auto& [key, revisions] : records_) {
        const auto& [of, period] = key;
        if (of != item || period.type != type || period.to > until) continue;
        if (last == nullptr || period.from >= last->period.from) last = &revisions.back();
    }
    return last == nullptr ? std::nullopt : std::optional{*last};
}

Result<std::vector<LifeCheckpoint>> NaiveBooks::checkpoints(UtcTime at) {
    std::vector<LifeCheckpoint> newest;
    for (const auto& [its_register, all] : checkpoints_) {
        const auto later = all.upper_bound(at);
        if (later == all.begin()) continue;
        newest.push_back(
            {its_register.first, its_register.second, std::prev(later)->first, std::prev(later)->second});
    }
    return newest;
}

Result<std::vector<IndexBreak>> NaiveBooks::breaks() {
    std::vector<IndexBreak> standing;
    for (const auto& [key, each] : breaks_) standing.push_back(each);
    return standing;
}

Result<std::vector<BasisLine>> NaiveBooks::basis() {
    return std::vector<BasisLine>{basis_.begin(), basis_.end()};
}

Result<std::vector<Recomputation>> NaiveBooks::to_do() {
    std::vector<Recomputation> all;
    for (const auto& [id, work] : work_) all.push_back(work);
    return all;
}

// ---- strips, as the contract says and not as the file keeps them ----

namespace {

/// What a reader is told of the newest revision, in the order of what matters more.
std::uint8_t naive_state(const ItemRecord& record) {
    if (!record.value) return 10;
    const auto has = [&](Mark mark) { return record.marks.has(mark); };
    if (has(Mark::unconfirmed)) return 6;
    if (has(Mark::begin_bridged) || has(Mark::end_bridged)) return 4;
    if (has(Mark::begin_doubtful) || has(Mark::end_doubtful)) return 5;
    if (has(Mark::stuck)) return 9;
    if (has(Mark::out_of_limits)) return 7;
    if (has(Mark::few_samples)) return 8;
    if (has(Mark::estimated)) return 3;
    if (has(Mark::entered)) return 2;
    return 1;
}

std::uint8_t naive_steps(milliseconds late) {
    constexpr std::array kMinutes{20, 40, 60, 90, 120, 180, 240, 300, 360, 480, 600, 720, 1440, 2880, 4320};
    return static_cast<std::uint8_t>(
        std::ranges::count_if(kMinutes, [&](int minutes) { return late >= std::chrono::minutes{minutes}; }));
}

UtcTime naive_day(UtcTime time) {
    UtcTime day = kMidnight;
    while (day > time) day -= days{1};
    while (day + days{1} <= time) day += days{1};
    return day;
}

}  // namespace

NaiveBooks::Strips NaiveBooks::all_strips(StripKind kind) const {
    Strips all;
    const auto put = [&](const std::string& subject, UtcTime at, milliseconds each, unsigned byte) {
        const UtcTime day = naive_day(at);
        auto& strip = all[{day, subject, each}];
        strip.subject = subject;
        strip.day = day;
        strip.each = each;
        strip.slots.resize(static_cast<std::size_t>(days{1} / each));
        strip.slots[static_cast<std::size_t>((at - day) / each)] = static_cast<std::uint8_t>(byte);
    };
    for (const auto& [key, revisions] : records_) {
        const auto& [item, period] = key;
        if (kind != StripKind::item || period.type != StatType::real_time || revisions.empty()) continue;
        const auto late = revisions.front().computed_at - (naive_day(period.from) + days{1});
        put(item, period.from, period.to - period.from,
            naive_state(revisions.back()) + 16U * naive_steps(late));
    }
    for (const auto& [key, byte] : boundaries_) {
        if (kind == StripKind::meter) put(std::get<0>(key), std::get<1>(key), kQuarter, byte);
    }
    return all;
}

Result<> NaiveBooks::strips(const StripQuery& query, const std::function<void(const DayStrip&)>& use) {
    for (const auto& [key, strip] : all_strips(query.kind)) {
        if (!query.subjects.empty() && !query.subjects.contains(strip.subject)) continue;
        if (strip.day >= query.from && strip.day < query.to) use(strip);
    }
    return {};
}

Result<std::map<std::string, UtcTime>> NaiveBooks::strips_begin(StripKind kind) {
    if (kind == StripKind::meter) return boundaries_begin_;
    std::map<std::string, UtcTime> begin;
    for (const auto& [key, revisions] : records_) {
        const auto& [item, period] = key;
        if (period.type != StatType::real_time || revisions.empty()) continue;
        const auto [place, is_new] = begin.emplace(item, period.from);
        if (!is_new) place->second = std::min(place->second, period.from);
    }
    return begin;
}

// ---- to compare ----

std::string strips_of(Books& books) {
    std::string text;
    for (const auto kind : {StripKind::item, StripKind::meter}) {
        std::set<std::string> lines;
        const auto read = books.strips({.kind = kind, .subjects = {}}, [&](const DayStrip& strip) {
            lines.insert(fmt::format("{} {} {}: {:x}", strip.subject, strip.day.time_since_epoch().count(),
                                     strip.each.count(), fmt::join(strip.slots, " ")));
        });
        text += read ? fmt::format("{}\n", fmt::join(lines, "\n")) : read.error().what;
        const auto begin = books.strips_begin(kind);
        if (!begin) return begin.error().what;
        for (const auto& [subject, at] : *begin)
            text += fmt::format("{} from {}\n", subject, at.time_since_epoch().count());
    }
    const auto cursor = books.boundary_cursor();
    if (cursor && *cursor) text += fmt::format("up to {} {}\n", (*cursor)->store, (*cursor)->through);
    return text;
}

std::string text_of(const ItemRecord& record) {
    return fmt::format(
        "{} {} {}..{} r{} value {} marks {} input {} exact {} total {} version {} cause {} at {}",
        record.item, to_string(record.period.type), record.period.from.time_since_epoch().count(),
        record.period.to.time_since_epoch().count(), record.revision,
        record.value ? record.value->to_string() : "none", record.marks.bits(), record.input_type,
        record.exact, record.total, record.item_version.time_since_epoch().count(), record.cause,
        record.computed_at.time_since_epoch().count());
}

std::string contents(Books& books) {
    std::string text;
    const auto add = [&](const auto& result, const auto& line_of) {
        if (!result) {
            text += "error: " + result.error().what + '\n';
            return;
        }
        for (const auto& each : *result) text += line_of(each) + '\n';
    };
    add(books.dated({.kind = {}, .subject = {}, .also_void = true}),
        [](const DatedRecord& record) { return json_of(record); });
    add(books.records({.items = {}, .type = {}, .all_revisions = true}),
        [](const ItemRecord& record) { return text_of(record); });
    const auto all = books.records({});
    for (const auto& record : all ? *all : std::vector<ItemRecord>{}) {
        const auto before = books.newest(record.item, record.period.type, record.period.from);
        if (before && *before) text += "before: " + text_of(**before) + '\n';
    }
    for (int day = 0; day < 8; ++day) {
        add(books.checkpoints(kMidnight + days{day}), [&](const LifeCheckpoint& each) {
            return fmt::format("checkpoint {} {} {} {}", each.meter.text, each.point.text,
                               each.at.time_since_epoch().count(), each.state);
        });
    }
    add(books.requests({}), [](const ChangeRequest& each) {
        return "request: " + text_of(each.wanted) + (each.stands ? " for " + text_of(*each.stands) : "");
    });
    for (const auto& record : all ? *all : std::vector<ItemRecord>{}) {
        const auto wanted = books.wanted(record.item, record.period);
        if (wanted && *wanted) text += "wanted: " + text_of(**wanted) + '\n';
    }
    add(books.breaks(), [](const IndexBreak& each) {
        return fmt::format("break {} {} {} {} {} {} {}", each.meter.text, each.point.text,
                           each.last_good.time_since_epoch().count(),
                           each.first_after.time_since_epoch().count(), each.index_before.to_string(),
                           each.index_after.to_string(), each.found_at.time_since_epoch().count());
    });
    add(books.basis(), [](const BasisLine& line) {
        return fmt::format("basis {} {} {}", line.subject, line.from.time_since_epoch().count(), line.text);
    });
    add(books.to_do(), [](const Recomputation& work) {
        return fmt::format("to do {} {}..{} [{}] {}", work.id, work.from.time_since_epoch().count(),
                           work.to ? work.to->time_since_epoch().count() : 0, fmt::join(work.items, " "),
                           work.cause);
    });
    const auto cursor = books.cursor();
    text += !cursor    ? "error: " + cursor.error().what
            : !*cursor ? "no cursor"
                       : fmt::format("cursor {} {}", (*cursor)->store, (*cursor)->through);
    const std::string outbox = contents(books.outbox());
    if (!outbox.empty()) text += '\n' + outbox;
    return text;
}

std::string states(Books& books) {
    std::string text;
    const auto add = [&](std::string_view what, const Result<std::vector<StatPeriod>>& periods) {
        text += periods ? "" : "error: " + periods.error().what;
        for (const StatPeriod& each : periods ? *periods : std::vector<StatPeriod>{}) {
            text += fmt::format("{} {} {} {}\n", what, to_string(each.type),
                                each.from.time_since_epoch().count(), each.to.time_since_epoch().count());
        }
    };
    for (const auto type : {StatType::day, StatType::month, StatType::year}) {
        for (const UtcTime from : {UtcTime::min(), kMidnight + days{1}}) {
            add("stands", books.periods(type, from, kMidnight + days{100}));
            add("reported", books.outbox().reported_periods(type, from, kMidnight + days{100}));
        }
    }
    return text;
}

std::unique_ptr<Books> open_books_or_fail(const std::filesystem::path& file) {
    auto books = Books::open(file);
    if (!books) throw std::runtime_error(books.error().what);
    return std::move(*books);
}

}  // namespace mg::test
