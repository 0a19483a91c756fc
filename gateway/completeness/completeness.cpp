#include "gateway/completeness/completeness.h"

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/completeness/due_subjects.h"

namespace mg {
namespace {

constexpr std::chrono::days kDay{1};
/// How far back the begin of a fault is looked for.
constexpr std::chrono::days kFaultsBack{62};

std::optional<std::int64_t> share_of(std::int64_t part, std::int64_t whole) {
    if (whole == 0) return std::nullopt;
    return part * 10'000 / whole;
}

std::chrono::minutes late_after(const Options& options, bool& stated) {
    std::optional<std::chrono::minutes> first;
    for (const ProvincialOptions& uplink : options.provincial) {
        if (!uplink.upload_time) continue;
        const auto at = std::chrono::floor<std::chrono::minutes>(*uplink.upload_time);
        first = std::min(first.value_or(at), at);
    }
    stated = first.has_value();
    return first.value_or(kLateAfter);
}

/// What one kind of subjects shows in the books.
class Counting {
public:
    Counting(StripKind kind, const std::vector<DueSubject>& subjects, Completeness& result)
        : kind_{kind}, result_{result} {
        for (const DueSubject& subject : subjects) {
            if (subject.kind != kind) continue;
            of_[subject.id] = counts_.size();
            counts_.push_back({&subject, {subject.id, subject.name, kind, {}, {}, {}}, {}, {}});
        }
    }

    Result<> count(Books& books) {
        const auto begins = books.strips_begin(kind_);
        if (!begins) return pass_on(begins.error());
        for (Count& count : counts_) {
            const auto begin = begins->find(count.due->id);
            if (begin != begins->end()) count.begin = begin->second;
        }
        for (UtcTime day = result_.from; day < result_.to; day += kDay) days_.push_back(day);
        for (Count& count : counts_) {
            count.out.days.reserve(days_.size());
            for (const UtcTime day : days_) count.out.days.push_back({.day = day});
            count.seen.assign(days_.size(), false);
        }
        const StripQuery query{.kind = kind_, .subjects = {}, .from = result_.from, .to = result_.to};
        const auto read = books.strips(query, [&](const DayStrip& strip) { take(strip); });
        if (!read) return read;
        for (Count& count : counts_) fill(count);
        for (Count& count : counts_) result_.subjects.push_back(std::move(count.out));
        return {};
    }

private:
    struct Count {
        const DueSubject* due{};
        SubjectCompleteness out;
        std::vector<bool> seen;  ///< the days that have a strip
        std::optional<UtcTime> begin;
    };

    [[nodiscard]] DueSlots due_of(const Count& count, milliseconds each) const {
        const UtcTime last = result_.now - kTimeToStore - (kind_ == StripKind::item ? each : milliseconds{0});
        return {{std::max(count.begin.value_or(UtcTime::max()), result_.from),
                 std::min(result_.to, last + milliseconds{1})},
                count.due->excused};
    }

    void add(Count& count, std::size_t at, const DayStrip& strip) {
        const DueSlots slots = due_of(count, strip.each);
        const SlotTally tally = kind_ == StripKind::meter ? tally_of_meter(strip, slots)
                                                          : tally_of_item(strip, slots, result_.late_after);
        DayShare& day = count.out.days[at];
        day.due = tally.due;
        day.missing = tally.missing;
        const bool running = strip.day <= result_.now && result_.now < strip.day + kDay;
        if (running && count.begin) {
            const auto whole = static_cast<std::int64_t>(strip.slots.size());
            const auto before = std::max(*count.begin - strip.day, milliseconds{0}) / strip.each;
            day.to_come = std::max<std::int64_t>(whole - before - tally.due - tally.excused, 0);
        }
        count.out.total += tally;
        count.seen[at] = true;
    }

    void take(const DayStrip& strip) {
        const auto found = of_.find(strip.subject);
        if (found == of_.end()) return;
        Count& count = counts_[found->second];
        const auto each = count.due->slots_on(strip.day);
        if (!each) return;
        const auto at = static_cast<std::size_t>((strip.day - result_.from) / kDay);
        // Of an item those of an interval that is no longer asked for say nothing.
        if (count.seen[at] || (kind_ == StripKind::item && strip.each != *each)) return;
        add(count, at, strip);
    }

    void fill(Count& count) {
        bool added = false;
        for (std::size_t at = 0; at < days_.size(); ++at) {
            if (count.seen[at]) continue;
            const auto each = count.due->slots_on(days_[at]);
            if (!each) continue;
            add(count, at,
                {count.due->id, days_[at], *each,
                 std::vector<std::uint8_t>(static_cast<std::size_t>(kDay / *each))});
            added = true;
        }
        if (added) put_in_order(count.out.total.holes);
    }

    StripKind kind_;
    Completeness& result_;
    std::vector<Count> counts_;
    std::map<std::string, std::size_t> of_;
    std::vector<UtcTime> days_;
};

Result<std::vector<ItemRecord>> records_of(Books& books, const std::string& item, StatType type, UtcTime from,
                                           UtcTime to) {
    return books.records({.items = {item}, .type = type, .from = from, .to = to});
}

/// Of an item that people type in: each day or month that has ended is due.
Result<> count_entered(Books& books, const DueSubject& due, const SiteCalendar& calendar,
                       const Completeness& asked, SubjectCompleteness& out) {
    for (DayShare& day : out.days) {
        const auto type = due.entered_by(day.day);
        if (!type) continue;
        const StatPeriod period = calendar.containing(*type, day.day);
        if (period.to != day.day + kDay || period.to > asked.now) continue;
        const auto found = records_of(books, due.id, *type, period.from, period.to);
        if (!found) return pass_on(found.error());
        SlotTally tally;
        tally.due = 1;
        if (!found->empty() && found->front().value) {
            tally.entered = 1;
        } else {
            tally.missing = 1;
            tally.lost = period.to - period.from;
            tally.holes.push_back({{period.from, period.to}, std::nullopt});
        }
        day.due = 1;
        day.missing = tally.missing;
        out.total += tally;
    }
    return {};
}

Result<MonthAgainstDays> against_days(Books& books, const ItemRecord& month) {
    MonthAgainstDays result{.month = month.period, .month_value = *month.value, .day_sum = {}};
    const auto found = records_of(books, month.item, StatType::day, month.period.from, month.period.to);
    if (!found) return pass_on(found.error());
    for (const ItemRecord& day : *found) {
        if (!day.value) continue;
        const auto sum = result.day_sum.plus(*day.value);
        if (!sum) return pass_on(sum.error());
        result.day_sum = *sum;
        ++result.days;
    }
    const auto absolute = [](const Decimal& value) { return value < Decimal{} ? value.negated() : value; };
    const auto difference = result.month_value.minus(result.day_sum);
    if (!difference) return pass_on(difference.error());
    const auto hundredfold = absolute(*difference).times(Decimal{100, 0});
    const auto allowed = absolute(result.month_value).times(Decimal{kDaySumsWithin, 0});
    if (!hundredfold) return pass_on(hundredfold.error());
    if (!allowed) return pass_on(allowed.error());
    result.within = *hundredfold <= *allowed;
    return result;
}

Result<> compare_months(Books& books, const DueSubject& due, const Completeness& asked,
                        SubjectCompleteness& out) {
    const auto from_elsewhere = [](const ItemOptions* version) {
        return version->month_source != version->source && is_additive(version->method) &&
               version->periods.contains(StatType::day) && version->periods.contains(StatType::month);
    };
    if (std::ranges::none_of(due.versions, from_elsewhere)) return {};
    const auto months = records_of(books, due.id, StatType::month, asked.from, asked.to);
    if (!months) return pass_on(months.error());
    for (const ItemRecord& month : *months) {
        if (!month.value || month.period.to > asked.to) continue;
        const auto compared = against_days(books, month);
        if (!compared) return pass_on(compared.error());
        out.months.push_back(*compared);
    }
    return {};
}

/// Since when each subject of a kind has no value.
class FaultSearch {
public:
    FaultSearch(StripKind kind, const Completeness& asked)
        : kind_{kind},
          asked_{asked},
          from_{site_midnight_before(asked.now, asked.utc_offset) - kFaultsBack} {}

    Result<> read(Books& books) {
        auto begins = books.strips_begin(kind_);
        if (!begins) return pass_on(begins.error());
        begins_ = std::move(*begins);
        return books.strips({.kind = kind_, .subjects = {}, .from = from_, .to = asked_.now},
                            [&](const DayStrip& strip) { take(strip); });
    }

    [[nodiscard]] std::optional<Fault> of(const DueSubject& due) const {
        const auto begin = begins_.find(due.id);
        const auto each = due.slots_on(site_midnight_before(asked_.now, asked_.utc_offset));
        const auto excused = [&](const SlotSpan& span) { return span.contains(asked_.now); };
        if (begin == begins_.end() || !each || !due.is_sent) return std::nullopt;
        if (std::ranges::any_of(due.excused, excused)) return std::nullopt;
        Fault fault{.kind = kind_, .id = due.id, .name = due.name};
        fault.since = std::max(begin->second, from_);
        fault.or_longer = begin->second < from_;
        if (const auto seen = seen_.find(due.id); seen != seen_.end()) {
            if (seen->second.good_until) {
                fault.since = *seen->second.good_until;
                fault.or_longer = false;
            }
            if (seen->second.bad_until >= fault.since) fault.reason = seen->second.reason;
        }
        const milliseconds until_known = kind_ == StripKind::item ? *each : milliseconds{0};
        if (fault.since + until_known > asked_.now - kTimeToStore) return std::nullopt;
        fault.lasts = asked_.now - fault.since;
        fault.repair_until = working_days_after(fault.since, kRepairWithin, asked_.utc_offset);
        return fault;
    }

private:
    struct Seen {
        std::optional<UtcTime> good_until;  ///< end of the last slot with a value
        UtcTime bad_until{};
        std::optional<Quality> reason;
    };

    void take(const DayStrip& strip) {
        Seen& seen = seen_[strip.subject];
        for (std::size_t i = 0; i < strip.slots.size(); ++i) {
            const UtcTime end = strip.day + static_cast<std::int64_t>(i + 1) * strip.each;
            const auto boundary = BoundarySlot::from_byte(strip.slots[i]);
            const bool good = kind_ == StripKind::meter
                                  ? boundary.read()
                                  : has_figure(ItemSlot::from_byte(strip.slots[i]).state);
            if (good) {
                seen.good_until = std::max(seen.good_until.value_or(end), end);
            } else if (kind_ == StripKind::meter && boundary.known && end > seen.bad_until) {
                seen.bad_until = end;
                seen.reason = boundary.quality;
            }
        }
    }

    StripKind kind_;
    const Completeness& asked_;
    UtcTime from_;
    std::map<std::string, UtcTime> begins_;
    std::map<std::string, Seen> seen_;
};

Result<> find_faults(Books& books, const std::vector<DueSubject>& subjects, StripKind kind,
                     Completeness& result) {
    FaultSearch search{kind, result};
    if (auto read = search.read(books); !read) return read;
    for (const DueSubject& due : subjects) {
        if (due.kind != kind) continue;
        if (auto fault = search.of(due)) result.faults.push_back(std::move(*fault));
    }
    return {};
}

}  // namespace

std::optional<std::int64_t> DayShare::share() const {
    return share_of(due - missing, due);
}

std::optional<std::int64_t> DayShare::at_best() const {
    return share_of(due + to_come - missing, due + to_come);
}

bool SubjectCompleteness::below_bar() const {
    return total.share().value_or(10'000) < kCompletenessBar;
}

Result<Completeness> completeness_of(Books& books, const Options& options, const CompletenessAsked& asked) {
    Completeness result{.from = asked.from, .to = asked.to, .now = asked.now};
    result.utc_offset = options.site.utc_offset;
    result.late_after = late_after(options, result.late_after_is_stated);
    const auto dated = books.dated(DatedQuery{});
    if (!dated) return pass_on(dated.error());
    const std::vector<DueSubject> subjects = due_subjects(options, *dated);
    for (const StripKind kind : {StripKind::meter, StripKind::item}) {
        if (kind == StripKind::meter ? !asked.meters : !asked.items) continue;
        if (auto counted = Counting{kind, subjects, result}.count(books); !counted)
            return pass_on(counted.error());
        if (auto found = find_faults(books, subjects, kind, result); !found) return pass_on(found.error());
    }
    std::ranges::stable_sort(result.faults, {}, &Fault::since);
    const SiteCalendar calendar{.utc_offset = options.site.utc_offset, .real_time = options.site.boundary};
    for (SubjectCompleteness& out : result.subjects) {
        const auto due = std::ranges::find_if(
            subjects, [&](const DueSubject& each) { return each.kind == out.kind && each.id == out.id; });
        if (out.kind == StripKind::meter) continue;
        if (auto entered = count_entered(books, *due, calendar, result, out); !entered)
            return pass_on(entered.error());
        if (auto compared = compare_months(books, *due, result, out); !compared)
            return pass_on(compared.error());
    }
    return result;
}

}  // namespace mg
