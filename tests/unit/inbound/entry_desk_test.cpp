#include "gateway/inbound/entry_desk.h"

#include <string>
#include <string_view>
#include <thread>
#include <variant>

#include "gateway/base/language.h"
#include "tests/unit/inbound/coal_site.h"

namespace mg {
namespace {

struct EntryDeskTest : test::CoalSite {
    /// Refused for this alone, and the books are as they were.
    void expect_refused(const GivenValue& value, std::string_view field, std::string_view why) {
        const auto answers = take({value});
        ASSERT_EQ(answers.size(), 1U);
        ASSERT_EQ(answers[0].fate, EntryFate::refused) << value.period;
        ASSERT_EQ(answers[0].faults.size(), 1U);
        EXPECT_EQ(answers[0].faults[0].field, field);
        const std::string line = line_of(answers[0].faults[0]);
        EXPECT_NE(line.find(why), std::string::npos) << line;
        EXPECT_TRUE(entries().empty());
        EXPECT_EQ(looks, 0);
    }
};

TEST_F(EntryDeskTest, AValueIsOnRecordWithWhatItRestsOn) {
    const auto answers = take({given("coal_bought", "2026-11-21", "512.40")});

    ASSERT_EQ(answers.at(0).fate, EntryFate::accepted);
    EXPECT_EQ(answers[0].period_text, "2026-11-21");
    EXPECT_EQ(answers[0].unit, "t");
    EXPECT_FALSE(answers[0].doubt);
    const auto kept = books->dated(answers[0].record).value().value();
    const auto& entry = std::get<EnteredValue>(kept.body);
    EXPECT_EQ(kept.author, "zhang");
    EXPECT_EQ(kept.entered_at, clock.utc());
    EXPECT_EQ(entry.value.to_string(), "512.40");
    EXPECT_EQ(entry.evidence, "磅单 7");
    EXPECT_EQ(entry.input_type, 5);
    EXPECT_EQ(looks, 1) << "the accounting is told";
}

TEST_F(EntryDeskTest, WhatCannotBeMeantIsRefusedAndSaysWhatIsAllowed) {
    expect_refused(given("coal_bougt", "2026-11-21", "1"), "item", "the nearest is \"coal_bought\"");
    expect_refused(given("coal_bought", "21.11.2026", "1"), "period", "no day, month or year");
    expect_refused(given("coal_bought", "2026-11-23", "1"), "period", "has not begun");
    expect_refused(given("coal_bought", "2026-11-21", "1,5"), "value", "no decimal number");
    expect_refused(given("coal_bought", "2026-11-21", "1e99"), "value", "no decimal number");
    expect_refused(given("coal_factor", "2026-10", "0.8"), "item", "takes none itself");
    auto bare = given("coal_bought", "2026-11-21", "1");
    bare.evidence.clear();
    expect_refused(bare, "evidence", "missing");
    bare.evidence = "two\nlines";
    expect_refused(bare, "evidence", "more than one line");
    bare.evidence.assign(2001, 'x');
    expect_refused(bare, "evidence", "too long");
    auto metered = given("coal_bought", "2026-11-21", "1");
    metered.input_type = "4";
    expect_refused(metered, "input_type", "not one of the choices");
    auto other = given("coal_bought", "2026-11", "1");
    other.type = "day";
    expect_refused(other, "period", "not what the type says");
    other.type = "week";
    expect_refused(other, "type", "not one of the choices");
}

TEST_F(EntryDeskTest, EverythingThatIsWrongWithAValueIsSaidAtOnce) {
    const auto answers = take({{.item = "coal",
                                .type = {},
                                .period = "yesterday",
                                .value = "much",
                                .evidence = {},
                                .input_type = "9"}});

    EXPECT_EQ(answers.at(0).faults.size(), 5U);
}

TEST_F(EntryDeskTest, ADayThatASpreadsheetMayHaveMadeOfAMonthMustSayItsType) {
    auto value = given("coal_bought", "2026/11/1", "15360");
    expect_refused(value, "period", "a month that a spreadsheet turned into its first day");

    value.type = "月";

    EXPECT_EQ(take({value}).at(0).period_text, "2026-11");
}

TEST_F(EntryDeskTest, TheSameValueAgainIsNoSecondRecordAndAnotherTakesItsPlace) {
    const auto first = take({given("coal_bought", "2026-11-21", "512.40")}).at(0);

    const auto again = take({given("coal_bought", "2026-11-21", "512.4")}).at(0);
    const auto other = take({given("coal_bought", "2026-11-21", "513")}).at(0);
    const auto back = take({given("coal_bought", "2026-11-21", "512.4")}).at(0);

    EXPECT_EQ(again.fate, EntryFate::already);
    EXPECT_EQ(again.record, first.record);
    EXPECT_EQ(other.fate, EntryFate::accepted);
    EXPECT_EQ(back.fate, EntryFate::accepted) << "513 stood there, so this is a change";
    EXPECT_EQ(entries().size(), 3U);
    EXPECT_EQ(looks, 3);
}

TEST_F(EntryDeskTest, AValueThatWasRevokedMayComeAgain) {
    const auto first = take({given("coal_bought", "2026-11-21", "512")}).at(0);
    ASSERT_TRUE(books->revoke(first.record, "wang", "wrong day", clock.utc()));

    EXPECT_EQ(take({given("coal_bought", "2026-11-21", "512")}).at(0).fate, EntryFate::accepted);
}

TEST_F(EntryDeskTest, TheFirstDayIsNotTakenForItsMonthOrYear) {
    take({given("coal_bought", "2026-01-01", "7"), given("coal_bought", "2026-01", "7"),
          given("coal_bought", "2026", "7")});

    EXPECT_EQ(entries().size(), 3U);
}

TEST_F(EntryDeskTest, ATableIsTakenAsAWholeOrNotAtAll) {
    const std::vector<GivenValue> table{given("coal_bought", "2026-11-20", "500"),
                                        given("coal_bought", "2026-11-21", "x")};

    const auto wrong = take(table, EntryTaking::all_or_none);
    EXPECT_EQ(wrong.at(0).fate, EntryFate::not_entered);
    EXPECT_EQ(wrong.at(1).fate, EntryFate::refused);
    EXPECT_TRUE(entries().empty());

    const auto each = take(table, EntryTaking::each);
    EXPECT_EQ(each.at(0).fate, EntryFate::accepted);
    EXPECT_EQ(entries().size(), 1U);
}

TEST_F(EntryDeskTest, OnlyCheckedMeansNothingIsWritten) {
    const auto answers = take({given("coal_bought", "2026-11-20", "500")}, EntryTaking::check_only);

    EXPECT_EQ(answers.at(0).fate, EntryFate::not_entered);
    EXPECT_TRUE(entries().empty());
    EXPECT_EQ(looks, 0);
}

TEST_F(EntryDeskTest, OneValueTwiceInATableIsOneRecordAndTwoThatDifferAreAMistake) {
    const auto twice =
        take({given("coal_bought", "2026-11-20", "500"), given("coal_bought", "2026/11/20", "500.0")},
             EntryTaking::all_or_none);
    EXPECT_EQ(twice.at(1).fate, EntryFate::already);
    EXPECT_EQ(twice.at(1).record, twice.at(0).record);
    EXPECT_EQ(entries().size(), 1U);

    const auto differ =
        take({given("coal_bought", "2026-11-20", "500"), given("coal_bought", "2026-11-20", "501")},
             EntryTaking::all_or_none);
    EXPECT_EQ(differ.at(0).fate, EntryFate::already);
    EXPECT_EQ(differ.at(1).fate, EntryFate::refused);
    EXPECT_EQ(entries().size(), 1U);
}

TEST_F(EntryDeskTest, AnImplausibleValueIsTakenAndSaidToBeSo) {
    const auto answers =
        take({given("coal_bought", "2026-11-20", "512400"), given("coal_bought", "2026-10", "15360"),
              given("coal_bought", "2026-09", "512400")});

    ASSERT_TRUE(answers.at(0).doubt);
    EXPECT_NE(line_of(*answers[0].doubt).find("0 … 3000 t a day"), std::string::npos);
    EXPECT_FALSE(answers.at(1).doubt) << "495 t a day";
    EXPECT_TRUE(answers.at(2).doubt);
    EXPECT_EQ(entries().size(), 3U);
}

TEST_F(EntryDeskTest, AMachineReplacesNoMeterAndMustSayWhatItIs) {
    source = {.way = WayIn::machine, .author = "weighbridge", .remark = {}, .input_type = std::nullopt};
    auto value = given("coal_bought", "2026-11-21", "512");
    expect_refused(value, "input_type", "is missing");
    value.input_type = "手工";
    expect_refused(value, "input_type", "only people enter by hand");
    auto metered = given("coal_used", "2026-11-21", "400");
    metered.input_type = "DCS";
    expect_refused(metered, "item", "another system may not replace that");

    value.input_type = "MIS";
    metered.period = "2026-10";

    EXPECT_EQ(take({value}).at(0).fate, EntryFate::accepted);
    EXPECT_EQ(take({metered}).at(0).fate, EntryFate::accepted) << "its months are not from the meter";
    EXPECT_EQ(std::get<EnteredValue>(entries().at(0).body).input_type, 1);
    EXPECT_EQ(std::get<EnteredValue>(entries().at(1).body).input_type, 3);
}

TEST_F(EntryDeskTest, APersonMayStandInForAMeter) {
    EXPECT_EQ(take({given("coal_used", "2026-11-21", "400")}).at(0).fate, EntryFate::accepted);
}

TEST_F(EntryDeskTest, WhereASecondPersonIsAskedForEveryWayWaitsForOne) {
    options.accounting.confirm = Confirm::entries;
    const auto first = take({given("coal_bought", "2026-11-21", "512")}).at(0);
    source = {.way = WayIn::machine, .author = "weighbridge", .remark = {}, .input_type = InputType::dcs};
    const auto again = take({given("coal_bought", "2026-11-21", "512")}).at(0);
    const auto other = take({given("coal_bought", "2026-11-20", "500")}).at(0);

    EXPECT_TRUE(first.waits);
    EXPECT_EQ(again.fate, EntryFate::already);
    EXPECT_TRUE(again.waits);
    EXPECT_TRUE(other.waits);
    EXPECT_TRUE(books->to_do()->empty()) << "nothing counts yet";
}

TEST_F(EntryDeskTest, NothingEntersAClosedPeriod) {
    const auto october = SiteCalendar{}.parse("2026-10").value();
    ASSERT_TRUE(books->put({.body = PeriodLock{october}, .author = "wang", .entered_at = clock.utc()}));

    expect_refused(given("coal_bought", "2026-10-07", "1"), "period", "closed by record 1 of wang");
}

TEST_F(EntryDeskTest, ATableOfNonsenseCostsBoundedTime) {
    const std::vector<GivenValue> nonsense(3000, given("coal", "2026", "x"));

    const auto answers = take(nonsense, EntryTaking::all_or_none);

    EXPECT_EQ(answers.at(999).faults.size(), 2U);
    EXPECT_EQ(answers.at(1000).faults.size(), 1U);
    EXPECT_EQ(answers.size(), 3000U);
}

TEST_F(EntryDeskTest, TheSameValueFromTwoWaysAtOnceIsOneRecord) {
    for (int round = 0; round < 20; ++round) {
        const std::vector<GivenValue> value{given("coal_bought", "2026-11-20", std::to_string(round))};
        {
            const std::jthread other{[&] { static_cast<void>(desk.take(value, source, EntryTaking::each)); }};
            static_cast<void>(desk.take(value, source, EntryTaking::each));
        }
        ASSERT_EQ(entries().size(), static_cast<std::size_t>(round + 1));
    }
}

TEST_F(EntryDeskTest, AnAnswerComesInTheLanguageOfWhoAsks) {
    const SpokenLanguage chinese{Language::zh};
    const auto answers = take({given("coal_bought", "2026-11-23", "1")});

    EXPECT_NE(line_of(answers.at(0).faults.at(0)).find("尚未开始"), std::string::npos);
}

}  // namespace
}  // namespace mg
