#include "gateway/daemon/span_answers.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "gateway/base/utc_text.h"
#include "gateway/control/span_report.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"
#include "tests/unit/accounting/calendar_maker.h"

namespace mg {
namespace {

using namespace std::chrono;
using test::at;

/// A site at +08:00 with an item of two meters, one of one of them, a tariff, and real books.
struct Sums : testing::Test {
    Sums() {
        ModelOptions model;
        model.id = "model";
        PointOptions energy;
        energy.id = {"energy"};
        energy.kind = PointKind::index;
        energy.unit = "kWh";
        model.points = {energy};
        options.models = {model};
        add_meter("grid1", 20);
        add_meter("grid2", 25);
        add_meter("inner", std::nullopt);
        add_item("power", "grid1.energy + inner.energy");
        add_item("all", "power + grid2.energy");
        add_item("inside", "inner.energy");
        options.calendars = test::calendars_of("tariff,峰,,,08:00,20:00,\ntariff,谷,,,,,\n");
        graph = check_items(options).graph;
    }
    void add_meter(const std::string& id, std::optional<int> bill_day) {
        MeterOptions meter;
        meter.id = {id};
        meter.line = LineId{"line"};
        meter.model = "model";
        meter.bill_day = bill_day;
        options.meters.push_back(meter);
    }
    void add_item(const std::string& id, const std::string& formula) {
        ItemOptions item;
        item.id = id;
        item.periods = {StatType::real_time, StatType::day, StatType::month};
        item.interval = minutes{15};
        item.formula = formula;
        item.unit = "kWh";
        options.items.push_back(item);
    }
    void on_the_books(std::vector<ItemRecord> records) const {
        const auto done = books->commit({.records = std::move(records)});
        ASSERT_TRUE(done) << done.error().what;
    }
    /// One record of 1 kWh for each quarter.
    void fill(UtcTime from, UtcTime to) const {
        std::vector<ItemRecord> records;
        for (; from < to; from += minutes{15}) {
            records.push_back({.item = "power",
                               .period = SiteCalendar{}.containing(StatType::real_time, from),
                               .value = Decimal{100, -2}});
        }
        on_the_books(std::move(records));
    }
    using Arguments = std::map<std::string, std::string, std::less<>>;
    Result<std::string> ask(const Arguments& arguments) {
        return answers.sum({.command = "records-sum", .arguments = arguments, .user = "li"});
    }
    SpanReport sum(const Arguments& arguments) {
        const auto json = ask(arguments);
        EXPECT_TRUE(json) << json.error().what;
        return json ? spans_from_json(*json).value().at(0) : SpanReport{};
    }
    void expect_refused(const Arguments& arguments, std::string_view why) {
        const auto answer = ask(arguments);
        ASSERT_FALSE(answer) << *answer;
        EXPECT_EQ(answer.error().kind, Failure::rejected);
        EXPECT_NE(answer.error().what.find(why), std::string::npos) << answer.error().what;
    }

    const TemporaryFolder folder;
    Options options;
    ItemGraph graph;
    std::unique_ptr<Books> books{test::open_books_or_fail(folder.path() / "books.db")};
    SpanAnswers answers{options, *books, &graph};
};

TEST_F(Sums, AMonthIsSummedInPiecesAndSplitByTheTariff) {
    fill(at("2026-11-01"), at("2027-01-01"));

    const SpanReport month = sum({{"item", "power"},
                                  {"from", utc_text(at("2026-11-01"))},
                                  {"to", utc_text(at("2026-12-31 12:15"))},
                                  {"calendar", "tariff"}});

    EXPECT_EQ(month.whole.periods, 60U * 96 + 49);
    EXPECT_EQ(month.whole.sum->to_string(), "5809.00");
    EXPECT_EQ(month.whole.missing, 0U);
    ASSERT_EQ(month.slots.size(), 2U);
    EXPECT_EQ(month.slots[0].slot, "峰");
    EXPECT_EQ(month.slots[0].sum->to_string(), "2897.00") << "60 × 12 h and 4¼ h";
    EXPECT_EQ(month.slots[1].sum->to_string(), "2912.00") << "60 × 12 h and 8 h";
    EXPECT_EQ(month.unit, "kWh");
    EXPECT_FALSE(month.bill_day);
}

TEST_F(Sums, ARevisedRecordCountsOnceAndARecordOfAnotherIntervalNever) {
    fill(at("2026-11-22 10:00"), at("2026-11-22 11:00"));
    on_the_books({{.item = "power",
                   .period = SiteCalendar{}.parse("2026-11-22 10:15").value(),
                   .value = Decimal{700, -2}},
                  {.item = "power",
                   .period = {StatType::real_time, at("2026-11-22 10:00"), at("2026-11-22 11:00")},
                   .value = Decimal{1000, 0}}});

    const SpanReport hour = sum({{"item", "power"},
                                 {"from", utc_text(at("2026-11-22 10:00"))},
                                 {"to", utc_text(at("2026-11-22 11:00"))}});

    EXPECT_EQ(hour.whole.sum->to_string(), "10.00");
    EXPECT_TRUE(hour.slots.empty());
}

TEST_F(Sums, ABillIsByTheBillingDayOfTheMetersOfTheItem) {
    fill(at("2026-10-20"), at("2026-11-25"));

    const SpanReport bill = sum({{"item", "power"}, {"bill", "2026-11"}});
    EXPECT_EQ(bill.bill_day, 20);
    EXPECT_EQ(bill.from, at("2026-10-20"));
    EXPECT_EQ(bill.to, at("2026-11-20"));
    EXPECT_EQ(bill.whole.sum->to_string(), "2976.00") << "31 days";
    EXPECT_EQ(sum({{"item", "all"}, {"bill", "2026-11"}, {"bill_day", "1"}}).from, at("2026-10-01"));
    expect_refused({{"item", "all"}, {"bill", "2026-11"}}, "different billing days: 20, 25");
    expect_refused({{"item", "inside"}, {"bill", "2026-11"}},
                   "no metering point of inside has a billing day");
    expect_refused({{"item", "power"}, {"bill", "2026-11-20"}}, "not a month");
    expect_refused({{"item", "power"}, {"bill", "2026-11"}, {"bill_day", "32"}}, "1 … 31");
}

TEST_F(Sums, EnteredDaysAreSaidBecauseTheyAreNotInTheSum) {
    fill(at("2026-11-21"), at("2026-11-23"));
    ItemRecord day{.item = "power",
                   .period = SiteCalendar{}.parse("2026-11-22").value(),
                   .value = Decimal{500, 0},
                   .marks = Mark::entered};
    ItemRecord month{.item = "power",
                     .period = SiteCalendar{}.parse("2026-11").value(),
                     .value = Decimal{596, 0},
                     .marks = Mark::entered};
    on_the_books({day, month});
    const auto entered_until = [&](std::string_view end) {
        return sum({{"item", "power"}, {"from", utc_text(at("2026-11-01"))}, {"to", utc_text(at(end))}})
            .entered;
    };

    EXPECT_EQ(entered_until("2026-12-01"), 1U) << "the month is marked because of its day";
    EXPECT_EQ(entered_until("2026-11-23"), 1U);
    EXPECT_EQ(entered_until("2026-11-22 12:00"), 0U) << "the day is not within";
}

TEST_F(Sums, SlipsAreNamed) {
    const Arguments good{{"item", "power"},
                         {"from", utc_text(at("2026-11-22 10:00"))},
                         {"to", utc_text(at("2026-11-22 11:00"))}};
    const auto with = [&](const std::string& key, const std::string& value) {
        Arguments arguments = good;
        arguments[key] = value;
        return arguments;
    };

    EXPECT_TRUE(ask(good));
    expect_refused(with("item", "powr"), "the nearest is \"power\"");
    expect_refused(with("calendar", "tarif"), "the nearest is \"tariff\"");
    expect_refused(with("from", "2026-11-22 10:00"), "\"from\" is not a time");
    expect_refused(with("to", utc_text(at("2026-11-22 10:05"))), "multiples of 15 min");
    options.calendars.clear();
    expect_refused(with("calendar", "tariff"), "there is no calendars.csv");
}

}  // namespace
}  // namespace mg
