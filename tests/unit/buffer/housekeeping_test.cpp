#include <algorithm>

#include <gtest/gtest.h>

#include "gateway/base/sqlite.h"
#include "gateway/buffer/disk_use.h"
#include "gateway/buffer/meta_file.h"
#include "tests/unit/buffer/store_fixture.h"

// What the housekeeping thread does to a store: repacking, retention by age and space, counting.
namespace mg::test {
namespace {

using std::chrono::days;
using std::chrono::seconds;

class HousekeepingTest : public ::testing::Test {
protected:
    HousekeepingTest() { options_.boundary_floor = days{30}; }
    void open() {
        store_ = open_store(options_, SiteOptions{}, clock_, {},
                            {.life = {}, .consumers = consumers_, .not_before = not_before_})
                     .value_or(nullptr);
        ASSERT_TRUE(store_);
    }
    void reopen() {
        store_.reset();
        open();
    }
    /// A day of samples of both kinds; about 180 KiB.
    void live_through(int day) {
        const UtcTime morning = kMorning + days{day};
        clock_.set(morning);
        for (int i = 0; i < 2000; ++i) {
            store_->append(sample(i % 2 == 0 ? m1_ : m2_, morning + seconds{i}, noise(), i % 900 == 0));
        }
        settle(*store_, clock_);
    }
    std::uint64_t noise() { return noise_ = noise_ * 6364136223846793005U + 1442695040888963407U; }
    [[nodiscard]] std::size_t count(const std::string& part) const { return files(folder_, part).size(); }
    DropTally drops() {
        store_.reset();
        auto meta = MetaFile::open(folder_.path() / "meta.db");
        return (*meta)->drops().value_or(DropTally{});
    }

    TemporaryFolder folder_;
    SetClock clock_{kMorning};
    StorageOptions options_ = storage_in(folder_.path());
    std::vector<UplinkId> consumers_;
    std::map<UplinkId, UtcTime> not_before_;
    std::unique_ptr<SampleStore> store_;
    const LayoutRef m1_ = layout("m1", 20, WireType::u64);
    const LayoutRef m2_ = layout("m2", 20, WireType::u64);
    const UplinkId cloud_{"cloud"};
    std::uint64_t noise_{1};
};

TEST_F(HousekeepingTest, ClosedFilesAreRepackedAndReadAsBefore) {
    open();
    live_through(0);
    const auto before = texts(*store_);
    live_through(1);
    const auto packed = [&] {
        auto file =
            sqlite::Database::open(folder_.path() / "other-20261122-0001.db", sqlite::Access::immutable);
        return file && file->integer("SELECT format FROM header").value_or(0) == kPackedFormat;
    };
    reopen();
    EXPECT_TRUE(eventually(packed));
    auto now = texts(*store_);
    now.resize(before.size());
    EXPECT_EQ(now, before);
}

TEST_F(HousekeepingTest, ABudgetTakesDeliveredOthersFirstAndCountsThemPerMeter) {
    consumers_ = {cloud_};
    options_.repack = false;
    open();
    for (int day = 0; day < 4; ++day) {
        live_through(day);
        if (day == 1) store_->ack(cloud_, store_->newest());  // days 0 and 1 are delivered
    }
    store_.reset();
    // One file would not be enough.
    const auto day = std::filesystem::file_size(folder_.path() / "other-20261123-0001.db");
    options_.budget = bytes_in(folder_.path()) - day * 3 / 2;
    open();

    EXPECT_TRUE(eventually([&] { return store_->stats().dropped >= 2 * 1997; }));
    EXPECT_EQ(count("other-20261122"), 0U);
    EXPECT_EQ(count("other-20261123"), 0U);
    EXPECT_EQ(count("other-20261124"), 1U);
    EXPECT_EQ(count("boundary-"), 4U);
    const DropTally gone = drops();
    EXPECT_EQ(gone.items(), 2U * 1997U);
    EXPECT_EQ(gone.dropped.at({MeterId{"m2"}, FileKind::other, DropReason::space}).samples, 2000U);
    EXPECT_EQ(gone.dropped.at({MeterId{"m1"}, FileKind::other, DropReason::space}).samples, 2 * 997U);
    EXPECT_TRUE(gone.unsettled.empty());
}

TEST_F(HousekeepingTest, WhatAConsumerWillMissIsCountedForIt) {
    consumers_ = {cloud_};
    options_.repack = false;
    open();
    live_through(0);
    store_->ack(cloud_, 500);
    live_through(1);
    store_.reset();
    options_.budget = 1;
    open();

    EXPECT_TRUE(eventually([&] { return count("other-20261122") == 0; }));
    const DropTally gone = drops();
    std::uint64_t missed = 0;
    for (const auto& [key, items] : gone.unsettled) {
        EXPECT_EQ(key.first, cloud_);
        missed += items;
    }
    // Of the first 500 items one is a boundary sample and lies in the other file.
    EXPECT_EQ(missed, 1997U - 499U);
    EXPECT_EQ(gone.items(), 1997U);
    EXPECT_EQ(count("boundary-"), 2U);
}

TEST_F(HousekeepingTest, WhatLiesBeforeTheStartOfAnUplinkIsNotHeldForItAndNotMissed) {
    // Given an uplink whose start lies ahead, beside one that has the first two days
    const UplinkId later{"later"};
    consumers_ = {cloud_, later};
    not_before_ = {{later, kMorning + days{30}}};
    options_.repack = false;
    open();
    for (int day = 0; day < 4; ++day) {
        live_through(day);
        if (day == 1) store_->ack(cloud_, store_->newest());
    }
    // When room is short, then what that one has goes first, and nobody misses it
    store_.reset();
    const auto day = std::filesystem::file_size(folder_.path() / "other-20261123-0001.db");
    options_.budget = bytes_in(folder_.path()) - day * 3 / 2;
    open();
    EXPECT_TRUE(eventually([&] { return count("other-20261123") == 0; }));
    EXPECT_EQ(count("other-20261124"), 1U);
    EXPECT_TRUE(drops().unsettled.empty());
    // Once its time has come it counts like any other
    clock_.set(kMorning + days{31});
    options_.budget = 1;
    open();
    EXPECT_TRUE(eventually([&] { return count("other-20261124") == 0; }));
    const DropTally gone = drops();
    EXPECT_TRUE(
        std::ranges::any_of(gone.unsettled, [&](const auto& each) { return each.first.first == later; }));
}

TEST_F(HousekeepingTest, WithNoRoomAndNothingToGoOnlyBoundarySamplesAreStoredAndTheRestIsInGaps) {
    options_.budget = 1;
    open();
    ASSERT_TRUE(eventually([&] { return store_->stats().boundary_only; }));
    for (int i = 0; i <= 1800; ++i) {
        store_->append(sample(m1_, kMorning + seconds{i}, 7, i % 900 == 0));
        if (i % 100 == 0) settle(*store_, clock_);
    }
    settle(*store_, clock_);
    EXPECT_EQ(store_->stats().lost, 1798U);

    // With room again everything is stored, and every slot is accounted for.
    store_.reset();
    options_.budget = 0;
    open();
    store_->append(sample(m1_, kMorning + seconds{1801}, 7));
    settle(*store_, clock_);
    std::set<Slot> stored;
    std::set<Slot> in_gap;
    for (const StoredItem& item : everything(*store_)) {
        if (const auto* gap = std::get_if<StoredGap>(&item)) {
            EXPECT_EQ(gap->gap.reason, Quality::storage_lost);
            for (Slot at = gap->gap.from; at < gap->gap.to; at.at += seconds{1}) in_gap.insert(at);
        } else {
            stored.insert(std::get<StoredSample>(item).sample.slot);
        }
    }
    EXPECT_EQ(stored.size(), 4U);
    EXPECT_EQ(in_gap.size(), 1798U);
    EXPECT_LE(everything(*store_).size(), 4U + 3U) << "one gap a boundary interval, not one a commit";
}

TEST_F(HousekeepingTest, BoundarySamplesBeyondTheFloorMakeRoomAndTheirReceiptsGoWithThem) {
    options_.repack = false;
    open();
    live_through(0);
    store_->deliveries().keep_receipt(cloud_, {.items = {1, 2},
                                               .samples = 2,
                                               .gaps = 0,
                                               .lane = Lane::live,
                                               .first_at = kMorning,
                                               .last_at = kMorning + seconds{5},
                                               .answer = "PUBACK 0"});
    live_through(31);
    store_.reset();
    options_.budget = 1;
    open();

    EXPECT_TRUE(eventually([&] { return count("boundary-20261122") == 0; }));
    EXPECT_EQ(count("boundary-"), 1U);
    EXPECT_TRUE(eventually([&] {
        return store_->deliveries().receipts(cloud_, UtcTime{}, 10).value_or(std::vector<Receipt>{}).empty();
    }));
    const DropTally gone = drops();
    EXPECT_EQ(gone.dropped.at({MeterId{"m1"}, FileKind::boundary, DropReason::space}).samples, 3U);
}

TEST_F(HousekeepingTest, ARemovalThatWasCutShortIsFinishedAndCountedOnce) {
    // Given a file that was counted and marked, and the power went
    open();
    live_through(0);
    live_through(1);
    store_.reset();
    {
        auto meta = MetaFile::open(folder_.path() / "meta.db");
        DropTally tally;
        tally.dropped[{MeterId{"m1"}, FileKind::other, DropReason::age}].samples = 1997;
        ASSERT_TRUE((*meta)->note_drop(GoingFile{"other-20261122-0001.db", 2}, tally));
        ASSERT_TRUE((*meta)->note_drop(GoingFile{"other-20261122-0001.db", 2}, tally)) << "tried again";
        // A mark of a file that is another one by now.
        ASSERT_TRUE((*meta)->note_drop(GoingFile{"other-20261123-0001.db", 1}, {}));
    }
    // When the store starts
    open();
    // Then it is gone, counted once, and the other one stays
    EXPECT_EQ(count("other-20261122"), 0U);
    EXPECT_EQ(count("other-20261123"), 1U);
    EXPECT_EQ(store_->stats().dropped, 1997U);
    store_.reset();
    auto meta = MetaFile::open(folder_.path() / "meta.db");
    EXPECT_TRUE((*meta)->going()->empty());
}

TEST_F(HousekeepingTest, DropsSurviveARestart) {
    options_.keep_other = days{1};
    open();
    live_through(0);
    live_through(3);
    reopen();
    ASSERT_TRUE(eventually([&] { return store_->stats().dropped == 1997; }));
    reopen();
    EXPECT_EQ(store_->stats().dropped, 1997U);
}

}  // namespace
}  // namespace mg::test
