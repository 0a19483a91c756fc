#include "gateway/daemon/dated_answers.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "gateway/accounting/dated_record_json.h"
#include "gateway/base/utc_text.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr SiteCalendar kCalendar;

/// Noon of 2026-11-22 at a site with one meter, two items and a coefficient, and real books.
struct Dated : testing::Test {
    Dated() {
        ModelOptions model;
        model.id = "model";
        PointOptions energy;
        energy.id = {"energy"};
        energy.kind = PointKind::index;
        energy.ratio = Ratio::ct_pt;
        energy.unit = "kWh";
        model.points = {energy};
        options.models = {model};
        MeterOptions meter;
        meter.id = {"hv"};
        meter.line = LineId{"line"};
        meter.model = "model";
        meter.serial_no = "SN-A";
        options.meters = {meter};
        ItemOptions power;
        power.id = "power";
        power.periods = {StatType::day};
        power.unit = "kWh";
        power.formula = "hv.energy";
        ItemOptions steel = power;
        steel.id = "steel";
        steel.method = ItemMethod::manual;
        steel.formula = "";
        steel.unit = "t";
        options.items = {power, steel};
        CoefficientOptions first;
        first.name = "coal_tce";
        first.value = Decimal{7, -1};
        first.unit = "tce/t";
        first.valid_from = kCalendar.parse("2026-01-01")->from;
        options.coefficients = {first};
        graph = check_items(options).graph;
    }
    Result<std::string> put(const DatedBody& body, std::map<std::string, std::string> more = {}) {
        ControlRequest request{.command = "dated-put",
                               .arguments = {{"kind", std::string(kind_of(body))}, {"body", json_of(body)}},
                               .user = "li"};
        for (auto& [key, value] : more) request.arguments[key] = value;
        return answers().put(request);
    }
    DatedReport must(const Result<std::string>& json) {
        EXPECT_TRUE(json) << json.error().what;
        return json ? dated_from_json(*json).value() : DatedReport{};
    }
    void expect_refused(const Result<std::string>& answer, std::string_view why) {
        ASSERT_FALSE(answer) << *answer;
        EXPECT_EQ(answer.error().kind, Failure::rejected);
        EXPECT_NE(answer.error().what.find(why), std::string::npos) << answer.error().what;
    }
    DatedAnswers answers() {
        return DatedAnswers{options, *books, clock, &graph, [this] { ++changes; }};
    }
    ControlRequest about(DatedId id, std::map<std::string, std::string, std::less<>> more = {}) {
        more["record"] = std::to_string(id);
        return {.command = "", .arguments = std::move(more), .user = "li"};
    }
    MultiplierChange ratio_80() const {
        return {{"hv"}, test::kMidnight - 48h, {Decimal{80, 0}, Decimal{1, 0}}, {}};
    }

    const TemporaryFolder folder;
    Options options;
    ItemGraph graph;
    std::unique_ptr<Books> books{test::open_books_or_fail(folder.path() / "books.db")};
    FakeClock clock{test::kMidnight + 12h};
    int changes{0};
};

TEST_F(Dated, WhatIsPutOnRecordIsOnDiskWithItsEffect) {
    const DatedReport report = must(put(ratio_80(), {{"by", "zhang"}, {"remark", "更换互感器"}}));

    EXPECT_EQ(report.record.author, "zhang");
    EXPECT_EQ(report.record.remark, "更换互感器 (typed in by li)");
    ASSERT_TRUE(report.again);
    EXPECT_EQ(report.again->from, test::kMidnight - 48h);
    EXPECT_FALSE(report.again->to);
    EXPECT_EQ(report.again->items, std::vector<std::string>{"power"}) << "not the one of stock-taking";
    EXPECT_EQ(books->dated(report.record.id).value(), report.record);
    EXPECT_EQ(books->to_do()->size(), 1U);
    EXPECT_EQ(changes, 1) << "the accounting looks at once";
}

TEST_F(Dated, WhatDoesNotFitIsNotPut) {
    MultiplierChange unknown = ratio_80();
    unknown.meter = {"hw"};
    expect_refused(put(unknown), "the nearest is \"hv\"");
    expect_refused(put(MultiplierChange{{"hv"}, test::kMidnight, {}, {}}, {{"body", "{}"}}),
                   "meter: is missing");
    expect_refused(put(EnteredValue{.item = "steel", .period = kCalendar.parse("2026-10").value()}),
                   "\"enter\"");
    expect_refused(answers().put({.command = "dated-put", .arguments = {{"kind", "gift"}}, .user = "li"}),
                   "JSON");

    EXPECT_TRUE(books->dated(DatedQuery{.also_void = true})->empty());
    EXPECT_EQ(changes, 0);
}

TEST_F(Dated, WhereASecondPersonIsAskedForARecordCountsFromHisConfirmationOn) {
    options.accounting.confirm = Confirm::all;
    const DatedReport waiting = must(put(ratio_80()));
    EXPECT_FALSE(waiting.again);
    EXPECT_FALSE(waiting.record.in_force());
    EXPECT_TRUE(books->to_do()->empty());

    expect_refused(answers().confirm(about(waiting.record.id)), "the author himself");
    const DatedReport confirmed = must(answers().confirm(about(waiting.record.id, {{"by", "wang"}})));

    EXPECT_TRUE(confirmed.record.in_force());
    EXPECT_EQ(confirmed.record.confirmed_by, "wang");
    ASSERT_TRUE(confirmed.again);
    EXPECT_EQ(books->to_do()->size(), 1U);
    expect_refused(answers().confirm(about(waiting.record.id, {{"by", "zhao"}})), "confirmed already");
}

TEST_F(Dated, OnlyEntriesWaitWhereOnlyTheyAreToBeConfirmed) {
    options.accounting.confirm = Confirm::entries;
    EXPECT_TRUE(must(put(ratio_80())).record.in_force());
    const OpeningAmount opening{.item = "power",
                                .from = kCalendar.parse("2026-11-01")->from,
                                .to = test::kMidnight,
                                .amount = Decimal{7, 0}};
    EXPECT_FALSE(must(put(opening)).record.in_force());
}

TEST_F(Dated, ARevokedRecordIsStillListedOnRequest) {
    const DatedId id = must(put(ratio_80())).record.id;
    expect_refused(answers().revoke(about(id)), "why it is revoked");
    const DatedReport revoked = must(answers().revoke(about(id, {{"remark", "看错铭牌"}, {"by", "wang"}})));

    EXPECT_EQ(revoked.record.revoked_by, "wang");
    EXPECT_TRUE(revoked.again);
    const auto listed = [&](const std::string& all) {
        return dated_list_from_json(
                   answers()
                       .list({.command = "dated-list", .arguments = {{"void", all}}, .user = "li"})
                       .value())
            ->records.size();
    };
    EXPECT_EQ(listed("false"), 0U);
    EXPECT_EQ(listed("true"), 1U);
    expect_refused(answers().revoke(about(id, {{"remark", "x"}})), "revoked already");
    expect_refused(answers().revoke(about(99, {{"remark", "x"}})), "no record 99");
    expect_refused(answers().list({.command = "dated-list", .arguments = {{"kind", "gift"}}}),
                   "there are: replacement");
}

TEST_F(Dated, ALockAsksForNothingAndItsRevocationForItsPeriod) {
    const auto october = kCalendar.parse("2026-10").value();
    const DatedReport lock = must(put(PeriodLock{october}));
    EXPECT_FALSE(lock.again);

    const DatedReport opened = must(answers().revoke(about(lock.record.id, {{"remark", "更正"}})));
    ASSERT_TRUE(opened.again);
    EXPECT_EQ(opened.again->from, october.from);
    EXPECT_EQ(opened.again->to, october.to);
    EXPECT_EQ(opened.again->items.size(), 2U);
}

TEST_F(Dated, CoefficientsAreThoseOfTheTableAndOnRecordByDate) {
    const auto november = kCalendar.parse("2026-11-01")->from;
    must(put(CoefficientValue{.name = "coal_tce",
                              .value = Decimal{71, -2},
                              .unit = "tce/t",
                              .from = november,
                              .source = "化验单 3"}));

    const auto listed = coefficients_from_json(answers().coefficients({}).value()).value();

    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0].to, november);
    EXPECT_FALSE(listed[0].now);
    EXPECT_EQ(listed[0].record, 0);
    EXPECT_EQ(listed[1].value.to_string(), "0.71");
    EXPECT_TRUE(listed[1].now);
    EXPECT_EQ(listed[1].author, "li");
    EXPECT_EQ(listed[1].record, 1);
}

TEST_F(Dated, StandingBreaksAreListed) {
    const IndexBreak found{
        {"hv"},        {"energy"}, test::kMidnight - 30min, test::kMidnight - 15min, Decimal{5300, 0},
        Decimal{3, 0}, clock.utc()};
    ASSERT_TRUE(books->commit({.new_breaks = {found}}));

    const auto listed = breaks_from_json(answers().breaks({}).value()).value();

    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].meter.text, "hv");
    EXPECT_EQ(listed[0].index_before.to_string(), "5300");
    EXPECT_EQ(listed[0].first_after, found.first_after);
}

}  // namespace
}  // namespace mg
