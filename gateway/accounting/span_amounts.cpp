#include "gateway/accounting/span_amounts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/accounting/exact.h"
#include "gateway/base/language.h"
#include "gateway/base/utc_text.h"

namespace mg {
namespace {

using std::chrono::days;

constexpr std::size_t kPeriodsAtATime = 5000;

using Versions = std::vector<const ItemOptions*>;

/// Those that are the nearest to some of the span: each from its begin to that of the next.
Versions versions_within(const Versions& versions, const TimeSpan& span) {
    Versions within;
    for (std::size_t i = 0; i < versions.size(); ++i) {
        const bool begins_before = i == 0 || versions[i]->valid_from < span.to;
        const bool ends_after = i + 1 == versions.size() || versions[i + 1]->valid_from > span.from;
        if (begins_before && ends_after) within.push_back(versions[i]);
    }
    return within;
}

bool all_report(const Versions& versions, StatType type) {
    return std::ranges::all_of(versions,
                               [&](const ItemOptions* each) { return each->periods.contains(type); });
}

SiteCalendar calendar_of(const ItemOptions& item, std::chrono::minutes utc_offset) {
    SiteCalendar calendar{.utc_offset = utc_offset};
    if (item.interval > milliseconds{0}) calendar.real_time = item.interval;
    return calendar;
}

/// "15 min"; in seconds where it is no whole number of minutes.
std::string length_text(milliseconds length) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(length).count();
    return seconds % 60 == 0 ? trf("{} min", "{} 分钟", seconds / 60) : trf("{} s", "{} 秒", seconds);
}

/// Why the amounts of these versions make no sum.
Result<> adds_up(const Versions& versions) {
    const ItemOptions& first = *versions.front();
    for (const ItemOptions* each : versions) {
        if (!is_additive(each->method)) {
            return fail(Failure::rejected,
                        trf("{} does not add up: its periods are means, ratios or values at their end; "
                            "allowed: items of what flowed",
                            "{} 不能相加：它的各周期是平均、比值或期末值；允许：累计量的采集项", each->id));
        }
        if (each->unit != first.unit) {
            return fail(Failure::rejected,
                        trf("{} is in {} and then in {}: ask for each time by itself",
                            "{} 的单位先是 {}，后是 {}：请分段查询", each->id, first.unit, each->unit));
        }
    }
    return {};
}

/// The periods that a span consists of, by the versions within it.
class PeriodList {
public:
    PeriodList(StatType type, const Versions& versions, std::chrono::minutes utc_offset)
        : type_{type}, versions_{versions}, utc_offset_{utc_offset} {}

    Result<std::vector<StatPeriod>> of(const TimeSpan& span) const {
        std::vector<StatPeriod> periods;
        auto version = versions_.begin();
        for (UtcTime time = span.from; time < span.to; time = periods.back().to) {
            while (std::next(version) != versions_.end() && (*std::next(version))->valid_from <= time) {
                ++version;
            }
            const StatPeriod period = calendar_of(**version, utc_offset_).containing(type_, time);
            if (period.from != time) return not_at(**version, time);
            if (period.to > span.to) return not_at(**version, span.to);
            if (periods.size() == kMostSpanPeriods) {
                return fail(Failure::rejected, trf("too long; allowed: at most {} periods",
                                                   "时间过长；允许：不超过 {} 个周期", kMostSpanPeriods));
            }
            periods.push_back(period);
        }
        return periods;
    }

private:
    [[nodiscard]] tl::unexpected<Error> not_at(const ItemOptions& item, UtcTime time) const {
        const std::string when = local_text(time, utc_offset_);
        if (type_ != StatType::real_time) {
            return fail(Failure::rejected,
                        trf("{} has no real-time values, and {} is not midnight; allowed: whole days",
                            "{} 没有实时值，而 {} 不是零点；允许：整日", item.id, when));
        }
        return fail(Failure::rejected,
                    trf("{} has no value that begins or ends at {}; allowed: multiples of {}",
                        "{} 没有在 {} 开始或结束的值；允许：{}的整数倍", item.id, when,
                        length_text(calendar_of(item, utc_offset_).real_time)));
    }

    StatType type_;
    const Versions& versions_;
    std::chrono::minutes utc_offset_;
};

/// Adds up some of the periods.
class Tally {
public:
    /// In the order of time. nullptr: there is no record.
    Result<> take(const StatPeriod& period, const ItemRecord* record) {
        amount_.length += period.to - period.from;
        ++amount_.periods;
        if (record == nullptr || !record->value) {
            ++amount_.missing;
            if (record != nullptr) closed_ |= record->marks;
            return {};
        }
        const auto sum = amount_.sum ? amount_.sum->plus(*record->value) : Result<Decimal>{*record->value};
        if (!sum) return fail(Failure::rejected, sum.error().what);
        amount_.sum = *sum;
        if (record->marks.suspect()) ++amount_.doubtful;
        const bool follows = until_ == period.from;
        if (!follows) closed_ |= std::exchange(chain_, {});
        chain_ = follows ? chain_.followed_by(record->marks) : record->marks;
        until_ = period.to;
        return {};
    }
    [[nodiscard]] SpanAmount amount() const {
        SpanAmount amount = amount_;
        amount.marks = closed_ | chain_;
        return amount;
    }

private:
    SpanAmount amount_;
    Marks closed_;  ///< of chains that ended
    Marks chain_;   ///< of what followed one another up to now
    std::optional<UtcTime> until_;
};

Result<std::vector<std::size_t>> slots_of(const SpanPlan& plan, const TimeMask& mask) {
    std::vector<std::size_t> slots;
    if (plan.periods.empty()) return slots;
    const auto stretches = mask.stretches(plan.periods.front().from, plan.periods.back().to);
    auto stretch = stretches.begin();
    for (const StatPeriod& period : plan.periods) {
        while (stretch->to <= period.from) ++stretch;
        if (!stretch->slot) {
            return fail(Failure::rejected,
                        trf("the calendar says nothing about {}: its first version begins later",
                            "日历不含 {}：它的第一版启用得更晚", local_text(period.from, plan.utc_offset)));
        }
        if (stretch->to < period.to) {
            return fail(Failure::rejected,
                        trf("the slot changes at {}, within a value of the item that lasts {}",
                            "时段在 {} 变换，而该采集项的一个值长 {}，跨过了它",
                            local_text(stretch->to, plan.utc_offset), length_text(period.to - period.from)));
        }
        slots.push_back(*stretch->slot);
    }
    return slots;
}

std::optional<Decimal> percent_of(const SpanAmount& part, const SpanAmount& whole) {
    if (!part.sum || !whole.sum || whole.sum->mantissa() == 0) return std::nullopt;
    const auto share = (Exact{*part.sum} * Exact{100}).divided_by(Exact{*whole.sum});
    if (!share) return std::nullopt;
    const auto rounded = share->rounded(2);
    return rounded ? std::optional{*rounded} : std::nullopt;
}

}  // namespace

TimeSpan bill_span(std::chrono::year_month month, int bill_day, std::chrono::minutes utc_offset) {
    const auto end_of_bill = [&](std::chrono::year_month of) -> UtcTime {
        const std::chrono::sys_days first{of / 1};
        const std::chrono::sys_days next{(of + std::chrono::months{1}) / 1};
        return std::min(first + days{bill_day - 1}, next) - utc_offset;
    };
    return {end_of_bill(month - std::chrono::months{1}), end_of_bill(month)};
}

Result<SpanPlan> plan_span(const std::vector<const ItemOptions*>& versions, std::chrono::minutes utc_offset,
                           const TimeSpan& span) {
    if (span.to <= span.from) {
        return fail(Failure::rejected,
                    std::string(tr("the period ends before it begins", "时段的结束早于开始")));
    }
    const Versions within = versions_within(versions, span);
    if (auto sound = adds_up(within); !sound) return pass_on(sound.error());
    const ItemOptions& item = *within.front();
    SpanPlan plan{.type = StatType::real_time, .periods = {}, .unit = item.unit, .utc_offset = utc_offset};
    if (!all_report(within, StatType::real_time)) {
        plan.type = StatType::day;
        if (!all_report(within, StatType::day)) {
            return fail(Failure::rejected,
                        trf("{} reports neither real-time values nor days all the time; allowed: metergate "
                            "records {} --type month",
                            "{} 并非一直上报实时值或日值；允许：metergate records {} --type month", item.id,
                            item.id));
        }
    }
    auto periods = PeriodList{plan.type, within, utc_offset}.of(span);
    if (!periods) return pass_on(periods.error());
    plan.periods = std::move(*periods);
    return plan;
}

Result<SpanAmounts> span_amounts(const SpanPlan& plan, const TimeMask* mask, const SpanRecords& read) {
    std::vector<std::size_t> slots;
    if (mask != nullptr) {
        auto found = slots_of(plan, *mask);
        if (!found) return pass_on(found.error());
        slots = std::move(*found);
    }
    Tally whole;
    std::vector<Tally> by_slot(mask == nullptr ? 0 : mask->slots().size());
    for (std::size_t begin = 0; begin < plan.periods.size(); begin += kPeriodsAtATime) {
        const std::size_t end = std::min(begin + kPeriodsAtATime, plan.periods.size());
        const auto records = read({plan.periods[begin].from, plan.periods[end - 1].to});
        if (!records) return pass_on(records.error());
        auto record = records->begin();
        for (std::size_t i = begin; i < end; ++i) {
            const StatPeriod& period = plan.periods[i];
            while (record != records->end() && record->period < period) ++record;
            const bool is_there = record != records->end() && record->period == period;
            const ItemRecord* found = is_there ? &*record : nullptr;
            auto taken = whole.take(period, found);
            if (taken && mask != nullptr) taken = by_slot[slots[i]].take(period, found);
            if (!taken) return pass_on(taken.error());
        }
    }
    SpanAmounts amounts{.whole = whole.amount(), .slots = {}};
    for (std::size_t i = 0; i < by_slot.size(); ++i) {
        const SpanAmount amount = by_slot[i].amount();
        if (amount.periods == 0) continue;
        amounts.slots.push_back({mask->slots()[i], amount, percent_of(amount, amounts.whole)});
    }
    return amounts;
}

}  // namespace mg
