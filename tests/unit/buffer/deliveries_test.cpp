#include "gateway/buffer/deliveries.h"

#include <gtest/gtest.h>

#include "gateway/base/sqlite.h"
#include "tests/unit/buffer/store_fixture.h"

// What is kept of each consumer beside its samples, on disk.
namespace mg::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class DeliveriesTest : public ::testing::Test {
protected:
    void SetUp() override {
        for (int i = 0; i < 20; ++i) store_->append(sample(m1_, kMorning + minutes{i}, 1, i % 2 == 0));
        settle(*store_, clock_);
    }
    void reopen() {
        store_.reset();
        store_ = open_or_fail(storage_in(folder_.path()), clock_);
    }
    Deliveries& deliveries() { return store_->deliveries(); }
    [[nodiscard]] Receipt receipt(Sequence first, Sequence last, UtcTime at) const {
        return {.items = {first, last},
                .samples = static_cast<std::uint64_t>(last - first + 1),
                .gaps = 0,
                .lane = Lane::live,
                .first_at = at,
                .last_at = at,
                .answer = "PUBACK 0"};
    }

    TemporaryFolder folder_;
    SetClock clock_{kMorning};
    std::unique_ptr<SampleStore> store_ = open_or_fail(storage_in(folder_.path()), clock_);
    const LayoutRef m1_ = layout("m1");
    const UplinkId cloud_{"cloud"};
    const UplinkId other_{"other"};
};

TEST_F(DeliveriesTest, WhereAConsumerBeginsIsSettledOnce) {
    EXPECT_FALSE(store_->knows(cloud_));
    ASSERT_TRUE(store_->begin(cloud_, 7));
    ASSERT_TRUE(store_->begin(other_, 0));
    reopen();

    EXPECT_TRUE(store_->knows(cloud_));
    EXPECT_TRUE(store_->knows(other_));
    ASSERT_TRUE(store_->begin(cloud_, 15));
    ASSERT_TRUE(store_->begin(other_, 15));
    EXPECT_EQ(store_->progress(cloud_), 7);
    EXPECT_EQ(store_->progress(other_), 0);
}

TEST_F(DeliveriesTest, WhoIsPausedBeforeItBeganIsNotKnown) {
    ASSERT_TRUE(store_->deliveries().set_paused(cloud_, true));
    reopen();

    EXPECT_FALSE(store_->knows(cloud_));
    EXPECT_TRUE(store_->deliveries().paused(cloud_));
}

TEST_F(DeliveriesTest, WithTheStoresMemoryLostNobodyBeginsLate) {
    ASSERT_TRUE(store_->begin(cloud_, 7));
    store_.reset();
    std::filesystem::remove(folder_.path() / "meta.db");
    store_ = open_or_fail(storage_in(folder_.path()), clock_);
    ASSERT_FALSE(store_->knows(cloud_));

    ASSERT_TRUE(store_->begin(cloud_, store_->newest()));

    EXPECT_EQ(store_->progress(cloud_), 0);
    reopen();
    EXPECT_TRUE(store_->knows(cloud_));
    EXPECT_EQ(store_->progress(cloud_), 0);
}

TEST_F(DeliveriesTest, WhatIsSettledBesideABacklogSurvivesARestart) {
    store_->ack(cloud_, 3);
    store_->ack_run(cloud_, {11, 14});
    store_->ack_run(cloud_, {18, 18});
    EXPECT_EQ(store_->backlog(cloud_), 12U);
    reopen();

    EXPECT_EQ(store_->settled(cloud_), (Progress{.through = 3, .beyond = {{11, 14}, {18, 18}}}));
    EXPECT_EQ(store_->progress(cloud_), 3);
    EXPECT_EQ(store_->settled(other_), Progress{});

    store_->ack_run(cloud_, {4, 10});
    store_->ack_run(cloud_, {15, 17});
    reopen();
    EXPECT_EQ(store_->settled(cloud_), (Progress{.through = 18, .beyond = {}}));
}

TEST_F(DeliveriesTest, NothingBeyondTheNewestItemCanBeSettled) {
    store_->ack_run(cloud_, {15, 1000});
    EXPECT_EQ(store_->settled(cloud_).beyond, (std::vector<SequenceRange>{{15, 20}}));
}

TEST_F(DeliveriesTest, APauseSurvivesARestart) {
    ASSERT_TRUE(deliveries().set_paused(cloud_, true));
    reopen();
    EXPECT_TRUE(deliveries().paused(cloud_));
    EXPECT_FALSE(deliveries().paused(other_));
    ASSERT_TRUE(deliveries().set_paused(cloud_, false));
    reopen();
    EXPECT_FALSE(deliveries().paused(cloud_));
}

TEST_F(DeliveriesTest, WhatWasSentOnADayIsAddedUpAndSurvivesARestart) {
    const auto day = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
    const auto sent = [&](int days_later, std::uint64_t bytes) {
        deliveries().count_traffic(
            cloud_,
            {.day = day + std::chrono::days{days_later}, .since = kMorning, .bytes = bytes, .messages = 1});
    };
    sent(0, 1000);
    sent(0, 500);
    reopen();
    sent(0, 70);
    sent(1, 3);
    reopen();

    const auto days = deliveries().traffic(cloud_);
    ASSERT_EQ(days.size(), 2U);
    EXPECT_EQ(days[0], (TrafficDay{.day = day, .since = kMorning, .bytes = 1570, .messages = 3}));
    EXPECT_EQ(days[1].bytes, 3U);
    EXPECT_TRUE(deliveries().traffic(other_).empty());
}

TEST_F(DeliveriesTest, AnOrderToSendAgainGoesOnWhereItWasAndEnds) {
    const Resend order{.id = 0,
                       .from = {kMorning},
                       .to = {kMorning + minutes{10}},
                       .meters = {MeterId{"m1"}, MeterId{"m2"}},
                       .done = 0,
                       .until = 0,
                       .ordered_at = kMorning + minutes{30},
                       .ordered_by = "li.wei"};
    const auto id = deliveries().order_resend(cloud_, order);
    ASSERT_TRUE(id);
    deliveries().resend_done(cloud_, *id, 4);
    reopen();

    const auto orders = deliveries().resends(cloud_);
    ASSERT_EQ(orders.size(), 1U);
    Resend expected = order;
    expected.id = *id;
    expected.done = 4;
    expected.until = 20;
    EXPECT_EQ(orders.front(), expected);

    ASSERT_TRUE(deliveries().end_resend(cloud_, *id));
    reopen();
    EXPECT_TRUE(deliveries().resends(cloud_).empty());
    const auto next = deliveries().order_resend(cloud_, order);
    ASSERT_TRUE(next);
    EXPECT_GT(*next, *id) << "an id is never used twice";
}

TEST_F(DeliveriesTest, ReceiptsOfNeighboursBecomeOneRowAndOthersDoNot) {
    deliveries().keep_receipt(cloud_, receipt(1, 5, kMorning));
    deliveries().keep_receipt(cloud_, receipt(6, 9, kMorning + seconds{10}));
    deliveries().keep_receipt(cloud_, receipt(12, 13, kMorning + seconds{20}));  // 10 and 11 are not in it
    deliveries().keep_receipt(cloud_, receipt(14, 15, kMorning + minutes{6}));   // too late for the row
    deliveries().keep_receipt(other_, receipt(1, 20, kMorning));
    const std::vector<Receipt> expected{
        {{1, 9}, 9, 0, Lane::live, kMorning, kMorning + seconds{10}, "PUBACK 0"},
        receipt(12, 13, kMorning + seconds{20}),
        receipt(14, 15, kMorning + minutes{6})};
    EXPECT_EQ(deliveries().receipts(cloud_, kMorning, 100), expected);
    reopen();

    EXPECT_EQ(deliveries().receipts(cloud_, kMorning, 100), expected);
    EXPECT_EQ(deliveries().receipts(cloud_, kMorning + minutes{1}, 100)->size(), 1U);
    EXPECT_EQ(deliveries().receipts(cloud_, kMorning, 2)->size(), 2U);
}

TEST_F(DeliveriesTest, ARowThatGrowsAfterItWasWrittenStaysOneRow) {
    deliveries().keep_receipt(cloud_, receipt(1, 5, kMorning));
    ASSERT_EQ(deliveries().receipts(cloud_, kMorning, 100)->size(), 1U);  // it is on disk now
    deliveries().keep_receipt(cloud_, receipt(6, 7, kMorning + seconds{2}));

    const auto receipts = deliveries().receipts(cloud_, kMorning, 100);
    ASSERT_EQ(receipts->size(), 1U);
    EXPECT_EQ(receipts->front().items, (SequenceRange{1, 7}));
    EXPECT_EQ(receipts->front().samples, 7U);
}

TEST_F(DeliveriesTest, AnItemSetAsideCanBeTakenAfterAll) {
    ASSERT_TRUE(store_->set_aside(cloud_, 7, "too large"));
    ASSERT_TRUE(store_->set_aside(cloud_, 9, "too large"));
    EXPECT_EQ(deliveries().set_aside_items(cloud_, 10)->size(), 2U);
    ASSERT_TRUE(deliveries().taken_after_all(cloud_, {1, 7}));
    reopen();

    const auto left = deliveries().set_aside_items(cloud_, 10);
    ASSERT_EQ(left->size(), 1U);
    EXPECT_EQ(left->front().sequence, 9);
    EXPECT_EQ(left->front().why, "too large");
    EXPECT_EQ(store_->set_aside_count(cloud_), 1U);
}

TEST_F(DeliveriesTest, AQueryGivesItsPeriodAndItsMetersOnly) {
    const LayoutRef m2 = layout("m2");
    store_->append(sample(m2, kMorning + minutes{3}, 5));
    store_->append(Gap{MeterId{"m1"}, {kMorning + minutes{4}}, {kMorning + minutes{9}}, Quality::stopped, 0});
    settle(*store_, clock_);
    const HistoryQuery query{{kMorning + minutes{2}}, {kMorning + minutes{5}}, {MeterId{"m1"}}};

    std::vector<std::string> found;
    Sequence after = 0;
    while (after < store_->newest()) {
        const auto part = store_->read(query, after, 2);
        ASSERT_TRUE(part);
        ASSERT_GT(part->through, after);
        for (const StoredItem& item : part->items) found.push_back(text_of(item));
        after = part->through;
    }
    EXPECT_EQ(found, (std::vector<std::string>{"m1@10:02:00=1 r0", "m1@10:03:00=1 r0", "m1@10:04:00=1 r0",
                                               "m1@10:04:00..10:09:00 stopped"}));
}

class MetaFormats : public DeliveriesTest {};

TEST_F(MetaFormats, AFileOfTheFirstFormatKeepsItsProgressAndGainsTheRest) {
    // Given a meta.db as the first version wrote it
    store_->ack(cloud_, 5);
    ASSERT_TRUE(store_->set_aside(cloud_, 4, "too large"));
    store_.reset();
    {
        auto meta = sqlite::Database::open(folder_.path() / "meta.db", sqlite::Access::write);
        ASSERT_TRUE(meta);
        ASSERT_TRUE(meta->execute(
            "DROP TABLE progress_runs; DROP TABLE paused; DROP TABLE resends;"
            "DROP TABLE receipts; DROP TABLE traffic; DROP TABLE drops;"
            "DROP TABLE drops_unsettled; DROP TABLE going; DROP TABLE away; DROP TABLE away_progress; "
            "DROP TABLE clock_vouch; DROP TABLE clock_notes; DROP TABLE held; DROP TABLE held_layouts; "
            "UPDATE store SET value = 1 WHERE key = 'format'"));
    }
    // When this version opens it
    store_ = open_or_fail(storage_in(folder_.path()), clock_);
    // Then nothing is lost, and the new things work
    EXPECT_EQ(store_->progress(cloud_), 5);
    EXPECT_EQ(store_->set_aside_count(cloud_), 1U);
    EXPECT_EQ(store_->newest(), 20);
    ASSERT_TRUE(deliveries().set_paused(cloud_, true));
    store_->ack_run(cloud_, {8, 9});
    reopen();
    EXPECT_TRUE(deliveries().paused(cloud_));
    EXPECT_EQ(store_->settled(cloud_).beyond, (std::vector<SequenceRange>{{8, 9}}));
}

TEST_F(MetaFormats, AFileOfALaterVersionIsRefusedAndLeftAlone) {
    store_.reset();
    {
        auto meta = sqlite::Database::open(folder_.path() / "meta.db", sqlite::Access::write);
        ASSERT_TRUE(meta->execute("UPDATE store SET value = 99 WHERE key = 'format'"));
    }
    const auto refused = open_store(storage_in(folder_.path()), {}, clock_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Failure::invalid_config);
    EXPECT_NE(refused.error().what.find("99"), std::string::npos);
    EXPECT_TRUE(files(folder_, "corrupt").empty());
}

}  // namespace
}  // namespace mg::test
