#include <algorithm>
#include <csignal>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/support/crash_vfs.h"
#include "tests/unit/buffer/store_fixture.h"

namespace mg::test {
namespace {

using Texts = std::vector<std::string>;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

class DiskTrouble : public ::testing::Test {
protected:
    DiskTrouble() {
        disk_.watch(folder_.path());
        open();
    }
    ~DiskTrouble() override { disk_.heal(); }
    void open() {
        store_.reset();
        store_ = open_or_fail(options_, clock_);
    }
    void append(UtcTime slot, std::uint64_t bits, bool boundary = false) {
        store_->append(sample(m1_, slot, bits, boundary));
    }
    void fill_up(const std::string& part = {}) {
        disk_.fail({.op = DiskOp::write, .lasting = true, .full = true, .part = part});
    }
    void fail_sync(const std::string& part) {
        disk_.fail({.op = DiskOp::sync, .lasting = true, .part = part});
    }
    [[nodiscard]] bool in_trouble() { return !store_->stats().trouble.empty(); }
    void settled() { settle(*store_, clock_); }
    void recovered() {
        ASSERT_TRUE(eventually([&] { return !in_trouble(); }));
        settled();
    }

    CrashVfs& disk_ = CrashVfs::install();
    TemporaryFolder folder_;
    SetClock clock_{kMorning};
    StorageOptions options_ = storage_in(folder_.path());
    std::unique_ptr<SampleStore> store_;
    const LayoutRef m1_ = layout("m1");
};

TEST_F(DiskTrouble, AFullDiskIsSaidAndOverByItself) {
    append(kMorning, 1, true);
    settled();
    fill_up();
    append(kMorning + seconds{1}, 2);
    append(kMorning + seconds{2}, 3, true);
    settled();
    EXPECT_TRUE(in_trouble());
    EXPECT_EQ(store_->stats().waiting, 2U);
    EXPECT_EQ(texts(*store_), Texts{"m1@10:00:00=1 r0"});

    disk_.heal();
    recovered();
    EXPECT_EQ(texts(*store_), (Texts{"m1@10:00:00=1 r0", "m1@10:00:01=2 r0", "m1@10:00:02=3 r0"}));
    EXPECT_EQ(store_->stats().waiting, 0U);
    EXPECT_EQ(store_->stats().lost, 0U);
}

TEST_F(DiskTrouble, ATornGroupIsNeverSeenInHalf) {
    append(kMorning, 1, true);
    append(kMorning + seconds{1}, 2);
    settled();
    const auto seen = store_->newest();
    fail_sync("/other-");
    append(kMorning + seconds{2}, 3);
    append(kMorning + seconds{3}, 4, true);
    settled();
    ASSERT_TRUE(in_trouble());
    // The boundary half is on disk; a consumer that saw it would pass over the sequence of the other half.
    EXPECT_EQ(store_->newest(), seen);
    EXPECT_EQ(texts(*store_).size(), 2U);
    EXPECT_EQ(store_->stats().waiting, 1U);

    disk_.heal();
    recovered();
    const auto rest = store_->peek(seen, 10);
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->items.size(), 2U);
    EXPECT_EQ(texts(*store_).size(), 4U);
}

TEST_F(DiskTrouble, ATornGroupFollowedByAnEndLosesNothingThatWasVisible) {
    append(kMorning, 1, true);
    append(kMorning + seconds{1}, 2);
    settled();
    const auto seen = store_->newest();
    fail_sync("/other-");
    append(kMorning + seconds{2}, 3);
    append(kMorning + seconds{3}, 4, true);
    settled();
    open();  // the old one ends with the trouble still there
    disk_.heal();
    append(kMorning + seconds{4}, 5);
    settled();

    // The boundary sample of the torn group is there, visible only now, after all that had been seen.
    const auto rest = store_->peek(seen, 10);
    ASSERT_TRUE(rest);
    std::set<std::string> found;
    for (const StoredItem& item : rest->items) found.insert(text_of(item));
    EXPECT_TRUE(found.contains("m1@10:00:03=4 r0"));
    EXPECT_TRUE(found.contains("m1@10:00:04=5 r0"));
    EXPECT_EQ(store_->last_slot(MeterId{"m1"}), Slot{kMorning + seconds{4}});
}

TEST_F(DiskTrouble, AHalfInDoubtThatHasNothingToCommitAnyMoreDoesNotHideTheOther) {
    options_.memory_limit = 16 * 1024;
    open();
    append(kMorning, 1, true);
    append(kMorning + seconds{1}, 2);
    settled();
    // The commit of an other sample is in doubt, and then it has to make room for boundary samples.
    fail_sync("/other-");
    append(kMorning + seconds{2}, 3);
    settled();
    fill_up();
    for (int i = 0; store_->stats().lost == 0; ++i) append(kMorning + seconds{900 + i}, 4, true);
    ASSERT_TRUE(in_trouble());

    disk_.heal();
    recovered();
    // No other sample comes for a long time; what is stored is offered all the same.
    append(kMorning + seconds{8000}, 5, true);
    settled();
    const auto offered = texts(*store_);
    EXPECT_NE(std::ranges::find(offered, "m1@12:13:20=5 r0"), offered.end());
    EXPECT_EQ(store_->stats().waiting, 0U);
}

TEST_F(DiskTrouble, WhatAHalfThatIsLetGoHadStoredIsNotPassedOver) {
    append(kMorning, 1, true);
    append(kMorning + days{1} - hours{10}, 2);
    settled();
    clock_.set(kMorning + days{1});
    append(kMorning + days{1}, 3, true);
    append(kMorning + days{1} + seconds{1}, 4);
    settled();
    Sequence cursor = store_->newest();
    std::vector<std::string> received;
    const auto follow = [&] {
        const auto peeked = store_->peek(cursor, 100);
        if (!peeked) return;
        for (const StoredItem& item : peeked->items) received.push_back(text_of(item));
        cursor = peeked->through;
    };
    // The other half fails until its file is let go, and then it cannot be opened: it stays in doubt.
    fail_sync("/other-");
    append(kMorning + days{1} + seconds{2}, 5);
    for (int failure = 0; failure < 5; ++failure) settled();
    disk_.fail({.op = DiskOp::open, .lasting = true, .part = "/other-"});
    // So the boundary half that is on disk now is not visible yet …
    append(kMorning + days{1} + seconds{3}, 6, true);
    settled();
    follow();
    // … when it fails as well, for a value of yesterday, whose file cannot be read, and is let go in its
    // turn.
    disk_.fail_too({.op = DiskOp::read, .lasting = true, .part = "/boundary-20261122"});
    append(kMorning, 7, true);
    for (int failure = 0; failure < 5; ++failure) settled();
    follow();
    EXPECT_EQ(received, Texts{});
    // The other half is well again before the boundary file can be opened.
    disk_.fail({.op = DiskOp::open, .lasting = true, .part = "/boundary-20261123"});
    append(kMorning + days{1} + seconds{4}, 8);
    settled();
    follow();

    disk_.heal();
    recovered();
    follow();
    EXPECT_NE(std::ranges::find(received, "m1@10:00:03=6 r0"), received.end());
    EXPECT_NE(std::ranges::find(received, "m1@10:00:02=5 r0"), received.end());
    EXPECT_NE(std::ranges::find(received, "m1@10:00:04=8 r0"), received.end());
}

TEST_F(DiskTrouble, TroubleWithOneFileDoesNotKeepTheOtherFromTheDisk) {
    fill_up("/other-");
    append(kMorning + seconds{1}, 1);
    append(kMorning, 2, true);
    settled();
    EXPECT_TRUE(in_trouble());
    EXPECT_EQ(store_->stats().waiting, 1U);
    disk_.heal();
    recovered();
    EXPECT_EQ(texts(*store_).size(), 2U);
}

TEST_F(DiskTrouble, LongTroubleDropsOthersFirstAndEverySampleIsStoredOrInAGap) {
    options_.memory_limit = 64 * 1024;
    open();
    fill_up();
    for (int i = 0; i < 3600; ++i) append(kMorning + seconds{i}, 1, i % 900 == 0);
    settled();
    disk_.heal();
    recovered();

    std::set<Slot> stored;
    std::set<Slot> in_gap;
    int boundaries = 0;
    for (const StoredItem& item : everything(*store_)) {
        if (const auto* gap = std::get_if<StoredGap>(&item)) {
            EXPECT_EQ(gap->gap.reason, Quality::storage_lost);
            for (Slot at = gap->gap.from; at < gap->gap.to; at.at += seconds{1}) in_gap.insert(at);
        } else {
            const auto& one = std::get<StoredSample>(item).sample;
            stored.insert(one.slot);
            boundaries += one.boundary ? 1 : 0;
        }
    }
    EXPECT_EQ(boundaries, 4);
    EXPECT_EQ(in_gap.size(), store_->stats().lost);
    EXPECT_EQ(stored.size() + in_gap.size(), 3600U);
    for (const Slot& at : stored) EXPECT_FALSE(in_gap.contains(at));
}

TEST_F(DiskTrouble, ASlowSyncNeverHoldsUpALine) {
    disk_.slow_sync(std::chrono::milliseconds{700});
    append(kMorning, 1);
    store_->commit_soon();
    clock_.wait_until(clock_.steady() + milliseconds{100}, {});  // the sync has begun
    const auto begun = clock_.steady();
    for (int i = 1; i <= 1000; ++i) append(kMorning + seconds{i}, 1);
    EXPECT_LT(clock_.steady() - begun, std::chrono::milliseconds{300});
    EXPECT_LT(store_->newest(), 1000);

    disk_.heal();
    settled();
    EXPECT_EQ(texts(*store_).size(), 1001U);
}

TEST_F(DiskTrouble, AStopWithADiskThatTakesNothingEndsInTime) {
    fill_up();
    append(kMorning, 1, true);
    settled();
    const auto begun = clock_.steady();
    store_.reset();
    EXPECT_LT(clock_.steady() - begun, seconds{5});
}

TEST_F(DiskTrouble, ARestartOnAFullDiskKeepsReadingAndSetsNothingAside) {
    append(kMorning, 1, true);
    append(kMorning + seconds{1}, 2);
    settled();
    fill_up();
    open();
    append(kMorning + seconds{2}, 3);
    settled();
    EXPECT_EQ(texts(*store_).size(), 2U);
    EXPECT_TRUE(files(folder_, "corrupt").empty());

    disk_.heal();
    recovered();
    EXPECT_EQ(texts(*store_).size(), 3U);
}

TEST_F(DiskTrouble, ALimitOfTheSystemOnFileSizesIsTroubleToo) {
    std::signal(SIGXFSZ, SIG_IGN);
    append(kMorning, 1);
    settled();
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{65'536, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 1; i <= 3000; ++i) append(kMorning + seconds{i}, 1);
    settled();
    const bool trouble = in_trouble();
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_TRUE(trouble);
    recovered();
    EXPECT_EQ(texts(*store_).size(), 3001U);
}

}  // namespace
}  // namespace mg::test
