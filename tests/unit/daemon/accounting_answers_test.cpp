#include "gateway/daemon/accounting_answers.h"

#include <chrono>
#include <memory>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "gateway/base/utc_text.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr SiteCalendar kCalendar;

StatPeriod period(std::string_view text) {
    return kCalendar.parse(text).value();
}

ItemRecord record(const std::string& item, std::string_view when, Decimal value, Marks marks = {}) {
    return {.item = item, .period = period(when), .value = value, .marks = marks};
}

/// Noon of 2026-11-22 at a site with a metered item, one of stock-taking, and real books.
struct Answers : testing::Test {
    Answers() {
        ItemOptions power;
        power.id = "power";
        power.name = "电力";
        power.periods = {StatType::real_time, StatType::day};
        power.interval = 900s;
        power.unit = "kWh";
        power.valid_to = period("2027").from;
        ItemOptions later = power;
        later.valid_from = *power.valid_to;
        later.valid_to = std::nullopt;
        ItemOptions steel;
        steel.id = "steel";
        steel.periods = {StatType::month, StatType::year};
        steel.method = ItemMethod::manual;
        steel.unit = "t";
        options.items = {power, later, steel};
    }

    void on_the_books(std::vector<ItemRecord> records) const {
        const auto done = books->commit({.records = std::move(records)});
        ASSERT_TRUE(done) << done.error().what;
    }
    RecordsReport records(const std::string& item, const std::string& type, UtcTime from, UtcTime to,
                          bool revisions = false) {
        const auto json = answers.records({.command = "records",
                                           .arguments = {{"item", item},
                                                         {"type", type},
                                                         {"from", utc_text(from)},
                                                         {"to", utc_text(to)},
                                                         {"revisions", revisions ? "true" : "false"}},
                                           .user = "li"});
        EXPECT_TRUE(json) << json.error().what;
        return json ? records_from_json(*json).value() : RecordsReport{};
    }
    Result<std::string> enter(const std::string& item, const std::string& when, const std::string& value,
                              const std::string& by = "") {
        return answers.enter(
            {.command = "enter",
             .arguments =
                 {{"item", item}, {"period", when}, {"value", value}, {"evidence", "盘点单 7"}, {"by", by}},
             .user = "li"});
    }
    /// Refused for a reason that has this in it, and the books are as they were.
    void expect_refused(const Result<std::string>& answer, std::string_view why) const {
        ASSERT_FALSE(answer) << *answer;
        EXPECT_EQ(answer.error().kind, Failure::rejected);
        EXPECT_NE(answer.error().what.find(why), std::string::npos) << answer.error().what;
        EXPECT_TRUE(books->dated(DatedQuery{.kind = "entry"})->empty());
    }
    Result<DatedId> lock(std::string_view when) const {
        return books->put({.body = PeriodLock{period(when)}, .author = "wang", .entered_at = clock.utc()});
    }

    const TemporaryFolder folder;
    Options options;
    std::unique_ptr<Books> books{test::open_books_or_fail(folder.path() / "books.db")};
    FakeClock clock{test::kMidnight + 12h};
    EntryDesk desk{options, *books, clock, [] {}};
    AccountingAnswers answers{options, *books, desk, clock};
};

TEST_F(Answers, ItemsComeWithTheirVersionsAndNewestFigures) {
    on_the_books({record("power", "2026-11-20", Decimal{10, 0}),
                  record("power", "2026-11-21", Decimal{11, 0}, Mark::end_bridged),
                  record("power", "2026-10", Decimal{300, 0}), record("power/0", "2026-11-21", Decimal{9, 0}),
                  record("steel", "2025-01", Decimal{77, 0})});

    const auto json = answers.items({.command = "items"});

    ASSERT_TRUE(json) << json.error().what;
    const auto items = items_from_json(*json).value();
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].id, "power");
    EXPECT_EQ(items[0].versions.size(), 2U);
    EXPECT_EQ(items[0].now.valid_to, period("2027").from) << "the version of today";
    EXPECT_EQ(items[0].day->value, (Decimal{11, 0}));
    EXPECT_EQ(items[0].day->marks, std::vector<std::string>{"end_bridged"});
    EXPECT_FALSE(items[0].month) << "this item reports no months";
    EXPECT_EQ(items[1].month->period_text, "2025-01") << "the newest, be it old";
}

TEST_F(Answers, OnlyWhatAnItemReportsIsShown) {
    on_the_books({record("power", "2026-11-21", Decimal{11, 0}), record("power", "2026-10", Decimal{300, 0}),
                  record("power/0", "2026-11-21", Decimal{9, 0})});
    const auto year = period("2026");

    EXPECT_EQ(records("power", "day", year.from, year.to).records.size(), 1U);
    EXPECT_TRUE(records("power", "month", year.from, year.to).records.empty());
    expect_refused(answers.records({.command = "records", .arguments = {{"item", "power/0"}}}), "no item");
}

TEST_F(Answers, RevisionsAreShownOnRequestWithTheirCause) {
    on_the_books({record("power", "2026-11-21", Decimal{11, 0})});
    ItemRecord revised = record("power", "2026-11-21", Decimal{12, 0}, Mark::entered);
    revised.cause = "replacement 17";
    on_the_books({revised});
    const auto day = period("2026-11-21");

    const auto newest = records("power", "day", day.from, day.to).records;
    const auto all = records("power", "day", day.from, day.to, true).records;

    ASSERT_EQ(newest.size(), 1U);
    EXPECT_EQ(newest[0].revision, 1U);
    EXPECT_EQ(newest[0].cause, "replacement 17");
    EXPECT_EQ(newest[0].unit, "kWh");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].value, (Decimal{11, 0}));
}

TEST_F(Answers, ALongTimeComesInPiecesWithoutALossOrADouble) {
    std::vector<ItemRecord> many;
    StatPeriod each = period("2026-01-01 00:00");
    for (int i = 0; i < 12'000; ++i, each = kCalendar.after(each)) {
        many.push_back({.item = "power", .period = each, .value = Decimal{i, 0}});
    }
    on_the_books(many);

    const auto first = records("power", "real_time", period("2026").from, period("2026").to);
    ASSERT_TRUE(first.next);
    const auto second = records("power", "real_time", *first.next, period("2026").to);

    EXPECT_FALSE(second.next);
    EXPECT_EQ(first.records.size() + second.records.size(), many.size());
    EXPECT_EQ(second.records.front().period.from, first.records.back().period.to);
}

TEST_F(Answers, WrongRequestsForRecordsSayWhatIsAllowed) {
    const auto asked = [&](const std::string& type, const std::string& from, const std::string& to) {
        return answers.records(
            {.command = "records",
             .arguments = {{"item", "power"}, {"type", type}, {"from", from}, {"to", to}}});
    };
    const std::string now = utc_text(clock.utc());
    expect_refused(asked("week", now, now), "real_time, day, month or year");
    expect_refused(asked("day", "yesterday", now), "from");
    expect_refused(asked("day", now, ""), "to");
    expect_refused(asked("day", now, now), "ends before it begins");
    expect_refused(answers.records({.command = "records", .arguments = {{"item", "stel"}}}), "\"steel\"");
}

TEST_F(Answers, AnEntryIsOnRecordWithWhoGaveItAndWhoTypedIt) {
    const auto json = enter("steel", "2026-10", "1234.50", "zhang");

    ASSERT_TRUE(json) << json.error().what;
    const auto entry = entry_from_json(*json).value();
    EXPECT_EQ(entry.unit, "t");
    const auto kept = books->dated(entry.record).value().value();
    const auto& value = std::get<EnteredValue>(kept.body);
    EXPECT_EQ(value.period, period("2026-10"));
    EXPECT_EQ(value.value.to_string(), "1234.50");
    EXPECT_EQ(value.evidence, "盘点单 7");
    EXPECT_EQ(value.input_type, 5);
    EXPECT_EQ(kept.author, "zhang");
    EXPECT_EQ(kept.remark, "typed in by li");
    EXPECT_EQ(kept.entered_at, clock.utc());
    EXPECT_EQ(books->to_do()->size(), 1U) << "the accounting will take it up";

    EXPECT_EQ(entry_from_json(enter("steel", "2026", "-3").value())->author, "li");
}

TEST_F(Answers, AnEntryThatCannotBeMeantIsRefused) {
    expect_refused(enter("stel", "2026-10", "1"), "the nearest is \"steel\"");
    expect_refused(enter("steel", "2026-10-01 10:15", "1"), "no day, month or year");
    expect_refused(enter("steel", "2026-13", "1"), "no day, month or year");
    expect_refused(enter("steel", "2026-10-01", "1"), "no figure for 2026-10-01");
    expect_refused(enter("steel", "2026-12", "1"), "has not begun");
    expect_refused(enter("steel", "2026-10", "1,5"), "no decimal number");
    expect_refused(enter("steel", "2026-10", ""), "no decimal number");
    expect_refused(answers.enter({.command = "enter",
                                  .arguments = {{"item", "steel"}, {"period", "2026-10"}, {"value", "1"}},
                                  .user = "li"}),
                   "evidence");
    options.items.back().valid_from = period("2026-11").from;
    expect_refused(enter("steel", "2026-10", "1"), "no figure for 2026-10");
}

TEST_F(Answers, NothingIsEnteredIntoAClosedPeriod) {
    const auto closed = lock("2026-10");
    ASSERT_TRUE(closed) << closed.error().what;

    expect_refused(enter("steel", "2026-10", "1"), "closed by record 1 of wang");
    EXPECT_TRUE(enter("steel", "2026-09", "1"));
    EXPECT_TRUE(enter("steel", "2026", "1")) << "the year is not closed with one of its months";
}

TEST_F(Answers, ADayOfAClosedMonthIsClosedAndALiftedLockIsNone) {
    ASSERT_TRUE(lock("2026-10"));
    expect_refused(enter("power", "2026-10-07", "1"), "closed");

    ASSERT_TRUE(books->revoke(1, "wang", "too early", clock.utc()));

    EXPECT_TRUE(enter("power", "2026-10-07", "1"));
}

}  // namespace
}  // namespace mg
