#include "gateway/completeness/recorded_periods.h"

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/completeness/fault_search.h"

namespace mg {
namespace {

constexpr std::chrono::days kDay{1};

Result<std::vector<ItemRecord>> records_of(Books& books, const std::string& item, StatType type, UtcTime from,
                                           UtcTime to) {
    return books.records({.items = {item}, .type = type, .from = from, .to = to});
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

/// A record as it is now, and when there first was one.
struct Recorded {
    ItemRecord newest;
    UtcTime first_computed_at{};
};

Result<std::map<UtcTime, Recorded>> recorded_by_begin(Books& books, const std::string& item, StatType type,
                                                      UtcTime from, UtcTime to) {
    auto found =
        books.records({.items = {item}, .type = type, .from = from, .to = to, .all_revisions = true});
    if (!found) return pass_on(found.error());
    std::map<UtcTime, Recorded> recorded;
    for (ItemRecord& record : *found) {
        const UtcTime begin = record.period.from;
        const auto [place, is_first] = recorded.try_emplace(begin);
        if (is_first) place->second.first_computed_at = record.computed_at;
        place->second.newest = std::move(record);
    }
    return recorded;
}

SlotTally tally_of(const StatPeriod& period, const Recorded* recorded, const DueSubject& due,
                   std::chrono::minutes late_after) {
    // A ratio to nothing: the plant stood.
    if (recorded != nullptr && recorded->newest.marks.has(Mark::no_divisor)) return {.excused = 1};
    DayStrip strip{due.id, period.from, period.to - period.from, {0}};
    if (recorded != nullptr)
        strip.slots[0] = slot_of(recorded->newest, recorded->first_computed_at, period.to).byte();
    return tally_of_item(strip, {{period.from, period.to}, due.excused}, late_after);
}

}  // namespace

RecordedPeriods::RecordedPeriods(const DueSubject& due, const SiteCalendar& calendar, UtcTime site_begin)
    : due_{due}, calendar_{calendar}, site_begin_{site_begin} {}

std::optional<StatPeriod> RecordedPeriods::period_ending_with(UtcTime day, StatType type, UtcTime now) const {
    if (due_.recorded_by(day) != type) return std::nullopt;
    const StatPeriod period = calendar_.containing(type, day);
    const bool is_due =
        period.to == day + kDay && period.from >= site_begin_ && period.to + kTimeToStore <= now;
    return is_due ? std::optional{period} : std::nullopt;
}

Result<> RecordedPeriods::count(Books& books, const Completeness& asked, SubjectCompleteness& out) const {
    for (const StatType type : {StatType::day, StatType::month}) {
        std::vector<std::pair<StatPeriod, DayShare*>> periods;
        for (DayShare& day : out.days) {
            if (const auto period = period_ending_with(day.day, type, asked.now))
                periods.emplace_back(*period, &day);
        }
        if (periods.empty()) continue;
        const auto recorded =
            recorded_by_begin(books, due_.id, type, periods.front().first.from, periods.back().first.to);
        if (!recorded) return pass_on(recorded.error());
        for (const auto& [period, day] : periods) {
            const auto found = recorded->find(period.from);
            const SlotTally tally =
                tally_of(period, found == recorded->end() ? nullptr : &found->second, due_, asked.late_after);
            day->due = tally.due;
            day->missing = tally.missing;
            out.total += tally;
        }
    }
    return {};
}

Result<> RecordedPeriods::compare_months(Books& books, const Completeness& asked,
                                         SubjectCompleteness& out) const {
    const auto from_elsewhere = [](const ItemOptions* version) {
        return version->month_source != version->source && is_additive(version->method) &&
               version->periods.contains(StatType::day) && version->periods.contains(StatType::month);
    };
    if (std::ranges::none_of(due_.versions, from_elsewhere)) return {};
    const auto months = records_of(books, due_.id, StatType::month, asked.from, asked.to);
    if (!months) return pass_on(months.error());
    for (const ItemRecord& month : *months) {
        if (!month.value || month.period.to > asked.to) continue;
        const auto compared = against_days(books, month);
        if (!compared) return pass_on(compared.error());
        out.months.push_back(*compared);
    }
    return {};
}

}  // namespace mg
