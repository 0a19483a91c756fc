#include "gateway/accounting/outbox.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg::test {
namespace {

using std::chrono::days;

const UplinkId kProvince{"province"};
const UplinkId kGroup{"group"};

class OutboxTest : public ::testing::Test {
protected:
    Books& books() { return *books_; }
    Outbox& outbox() { return books_->outbox(); }
    void restart() {
        books_.reset();
        books_ = open_books_or_fail(file_);
    }

    static StatPeriod quarter(int n) {
        return {StatType::real_time, kMidnight + n * kQuarter, kMidnight + (n + 1) * kQuarter};
    }
    static StatPeriod day(int n) { return {StatType::day, kMidnight + days{n}, kMidnight + days{n + 1}}; }
    static ItemRecord figure(const std::string& item, const StatPeriod& period,
                             std::optional<Decimal> value) {
        ItemRecord record;
        record.item = item;
        record.period = period;
        record.value = value;
        record.computed_at = period.to;
        return record;
    }
    void commit(const std::vector<ItemRecord>& records) {
        const auto made = books().commit({.records = records});
        ASSERT_TRUE(made) << made.error().what;
    }
    void commit(const std::string& item, const StatPeriod& period, std::optional<int> value) {
        commit({figure(item, period, value ? std::optional{Decimal{*value, 0}} : std::nullopt)});
    }
    static EnrolledItem all_of(const std::string& item) {
        return {.item = item, .types = {StatType::real_time, StatType::day}};
    }
    Enrolment enrol(const OutboxPlan& plan, const UplinkId& uplink = kProvince) {
        const auto done = outbox().enrol(uplink, plan);
        EXPECT_TRUE(done) << done.error().what;
        return done.value_or(Enrolment{});
    }
    /// "elec 0 r0 = 5": of the n-th quarter-hour or day.
    static std::string words(const ItemRecord& record) {
        const auto since = record.period.from - kMidnight;
        const auto n = record.period.type == StatType::day ? since / days{1} : since / kQuarter;
        return record.item + " " + std::to_string(n) + " r" + std::to_string(record.revision) + " = " +
               (record.value ? record.value->to_string() : "none");
    }
    using Texts = std::vector<std::string>;
    Texts waiting(const WaitingQuery& query = {}, const UplinkId& uplink = kProvince) {
        Texts all;
        const auto found = outbox().waiting(uplink, query);
        EXPECT_TRUE(found) << found.error().what;
        for (const ItemRecord& each : *found) all.push_back(words(each));
        return all;
    }
    Texts receipts(const ReceiptQuery& query = {}) {
        Texts all;
        const auto found = outbox().history(query);
        EXPECT_TRUE(found) << found.error().what;
        for (const RecordReceipt& each : *found) {
            all.push_back(words(each.record) + ": " + std::string(to_string(each.outcome)) +
                          (each.words.empty() ? "" : " " + each.words) +
                          (each.times > 1 ? " x" + std::to_string(each.times) : ""));
        }
        return all;
    }
    Result<> settle(const std::string& item, const StatPeriod& period, RecordOutcome outcome,
                    const std::string& said = {}, std::uint32_t revision = 0) {
        return outbox().settle(kProvince, {{.record = {item, period},
                                            .revision = revision,
                                            .outcome = outcome,
                                            .words = said,
                                            .at = kMidnight + days{9}}});
    }

    TemporaryFolder folder_{"/dev/shm"};
    std::filesystem::path file_ = folder_.path() / kBooksFile;
    std::unique_ptr<Books> books_ = open_books_or_fail(file_);
};

// ---- what waits ----

TEST_F(OutboxTest, WhatIsCommittedWaitsForTheDestinationsThatCarryIt) {
    enrol({.items = {all_of("elec"), all_of("coal")}});
    enrol({.items = {all_of("coal")}}, kGroup);
    commit("elec", quarter(0), 5);
    commit("coal", quarter(0), 6);
    commit("water", quarter(0), 7);

    EXPECT_EQ(waiting(), (Texts{"elec 0 r0 = 5", "coal 0 r0 = 6"}));
    EXPECT_EQ(waiting({}, kGroup), Texts{"coal 0 r0 = 6"});
    restart();
    EXPECT_EQ(waiting(), (Texts{"elec 0 r0 = 5", "coal 0 r0 = 6"}));
}

TEST_F(OutboxTest, TheOldestPeriodComesFirstAndTypesInTheOrderAskedFor) {
    enrol({.items = {all_of("elec")}});
    for (const int n : {2, 0, 1}) commit("elec", quarter(n), n);
    commit("elec", day(0), 9);

    EXPECT_EQ(waiting({.types = {StatType::day, StatType::real_time}}),
              (Texts{"elec 0 r0 = 9", "elec 0 r0 = 0", "elec 1 r0 = 1", "elec 2 r0 = 2"}));
    EXPECT_EQ(waiting({.types = {StatType::real_time}, .from = quarter(1).from, .to = quarter(2).from}),
              Texts{"elec 1 r0 = 1"});
}

TEST_F(OutboxTest, ReadingOnBehindTheLastOneGivesEachRecordOnce) {
    enrol({.items = {all_of("elec"), all_of("coal")}});
    for (int n = 0; n < 10; ++n) {
        commit("elec", quarter(n), n);
        commit("coal", quarter(n), n);
        commit("elec", day(n), n);
    }
    Texts all;
    WaitingQuery query{.types = {StatType::day, StatType::real_time}, .most = 3};
    while (all.size() < 100) {
        const auto page = outbox().waiting(kProvince, query);
        if (page->empty()) break;
        for (const ItemRecord& each : *page) all.push_back(words(each));
        query.after = RecordName{page->back().item, page->back().period};
    }
    EXPECT_EQ(all, waiting({.types = {StatType::day, StatType::real_time}}));
    EXPECT_EQ(all.size(), 30U);
}

TEST_F(OutboxTest, ARecordWithoutAValueIsNotSentAndComesBackWhenItHasOne) {
    enrol({.items = {all_of("elec")}});
    commit("elec", quarter(0), std::nullopt);
    commit("elec", quarter(1), 1);
    EXPECT_EQ(waiting(), Texts{"elec 1 r0 = 1"});
    EXPECT_EQ(receipts(), Texts{"elec 0 r0 = none: no_value"});

    commit("elec", quarter(1), std::nullopt);
    commit("elec", quarter(0), 7);

    EXPECT_EQ(waiting(), Texts{"elec 0 r1 = 7"});
    EXPECT_EQ(receipts(), (Texts{"elec 0 r0 = none: no_value", "elec 1 r1 = none: no_value"}));
}

TEST_F(OutboxTest, HowMuchWaitsSinceWhenIsKnownAlsoAfterARestart) {
    enrol({.items = {all_of("elec")}});
    for (int n = 3; n < 9; ++n) commit("elec", quarter(n), n);
    commit("elec", day(0), 1);
    ASSERT_TRUE(settle("elec", quarter(3), RecordOutcome::accepted));
    ASSERT_TRUE(settle("elec", quarter(5), RecordOutcome::set_aside, "无此编码"));

    for (const bool again : {false, true}) {
        if (again) restart();
        const auto status = outbox().status(kProvince);
        ASSERT_TRUE(status) << status.error().what;
        EXPECT_EQ(status->waiting, (std::array<std::size_t, 4>{4, 1, 0, 0}));
        EXPECT_EQ(status->oldest_from[0], quarter(4).from);
        EXPECT_EQ(status->oldest_from[1], day(0).from);
        EXPECT_EQ(status->oldest_from[2], std::nullopt);
        EXPECT_EQ(status->set_aside, 1U);
    }
    EXPECT_EQ(*outbox().status({"unknown"}), OutboxStatus{});
}

// ---- enrolling ----

TEST_F(OutboxTest, ANewDestinationStartsWhereItIsTold) {
    for (int n = 0; n < 4; ++n) commit("elec", quarter(n), n);
    commit("elec", day(0), 9);
    const Enrolment all = enrol({.items = {all_of("elec")}}, {"all"});
    const Enrolment now = enrol({.start = quarter(2).from, .items = {all_of("elec")}}, {"now"});
    commit("elec", quarter(4), 4);

    EXPECT_TRUE(all.is_new);
    EXPECT_EQ(all.added, 5U);
    EXPECT_EQ(waiting({}, {"all"}).size(), 6U);
    EXPECT_EQ(now.added, 3U);
    EXPECT_EQ(waiting({}, {"now"}),
              (Texts{"elec 2 r0 = 2", "elec 3 r0 = 3", "elec 4 r0 = 4", "elec 0 r0 = 9"}));
}

TEST_F(OutboxTest, TheSamePlanAgainAtEveryStartChangesNothing) {
    commit("elec", quarter(0), 5);
    commit("elec", quarter(1), 6);
    const OutboxPlan plan{.items = {all_of("elec")}};
    enrol(plan);
    ASSERT_TRUE(settle("elec", quarter(0), RecordOutcome::accepted));
    ASSERT_TRUE(settle("elec", quarter(1), RecordOutcome::set_aside));
    restart();

    const Enrolment again = enrol({.start = kMidnight + days{100}, .items = plan.items});

    EXPECT_FALSE(again.is_new);
    EXPECT_EQ(again.added + again.left, 0U);
    EXPECT_EQ(waiting(), Texts{});
    commit("elec", quarter(2), 7);
    EXPECT_EQ(waiting(), Texts{"elec 2 r0 = 7"}) << "where it starts is not asked twice";
}

TEST_F(OutboxTest, AnItemThatIsAddedLaterBringsItsRecordsFromItsDateOn) {
    enrol({.items = {all_of("elec")}});
    for (int n = 0; n < 3; ++n) commit("coal", quarter(n), n);
    EXPECT_EQ(waiting(), Texts{});
    EnrolledItem coal = all_of("coal");
    coal.from = quarter(1).from;
    coal.to = quarter(4).from;

    EXPECT_EQ(enrol({.items = {all_of("elec"), coal}}).added, 2U);

    commit("coal", quarter(3), 3);
    commit("coal", quarter(4), 4);
    EXPECT_EQ(waiting(), (Texts{"coal 1 r0 = 1", "coal 2 r0 = 2", "coal 3 r0 = 3"}));
}

TEST_F(OutboxTest, AnItemTakenOutLeavesAndWhatWasAcceptedOfItIsNotSentTwice) {
    enrol({.items = {all_of("elec"), all_of("coal")}});
    for (int n = 0; n < 3; ++n) commit("coal", quarter(n), n);
    ASSERT_TRUE(settle("coal", quarter(0), RecordOutcome::accepted, "成功"));
    ASSERT_TRUE(settle("coal", quarter(1), RecordOutcome::set_aside, "无此编码"));

    EXPECT_EQ(enrol({.items = {all_of("elec")}}).left, 2U);
    EXPECT_EQ(waiting(), Texts{});
    EXPECT_TRUE(outbox().set_aside(kProvince, {})->empty());
    EXPECT_EQ(receipts(), (Texts{"coal 0 r0 = 0: accepted 成功", "coal 1 r0 = 1: set_aside 无此编码"}));

    enrol({.items = {all_of("elec"), all_of("coal")}});
    EXPECT_EQ(waiting(), (Texts{"coal 1 r0 = 1", "coal 2 r0 = 2"}));
}

TEST_F(OutboxTest, ADestinationThatIsConfiguredNoMoreGoesOnWhenItComesBack) {
    enrol({.items = {all_of("elec")}}, kGroup);
    commit("elec", quarter(0), 1);
    restart();
    enrol({.items = {all_of("elec")}});
    commit("elec", quarter(1), 2);
    restart();

    enrol({.items = {all_of("elec")}}, kGroup);

    EXPECT_EQ(waiting({}, kGroup), (Texts{"elec 0 r0 = 1", "elec 1 r0 = 2"}));
    EXPECT_EQ(*outbox().destinations(), (std::vector{kGroup, kProvince}));
}

TEST_F(OutboxTest, APlanThatEndsBeforeItBeginsIsRejectedAndChangesNothing) {
    enrol({.items = {all_of("elec")}});
    EnrolledItem wrong = all_of("coal");
    wrong.from = kMidnight;
    wrong.to = kMidnight;

    const auto refused = outbox().enrol(kProvince, {.items = {wrong}});

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Failure::rejected);
    commit("elec", quarter(0), 1);
    EXPECT_EQ(waiting(), Texts{"elec 0 r0 = 1"});
}

// ---- answers ----

TEST_F(OutboxTest, WhatIsAcceptedWaitsNoMoreAndItsPeriodIsReported) {
    enrol({.items = {all_of("elec")}});
    commit("elec", quarter(0), 5);
    const RecordName name{"elec", quarter(0)};
    EXPECT_FALSE(*outbox().was_accepted(name));

    ASSERT_TRUE(settle("elec", quarter(0), RecordOutcome::accepted, "成功"));

    EXPECT_EQ(waiting(), Texts{});
    EXPECT_TRUE(*outbox().was_accepted(name));
    EXPECT_TRUE(*outbox().was_accepted(name, kProvince));
    EXPECT_FALSE(*outbox().was_accepted(name, kGroup));
    EXPECT_FALSE(*outbox().was_accepted({"elec", quarter(1)}));
    EXPECT_FALSE(*outbox().was_accepted({"nobody", quarter(0)}));
}

TEST_F(OutboxTest, ADayIsReportedOnceAnyOfItsRecordsWasAcceptedByAnybody) {
    enrol({.items = {all_of("elec"), all_of("gas")}});
    enrol({.items = {all_of("elec"), all_of("gas")}}, kGroup);
    for (int n = 0; n < 4; ++n) {
        commit("elec", day(n), 5);
        commit("gas", day(n), 7);
    }
    const auto reported = [&](UtcTime from = UtcTime::min(), UtcTime to = UtcTime::max()) {
        return outbox().reported_periods(StatType::day, from, to).value();
    };
    using Periods = std::vector<StatPeriod>;
    EXPECT_EQ(reported(), Periods{});

    ASSERT_TRUE(settle("gas", day(2), RecordOutcome::accepted, "成功"));
    ASSERT_TRUE(outbox().settle(kGroup, {{.record = {"elec", day(0)}, .at = kMidnight + days{9}}}));
    ASSERT_TRUE(settle("elec", day(1), RecordOutcome::set_aside, "超出范围"));
    ASSERT_TRUE(settle("gas", day(1), RecordOutcome::kept, "忙"));
    EXPECT_EQ(reported(), (Periods{day(0), day(2)}));
    EXPECT_EQ(reported(day(1).from, day(2).from), Periods{});
    EXPECT_EQ(reported(day(2).from, day(3).from), Periods{day(2)});
    EXPECT_EQ(*outbox().reported_periods(StatType::month, UtcTime::min(), UtcTime::max()), Periods{});

    commit("gas", day(2), 8);
    restart();
    EXPECT_EQ(reported(), (Periods{day(0), day(2)}))
        << "a correction waits; the day was reported all the same";
}

TEST_F(OutboxTest, AnAnswerToAnOlderRevisionKeepsTheNewerOneWaiting) {
    enrol({.items = {all_of("elec")}});
    commit("elec", quarter(0), 5);
    commit("elec", quarter(1), 5);
    commit("elec", quarter(0), 6);  // while revision 0 is on its way
    commit("elec", quarter(1), 6);

    ASSERT_TRUE(settle("elec", quarter(0), RecordOutcome::accepted));
    ASSERT_TRUE(settle("elec", quarter(1), RecordOutcome::set_aside, "无此编码"));

    EXPECT_EQ(waiting(), (Texts{"elec 0 r1 = 6", "elec 1 r1 = 6"}));
    EXPECT_TRUE(outbox().set_aside(kProvince, {})->empty());
    EXPECT_EQ(receipts(), (Texts{"elec 0 r0 = 5: accepted", "elec 1 r0 = 5: set_aside 无此编码"}));
}

TEST_F(OutboxTest, ARevisionOfWhatWasAcceptedOrSetAsideIsSentAgain) {
    enrol({.items = {all_of("elec")}});
    commit("elec", quarter(0), 5);
    commit("elec", quarter(1), 5);
    ASSERT_TRUE(settle("elec", quarter(0), RecordOutcome::accepted));
    ASSERT_TRUE(settle("elec", quarter(1), RecordOutcome::set_aside));

    commit("elec", quarter(0), 6);
    commit("elec", quarter(1), 6);

    EXPECT_EQ(waiting(), (Texts{"elec 0 r1 = 6", "elec 1 r1 = 6"}));
    EXPECT_EQ(outbox().status(kProvince)->set_aside, 0U);
}

TEST_F(OutboxTest, WhatIsSetAsideIsListedWithThePlatformsWordsAndReleasedByAPerson) {
    enrol({.items = {all_of("elec")}});
    for (int n = 0; n < 3; ++n) {
        commit("elec", quarter(n), n);
        ASSERT_TRUE(settle("elec", quarter(n), RecordOutcome::set_aside, "数据编码不存在"));
    }
    const auto listed = outbox().set_aside(kProvince, {});
    ASSERT_EQ(listed->size(), 3U);
    EXPECT_EQ(listed->front().words, "数据编码不存在");
    EXPECT_EQ(listed->front().at, kMidnight + days{9});

    EXPECT_EQ(*outbox().release(kProvince, RecordName{"elec", quarter(1)}), 1U);
    EXPECT_EQ(waiting(), Texts{"elec 1 r0 = 1"});
    EXPECT_EQ(*outbox().release(kProvince, std::nullopt), 2U);
    EXPECT_EQ(waiting().size(), 3U);
    EXPECT_EQ(*outbox().release(kProvince, std::nullopt), 0U);
}

TEST_F(OutboxTest, WhatTheDestinationDidNotTakeGoesOnWaiting) {
    enrol({.items = {all_of("elec")}});
    commit("elec", quarter(0), 1);
    commit("elec", quarter(1), 2);
    ASSERT_TRUE(settle("elec", quarter(0), RecordOutcome::kept, "系统繁忙"));
    ASSERT_TRUE(settle("elec", quarter(1), RecordOutcome::kept));

    EXPECT_EQ(waiting(), (Texts{"elec 0 r0 = 1", "elec 1 r0 = 2"}));
    EXPECT_EQ(receipts(), Texts{"elec 0 r0 = 1: kept 系统繁忙"}) << "no answer, no receipt";
}

TEST_F(OutboxTest, TheSameAnswerAgainIsCountedInItsLineAndAnotherIsALineMore) {
    enrol({.items = {all_of("elec")}});
    commit("elec", quarter(0), 1);
    for (int n = 0; n < 3; ++n) ASSERT_TRUE(settle("elec", quarter(0), RecordOutcome::kept, "系统繁忙"));
    ASSERT_TRUE(settle("elec", quarter(0), RecordOutcome::accepted, "成功"));
    ASSERT_TRUE(settle("elec", quarter(0), RecordOutcome::accepted, "成功"));

    EXPECT_EQ(receipts(), (Texts{"elec 0 r0 = 1: kept 系统繁忙 x3", "elec 0 r0 = 1: accepted 成功 x2"}));
}

TEST_F(OutboxTest, ADestinationThatSaysSomethingElseEachTimeDoesNotFillTheDisk) {
    enrol({.items = {all_of("elec")}});
    commit("elec", quarter(0), 1);
    for (int n = 0; n < 200; ++n) {
        ASSERT_TRUE(settle("elec", quarter(0), RecordOutcome::kept, "busy, ticket " + std::to_string(n)));
    }
    ASSERT_TRUE(settle("elec", quarter(0), RecordOutcome::accepted, std::string(1'000'000, 'x')));

    const auto all = outbox().history({});
    ASSERT_EQ(all->size(), kMostAnswers);
    EXPECT_EQ(all->back().outcome, RecordOutcome::accepted) << "the last thing it said is always there";
    EXPECT_EQ(all->back().words.size(), kMostWords);
    EXPECT_TRUE(*outbox().was_accepted({"elec", quarter(0)}));
}

TEST_F(OutboxTest, WordsAreCutBetweenCharacters) {
    enrol({.items = {all_of("elec")}});
    commit("elec", quarter(0), 1);
    std::string said{"x"};
    for (int n = 0; n < 200; ++n) said += "中";

    ASSERT_TRUE(settle("elec", quarter(0), RecordOutcome::accepted, said));

    EXPECT_EQ(outbox().history({})->front().words, said.substr(0, 1 + 3 * 99));
}

TEST_F(OutboxTest, AnAnswerToWhatIsNotInTheBooksIsRejectedAndNothingOfTheBatchIsWritten) {
    enrol({.items = {all_of("elec")}});
    commit("elec", quarter(0), 1);
    const Settlement good{.record = {"elec", quarter(0)}};
    ASSERT_EQ(outbox().status(kProvince)->waiting[0], 1U);
    const std::vector<Settlement> wrong{{.record = {"elec", quarter(1)}},
                                        {.record = {"elec", quarter(0)}, .revision = 1},
                                        {.record = {"nobody", quarter(0)}}};
    for (const Settlement& each : wrong) {
        const auto refused = outbox().settle(kProvince, {good, each}, {{"deviceId", "7"}});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, Failure::rejected);
    }
    EXPECT_EQ(outbox().settle(kGroup, {good}).error().kind, Failure::rejected) << "not enrolled";
    EXPECT_EQ(waiting(), Texts{"elec 0 r0 = 1"});
    EXPECT_EQ(receipts(), Texts{});
    EXPECT_TRUE(outbox().state(kProvince)->empty());
    EXPECT_EQ(outbox().status(kProvince)->waiting[0], 1U);
}

// ---- sending again ----

TEST_F(OutboxTest, APeriodIsSentAgainOnRequest) {
    enrol({.items = {all_of("elec"), all_of("coal")}});
    for (int n = 0; n < 3; ++n) {
        for (const char* item : {"elec", "coal"}) {
            commit(item, quarter(n), n);
            ASSERT_TRUE(
                settle(item, quarter(n), n == 2 ? RecordOutcome::set_aside : RecordOutcome::accepted));
        }
    }
    commit("elec", quarter(3), 3);
    commit("elec", quarter(0), std::nullopt);

    const auto added = outbox().resend(
        kProvince, {.items = {"elec", "unknown"}, .type = StatType::real_time, .to = quarter(9).to});

    EXPECT_EQ(added.value_or(0), 2U) << "what has no value is not sent, what waits waits already";
    EXPECT_EQ(waiting(), (Texts{"elec 1 r0 = 1", "elec 2 r0 = 2", "elec 3 r0 = 3"}));
    EXPECT_EQ(outbox().status(kProvince)->set_aside, 1U) << "coal";
    EXPECT_EQ(outbox().resend(kGroup, {}).error().kind, Failure::rejected);
}

TEST_F(OutboxTest, WhatWasSentFromBeforeTheStartOnRequestIsCorrectedToo) {
    commit("elec", quarter(0), 1);
    commit("elec", quarter(1), 1);
    enrol({.start = quarter(9).from, .items = {all_of("elec")}});
    commit("elec", quarter(0), 2);
    EXPECT_EQ(waiting(), Texts{});
    EXPECT_EQ(outbox().resend(kProvince, {.from = quarter(1).from}).value_or(0), 1U);
    ASSERT_TRUE(settle("elec", quarter(1), RecordOutcome::accepted));

    commit("elec", quarter(0), 3);
    commit("elec", quarter(1), 3);

    EXPECT_EQ(waiting(), Texts{"elec 1 r1 = 3"});
}

// ---- history and state ----

TEST_F(OutboxTest, HistoryIsFoundByDestinationItemTypeAndTimeAndReadInPages) {
    for (const UplinkId& uplink : {kGroup, kProvince})
        enrol({.items = {all_of("elec"), all_of("coal")}}, uplink);
    for (int n = 0; n < 4; ++n) {
        for (const char* item : {"elec", "coal"}) {
            for (const StatPeriod& period : {quarter(n), day(n)}) {
                commit(item, period, n);
                for (const UplinkId& uplink : {kProvince, kGroup}) {
                    const Settlement settlement{.record = {item, period}, .words = uplink.text};
                    ASSERT_TRUE(outbox().settle(uplink, {settlement}));
                }
            }
        }
    }
    EXPECT_EQ(receipts().size(), 32U);
    EXPECT_EQ(receipts({.uplink = kGroup}).size(), 16U);
    EXPECT_EQ(receipts({.uplink = UplinkId{"unknown"}}), Texts{});
    EXPECT_EQ(receipts({.items = {"nobody"}}), Texts{});
    EXPECT_EQ(receipts({.items = {"coal", "nobody"}}).size(), 16U);
    EXPECT_EQ(receipts({.uplink = kGroup,
                        .items = {"coal"},
                        .type = StatType::day,
                        .from = day(1).from,
                        .to = day(3).from}),
              (Texts{"coal 1 r0 = 1: accepted group", "coal 2 r0 = 2: accepted group"}));

    for (const std::size_t most : {1U, 5U, 16U, 32U, 100U}) {
        Texts all;
        const auto read = outbox().each_receipt({.most = most}, [&](const RecordReceipt& each) {
            all.push_back(words(each.record) + ": accepted " + each.words);
            return true;
        });
        EXPECT_TRUE(read) << read.error().what;
        EXPECT_EQ(all, receipts()) << most;
    }
    int seen = 0;
    EXPECT_TRUE(outbox().each_receipt({.most = 3}, [&](const RecordReceipt&) { return ++seen < 4; }));
    EXPECT_EQ(seen, 4);
}

TEST_F(OutboxTest, WhatTheDestinationGaveUsIsKeptBesideItsAnswers) {
    EXPECT_TRUE(outbox().state(kProvince)->empty());
    ASSERT_TRUE(outbox().put_state(kProvince, {{"deviceId", "370800123"}, {"regVersion", "1"}}));
    enrol({.items = {all_of("elec")}});
    commit("elec", quarter(0), 1);
    ASSERT_TRUE(outbox().settle(kProvince, {{.record = {"elec", quarter(0)}}},
                                {{"regVersion", "2"}, {"deviceId", ""}, {"last", "2026-11-22"}}));
    restart();
    EXPECT_EQ(*outbox().state(kProvince), (DestinationState{{"regVersion", "2"}, {"last", "2026-11-22"}}));
    EXPECT_TRUE(outbox().state(kGroup)->empty());
    const auto refused = outbox().put_state(kGroup, {{"page", std::string(kMostStateBytes, 'x')}});
    EXPECT_EQ(refused.error().kind, Failure::rejected);
    EXPECT_EQ(*outbox().destinations(), std::vector{kProvince});
}

}  // namespace
}  // namespace mg::test
