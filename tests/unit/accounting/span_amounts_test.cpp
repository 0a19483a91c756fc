#include "gateway/accounting/span_amounts.h"

#include <map>
#include <random>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gateway/base/utc_text.h"
#include "tests/unit/accounting/calendar_maker.h"

namespace mg {
namespace {

using namespace std::chrono;
using test::at;
using test::calendars_of;

constexpr minutes kOffset{480};
constexpr minutes kQuarter{15};

/// An item with versions, and its records.
struct Plant {
    explicit Plant(minutes interval = kQuarter, std::set<StatType> periods = {StatType::real_time}) {
        ItemOptions item;
        item.id = "power";
        item.unit = "kWh";
        item.interval = interval;
        item.periods = std::move(periods);
        items = {item};
    }

    [[nodiscard]] std::vector<const ItemOptions*> versions() const {
        std::vector<const ItemOptions*> all;
        for (const ItemOptions& each : items) all.push_back(&each);
        return all;
    }
    [[nodiscard]] Result<SpanPlan> plan(UtcTime from, UtcTime to, minutes offset = kOffset) const {
        return plan_span(versions(), offset, {from, to});
    }
    ItemRecord& record(UtcTime from, std::optional<Decimal> value, Marks marks = {}) {
        const auto period =
            SiteCalendar{.real_time = items[0].interval}.containing(StatType::real_time, from);
        return records[from] = {.item = "power", .period = period, .value = value, .marks = marks};
    }
    /// One record of `value` for each quarter.
    void fill(UtcTime from, UtcTime to, Decimal value) {
        for (; from < to; from += items[0].interval) record(from, value);
    }
    [[nodiscard]] Result<SpanAmounts> amounts(const SpanPlan& plan, const TimeMask* mask = nullptr) const {
        return span_amounts(plan, mask, [this](const TimeSpan& span) -> Result<std::vector<ItemRecord>> {
            std::vector<ItemRecord> found;
            for (auto each = records.lower_bound(span.from); each != records.end() && each->first < span.to;
                 ++each) {
                found.push_back(each->second);
            }
            return found;
        });
    }
    [[nodiscard]] SpanAmounts amounts(UtcTime from, UtcTime to, const TimeMask* mask = nullptr) const {
        const auto made = plan(from, to);
        EXPECT_TRUE(made) << made.error().what;
        const auto found = made ? amounts(*made, mask) : tl::unexpected(made.error());
        EXPECT_TRUE(found) << found.error().what;
        return found ? *found : SpanAmounts{};
    }

    std::vector<ItemOptions> items;
    std::map<UtcTime, ItemRecord> records;
};

template <class T>
void expect_refused(const Result<T>& result, std::string_view why) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, Failure::rejected);
    EXPECT_NE(result.error().what.find(why), std::string::npos) << result.error().what;
}

/// "peak 12.50 = 25.00 %, 4 h"
std::string text_of(const SlotAmount& slot) {
    return fmt::format("{} {} = {} %, {} h", slot.slot, slot.amount.sum->to_string(),
                       slot.percent->to_string(), duration_cast<hours>(slot.amount.length).count());
}

TEST(SpanAmounts, AreTheSumOfTheRecordsDigitForDigit) {
    Plant plant;
    plant.fill(at("2026-11-22 09:30"), at("2026-11-22 11:00"), Decimal{1234567, -4});
    plant.record(at("2026-11-22 10:00"), Decimal{-5, -1});

    const SpanAmount whole = plant.amounts(at("2026-11-22 09:45"), at("2026-11-22 10:45")).whole;

    EXPECT_EQ(whole.sum->to_string(), "369.8701") << "3 × 123.4567 − 0.5";
    EXPECT_EQ(whole.periods, 4U);
    EXPECT_EQ(whole.missing, 0U);
    EXPECT_EQ(whole.length, hours{1});
}

TEST(SpanAmounts, SayWhatIsMissingAndDoubtful) {
    Plant plant;
    plant.fill(at("2026-11-22 10:00"), at("2026-11-22 12:00"), Decimal{1, 0});
    plant.records.erase(at("2026-11-22 10:15"));
    plant.record(at("2026-11-22 10:30"), std::nullopt, Mark::too_large);
    plant.record(at("2026-11-22 11:00"), Decimal{2, 0}, Mark::unconfirmed);

    const SpanAmount whole = plant.amounts(at("2026-11-22 10:00"), at("2026-11-22 13:00")).whole;

    EXPECT_EQ(whole.periods, 12U);
    EXPECT_EQ(whole.missing, 6U) << "one without a record, one without a value, an hour that has not been";
    EXPECT_EQ(whole.doubtful, 1U);
    EXPECT_EQ(whole.sum->to_string(), "7");
    EXPECT_TRUE(whole.marks.has(Mark::too_large));
    EXPECT_TRUE(whole.marks.has(Mark::unconfirmed));
    const SpanAmount nothing = plant.amounts(at("2026-11-23"), at("2026-11-24")).whole;
    EXPECT_FALSE(nothing.sum) << "nothing is known, which is not zero";
    EXPECT_EQ(nothing.missing, 96U);
}

TEST(SpanAmounts, ARecordOfAnotherLengthIsNoneOfThePeriods) {
    Plant plant;
    plant.fill(at("2026-11-22 10:00"), at("2026-11-22 11:00"), Decimal{1, 0});
    plant.records[at("2026-11-22 10:15")].period.to = at("2026-11-22 11:15");
    plant.records[at("2026-11-22 10:30")].period.to = at("2026-11-22 10:35");

    const SpanAmount whole = plant.amounts(at("2026-11-22 10:00"), at("2026-11-22 11:00")).whole;

    EXPECT_EQ(whole.sum->to_string(), "2");
    EXPECT_EQ(whole.missing, 2U);
}

TEST(SpanAmounts, ABridgedBoundaryCountsOnlyWhereItIsAnEnd) {
    const auto calendars = calendars_of("shift,a,,,,10:15,\nshift,b,,,,,\n");
    const TimeMask mask{calendars[0], kOffset};
    Plant plant;
    plant.fill(at("2026-11-22 10:00"), at("2026-11-22 11:00"), Decimal{1, 0});
    plant.record(at("2026-11-22 10:00"), Decimal{1, 0}, Mark::end_bridged);
    plant.record(at("2026-11-22 10:15"), Decimal{1, 0}, Mark::begin_bridged);

    const auto inside = plant.amounts(at("2026-11-22 10:00"), at("2026-11-22 11:00"), &mask);
    EXPECT_EQ(inside.whole.marks, Marks{}) << "it moves nothing across the ends";
    EXPECT_TRUE(inside.slots[0].amount.marks.has(Mark::end_bridged)) << "but across those of the slots";
    EXPECT_TRUE(inside.slots[1].amount.marks.has(Mark::begin_bridged));
    EXPECT_TRUE(
        plant.amounts(at("2026-11-22 10:15"), at("2026-11-22 11:00")).whole.marks.has(Mark::begin_bridged));
    plant.records.erase(at("2026-11-22 10:15"));
    EXPECT_TRUE(
        plant.amounts(at("2026-11-22 10:00"), at("2026-11-22 11:00")).whole.marks.has(Mark::end_bridged))
        << "what follows is missing: it is an end";
}

TEST(SpanAmounts, ASplitAddsUpToTheWhole) {
    // A Thursday and a Friday; 1 kWh a quarter by day, 0.25 by night.
    const auto calendars = calendars_of(
        "tariff,peak,,1-4,08:00,12:00,\n"
        "tariff,peak,,,18:00,20:00,\n"
        "tariff,valley,,,23:00,07:00,\n"
        "tariff,flat,,,,,\n");
    const TimeMask mask{calendars[0], kOffset};
    Plant plant;
    plant.fill(at("2026-11-19 00:00"), at("2026-11-21 00:00"), Decimal{1, 0});
    for (const char* night : {"2026-11-19 23:00", "2026-11-20 23:00"}) {
        plant.fill(at(night), at(night) + hours{1}, Decimal{25, -2});
    }
    plant.fill(at("2026-11-20 00:00"), at("2026-11-20 07:00"), Decimal{25, -2});

    const auto split = plant.amounts(at("2026-11-19"), at("2026-11-21"), &mask);

    // valley: 7 h × 4 + 8 h × 1 + 1 h × 1; peak: 4 + 2 + 2 h; flat: 24 h, of those none at night.
    ASSERT_EQ(split.slots.size(), 3U);
    EXPECT_EQ(text_of(split.slots[0]), "peak 32 = 19.39 %, 8 h");
    EXPECT_EQ(text_of(split.slots[1]), "valley 37.00 = 22.42 %, 16 h");
    EXPECT_EQ(text_of(split.slots[2]), "flat 96 = 58.18 %, 24 h");
    EXPECT_EQ(split.whole.sum->to_string(), "165.00");
    EXPECT_EQ(split.whole.length, hours{48});
}

TEST(SpanAmounts, AYearEndALeapDayAndAChangeOfVersionLieInOneSpan) {
    const auto calendars = calendars_of(
        "tariff,special,,2028-02-29,,,\n"
        "tariff,old,,,,,\n"
        "tariff,new,,,12:00,24:00,2028-03-01\n"
        "tariff,old,,,,,2028-03-01\n");
    const TimeMask mask{calendars[0], kOffset};
    Plant plant;
    plant.fill(at("2027-12-31"), at("2028-03-03"), Decimal{1, 0});

    const auto split = plant.amounts(at("2027-12-31"), at("2028-03-03"), &mask);

    // 63 days: 29 February, 2 × 12 h from 1 March on, and the rest.
    EXPECT_EQ(split.whole.sum->to_string(), std::to_string(63 * 96));
    EXPECT_EQ(split.slots[0].amount.sum->to_string(), "96");
    EXPECT_EQ(split.slots[1].amount.sum->to_string(), std::to_string(60 * 96 + 2 * 48));
    EXPECT_EQ(split.slots[2].amount.sum->to_string(), "96");
}

TEST(SpanAmounts, ASlotThatChangesWithinAPeriodIsRefused) {
    const auto calendars = calendars_of("shift,a,,,06:30,18:30,\nshift,b,,,,,\n");
    const TimeMask mask{calendars[0], kOffset};
    const Plant hourly{hours{1}};
    const auto plan = hourly.plan(at("2026-11-22 00:00"), at("2026-11-23 00:00"));
    ASSERT_TRUE(plan);

    expect_refused(hourly.amounts(*plan, &mask), "the slot changes at 2026-11-22 06:30:00");
    const auto morning = hourly.plan(at("2026-11-22 00:00"), at("2026-11-22 06:00"));
    EXPECT_TRUE(hourly.amounts(*morning, &mask)) << "no change within it";
}

TEST(SpanAmounts, ATimeBeforeTheCalendarIsRefused) {
    const auto calendars = calendars_of("shift,a,,,,,2026-12-01\n");
    const TimeMask mask{calendars[0], kOffset};
    const Plant plant;

    expect_refused(plant.amounts(*plant.plan(at("2026-11-30"), at("2026-12-02")), &mask),
                   "says nothing about 2026-11-30 00:00:00");
}

TEST(SpanPlan, EndsLieOnThePeriodsOfTheItem) {
    const Plant quarters;
    expect_refused(quarters.plan(at("2026-11-22 10:10"), at("2026-11-22 12:00")),
                   "2026-11-22 10:10:00; allowed: multiples of 15 min");
    const Plant hourly{hours{1}};
    expect_refused(hourly.plan(at("2026-11-22 10:00"), at("2026-11-22 12:30")),
                   "2026-11-22 12:30:00; allowed: multiples of 60 min");
    expect_refused(hourly.plan(at("2026-11-22 10:00"), at("2026-11-22 10:00")), "ends before it begins");
    expect_refused(quarters.plan(at("2010-01-01"), at("2026-01-01")), "at most 200000 periods");
}

TEST(SpanPlan, WithoutRealTimeValuesWholeDaysAreAllowed) {
    const Plant days{kQuarter, {StatType::day, StatType::month}};

    const auto plan = days.plan(at("2028-02-28"), at("2028-03-02"));
    ASSERT_TRUE(plan) << plan.error().what;
    EXPECT_EQ(plan->type, StatType::day);
    EXPECT_EQ(plan->periods.size(), 3U) << "28 and 29 February, 1 March";
    expect_refused(days.plan(at("2028-02-28 12:00"), at("2028-03-02")), "allowed: whole days");
    const Plant months{kQuarter, {StatType::month}};
    expect_refused(months.plan(at("2028-02-01"), at("2028-03-01")), "--type month");
}

TEST(SpanPlan, DaysCanBeSplitWhereSlotsChangeAtMidnight) {
    const auto calendars =
        calendars_of("week,workday,,1-5,,,\nweek,weekend,,6-7,,,\nshift,a,,,00:00,12:00,\nshift,b,,,,,\n");
    const TimeMask week{calendars[0], kOffset};
    const TimeMask shift{calendars[1], kOffset};
    Plant plant{kQuarter, {StatType::day}};
    const auto plan = plant.plan(at("2026-11-20"), at("2026-11-23"));
    for (const StatPeriod& day : plan->periods) {
        plant.records[day.from] = {.item = "power", .period = day, .value = Decimal{10, 0}};
    }

    const auto split = plant.amounts(*plan, &week);
    ASSERT_TRUE(split) << split.error().what;
    EXPECT_EQ(split->slots[0].amount.sum->to_string(), "10");
    EXPECT_EQ(split->slots[1].amount.sum->to_string(), "20");
    expect_refused(plant.amounts(*plan, &shift), "1440 min");
}

TEST(SpanPlan, WhatDoesNotAddUpIsRefused) {
    for (const ItemMethod method : {ItemMethod::mean, ItemMethod::last, ItemMethod::ratio}) {
        Plant plant;
        plant.items[0].method = method;
        expect_refused(plant.plan(at("2026-11-22"), at("2026-11-23")), "power does not add up");
    }
    Plant plant;
    plant.items[0].valid_to = at("2027-01-01");
    plant.items.push_back(plant.items[0]);
    plant.items[1].valid_from = at("2027-01-01");
    plant.items[1].valid_to = std::nullopt;
    plant.items[1].unit = "MWh";
    expect_refused(plant.plan(at("2026-12-31"), at("2027-01-02")), "power is in kWh and then in MWh");
    EXPECT_EQ(plant.plan(at("2026-12-31"), at("2027-01-01"))->unit, "kWh");
    EXPECT_EQ(plant.plan(at("2027-01-01"), at("2027-01-02"))->unit, "MWh");
}

TEST(SpanPlan, TheIntervalIsThatOfEachVersion) {
    Plant plant;
    plant.items[0].valid_from = at("2026-06-01");
    plant.items[0].valid_to = at("2027-01-01");
    plant.items.push_back(plant.items[0]);
    plant.items[1].valid_from = at("2027-01-01");
    plant.items[1].valid_to = std::nullopt;
    plant.items[1].interval = hours{1};

    EXPECT_EQ(plant.plan(at("2026-12-31"), at("2027-01-02"))->periods.size(), 96U + 24U);
    EXPECT_EQ(plant.plan(at("2026-05-31"), at("2026-06-02"))->periods.size(), 192U)
        << "before the first version its periods are missing";
}

TEST(BillSpan, BillsEndAtMidnightOfTheirDay) {
    const auto bill = [](int year, unsigned month, int day) {
        const TimeSpan span = bill_span(std::chrono::year{year} / std::chrono::month{month}, day, kOffset);
        return fmt::format("{} - {}", local_text(span.from, kOffset).substr(0, 10),
                           local_text(span.to, kOffset).substr(0, 10));
    };

    EXPECT_EQ(bill(2026, 11, 20), "2026-10-20 - 2026-11-20");
    EXPECT_EQ(bill(2027, 1, 25), "2026-12-25 - 2027-01-25");
    EXPECT_EQ(bill(2026, 11, 1), "2026-10-01 - 2026-11-01") << "the calendar month before";
    EXPECT_EQ(bill(2026, 11, 31), "2026-10-31 - 2026-12-01")
        << "November has no 31st: it ends with the month";
    EXPECT_EQ(bill(2026, 12, 31), "2026-12-01 - 2026-12-31") << "and December begins where that ended";
    EXPECT_EQ(bill(2027, 2, 29), "2027-01-29 - 2027-03-01");
    EXPECT_EQ(bill(2028, 2, 29), "2028-01-29 - 2028-02-29") << "a leap year";
    EXPECT_EQ(bill_span(2026y / 11, 20, minutes{-210}).to,
              sys_days{2026y / 11 / 20} + hours{3} + minutes{30});
}

TEST(BillSpan, EveryInstantIsOfOneBill) {
    for (int day = 1; day <= 31; ++day) {
        for (year_month month = 2026y / 1; month < 2029y / 1; month += months{1}) {
            EXPECT_EQ(bill_span(month, day, kOffset).to, bill_span(month + months{1}, day, kOffset).from);
            EXPECT_LT(bill_span(month, day, kOffset).from, bill_span(month, day, kOffset).to) << day;
        }
    }
}

using Random = std::mt19937_64;

int below(Random& random, int limit) {
    return static_cast<int>(random() % static_cast<unsigned>(limit));
}

/// A row of a random calendar: "shift,s3,11-2,1-4,22:15,05:00,".
std::string random_row(Random& random) {
    const auto one_of = [&](int count) { return below(random, count) + 1; };
    const auto time = [](int quarter) { return fmt::format("{:02}:{:02}", quarter / 4, quarter % 4 * 15); };
    const int from = below(random, 96);
    const int length = one_of(95);
    const std::string months = below(random, 2) == 0 ? fmt::format("{}-{}", one_of(12), one_of(12)) : "";
    std::string days;
    if (below(random, 3) == 0) days = fmt::format("{}-{}", one_of(7), one_of(7));
    if (below(random, 3) == 0) days += fmt::format(" 2027-{:02}-{:02}", one_of(2), one_of(28));
    return fmt::format("shift,s{},{},{},{},{},\n", below(random, 5), months, days, time(from),
                       time((from + length) % 96));
}

/// As the manual says it, one row after the other.
std::string slot_by_hand(const CalendarOptions& calendar, UtcTime time) {
    const auto local = time + kOffset;
    const sys_days today = floor<days>(local);
    for (const CalendarRule& rule : calendar.versions[0].rules) {
        const milliseconds since = local - today;
        const bool by_today = rule.begins_on(today) && rule.from <= since && since < rule.to;
        const bool by_yesterday = rule.begins_on(today - days{1}) && since + days{1} < rule.to;
        if (by_today || by_yesterday) return calendar.slots[rule.slot];
    }
    return "none";
}

RC_GTEST_PROP(SpanAmountsProperty, SlotsAddUpToTheWholeByAnyCalendar, (std::uint64_t seed)) {
    Random random{seed};
    std::string rows;
    for (int count = below(random, 12); count > 0; --count) rows += random_row(random);
    const auto calendars = calendars_of(rows + "shift,rest,,,,,\n");
    const TimeMask mask{calendars[0], kOffset};
    const UtcTime from = at("2026-12-25") + kQuarter * below(random, 60 * 96);
    const UtcTime to = from + kQuarter * (below(random, 10 * 96) + 1);
    Plant plant;
    std::map<std::string, Decimal> by_hand;
    std::size_t missing = 0;
    Decimal all;
    for (UtcTime each = from; each < to; each += kQuarter) {
        if (below(random, 10) == 0) {
            ++missing;
            continue;
        }
        const Decimal value{below(random, 1'000'000) - 999, -below(random, 4)};
        plant.record(each, value);
        Decimal& slot = by_hand[slot_by_hand(calendars[0], each)];
        slot = *slot.plus(value);
        all = *all.plus(value);
    }

    const auto plan = plant.plan(from, to);
    RC_ASSERT(plan.has_value());
    const auto split = plant.amounts(*plan, &mask);
    RC_ASSERT(split.has_value());

    RC_ASSERT(split->whole.sum.value_or(Decimal{}) == all);
    RC_ASSERT(split->whole.missing == missing);
    Decimal sum;
    SpanAmount counted;
    for (const SlotAmount& each : split->slots) {
        RC_ASSERT(each.amount.sum.value_or(Decimal{}) == by_hand[each.slot]);
        sum = *sum.plus(each.amount.sum.value_or(Decimal{}));
        counted.periods += each.amount.periods;
        counted.missing += each.amount.missing;
        counted.length += each.amount.length;
    }
    RC_ASSERT(sum == all);
    RC_ASSERT(counted.periods == split->whole.periods);
    RC_ASSERT(counted.missing == missing);
    RC_ASSERT(counted.length == to - from);
}

}  // namespace
}  // namespace mg
