#include "gateway/completeness/completeness.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "gateway/completeness/due_subjects.h"
#include "gateway/completeness/fault_search.h"
#include "gateway/completeness/recorded_periods.h"

namespace mg {
namespace {

constexpr std::chrono::days kDay{1};

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
        auto read = books.strips(query, [&](const DayStrip& strip) { take(strip); });
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

/// The first boundary or period that anything is known of; the end of time: there is none.
Result<UtcTime> begin_of_site(Books& books) {
    UtcTime first = UtcTime::max();
    for (const StripKind kind : {StripKind::meter, StripKind::item}) {
        const auto begins = books.strips_begin(kind);
        if (!begins) return pass_on(begins.error());
        for (const auto& [subject, begin] : *begins) first = std::min(first, begin);
    }
    return first;
}

}  // namespace

std::optional<std::int64_t> DayShare::share() const {
    return share_of(due - missing, due);
}

std::optional<std::int64_t> DayShare::at_best() const {
    return share_of(due + to_come - missing, due + to_come);
}

std::optional<std::int64_t> DayShare::as_now(bool is_silent) const {
    return share_of(due - missing + (is_silent ? 0 : to_come), due + to_come);
}

bool SubjectCompleteness::below_bar() const {
    return total.share().value_or(10'000) < kCompletenessBar;
}

Result<std::vector<Fault>> faults_now(Books& books, const Options& options, UtcTime now) {
    const auto dated = books.dated(DatedQuery{});
    if (!dated) return pass_on(dated.error());
    const std::vector<DueSubject> subjects = due_subjects(options, *dated);
    std::vector<Fault> all;
    for (const StripKind kind : {StripKind::meter, StripKind::item}) {
        auto faults = faults_of(books, subjects, kind, {now, options.site.utc_offset});
        if (!faults) return pass_on(faults.error());
        std::ranges::move(*faults, std::back_inserter(all));
    }
    return all;
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
        auto faults = faults_of(books, subjects, kind, {asked.now, result.utc_offset});
        if (!faults) return pass_on(faults.error());
        std::ranges::move(*faults, std::back_inserter(result.faults));
    }
    for (const Fault& fault : result.faults) {
        const auto is_of = [&](const SubjectCompleteness& each) {
            return each.kind == fault.kind && each.id == fault.id;
        };
        const auto subject = std::ranges::find_if(result.subjects, is_of);
        if (subject != result.subjects.end()) subject->is_silent = true;
    }
    std::ranges::stable_sort(result.faults, {}, &Fault::since);
    if (!asked.items) return result;
    const auto site_begin = begin_of_site(books);
    if (!site_begin) return pass_on(site_begin.error());
    const SiteCalendar calendar{.utc_offset = options.site.utc_offset, .real_time = options.site.boundary};
    std::map<std::string, SubjectCompleteness*> items;
    for (SubjectCompleteness& out : result.subjects) {
        if (out.kind == StripKind::item) items[out.id] = &out;
    }
    for (const DueSubject& due : subjects) {
        const auto out = due.kind == StripKind::item ? items.find(due.id) : items.end();
        if (out == items.end()) continue;
        const RecordedPeriods recorded{due, calendar, *site_begin};
        if (auto counted = recorded.count(books, result, *out->second); !counted)
            return pass_on(counted.error());
        if (auto compared = recorded.compare_months(books, result, *out->second); !compared)
            return pass_on(compared.error());
    }
    return result;
}

}  // namespace mg
