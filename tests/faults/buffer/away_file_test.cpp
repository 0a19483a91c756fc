#include <set>

#include <gtest/gtest.h>

#include "tests/support/crash_vfs.h"
#include "tests/support/stepped_clock.h"
#include "tests/unit/buffer/store_fixture.h"

// The disk does not give one file at a start, and gives it later. Consumers went on meanwhile; nothing that
// is stored is kept from them in the end.
namespace mg::test {
namespace {

using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;

class AwayFile : public ::testing::Test {
protected:
    AwayFile() { disk_.watch(folder_.path()); }
    ~AwayFile() override {
        clock_.run_freely(true);
        store_.reset();
        disk_.heal();
    }
    void open() {
        clock_.run_freely(true);
        store_ = open_or_fail(options_, clock_);
        clock_.run_freely(false);
    }
    void close() {
        clock_.run_freely(true);
        store_.reset();
    }
    void commit() {
        clock_.run_freely(true);
        settle(*store_, clock_);
        clock_.run_freely(false);
    }
    /// A day of twenty samples of both kinds, of which one consumer has six; and the first sample of the
    /// next.
    void a_day_and_a_bit() {
        open();
        for (int i = 0; i < 20; ++i)
            store_->append(sample(m1_, kMorning + seconds{i}, static_cast<std::uint64_t>(i), i % 2 == 0));
        commit();
        store_->ack(cloud_, 6);
        store_->ack(office_, 20);
        clock_.advance(days{1});
        store_->append(sample(m1_, kMorning + days{1}, 100, true));
        store_->append(sample(m1_, kMorning + days{1} + seconds{1}, 101));
        commit();
        all_ = numbers(everything(*store_));
        ASSERT_EQ(all_.size(), 22U);
        close();
    }
    void wait_until_it_is_back() {
        disk_.heal();
        EXPECT_TRUE(eventually([&] {
            clock_.advance(minutes{1});
            return store_->stats().files_away == 0;
        }));
    }
    static std::set<Sequence> numbers(const std::vector<StoredItem>& items) {
        std::set<Sequence> found;
        for (const StoredItem& item : items) found.insert(sequence_of(item));
        return found;
    }
    /// Takes all there is in order, as a consumer does.
    void follow(std::set<Sequence>& taken) {
        const auto peeked = store_->peek(store_->progress(cloud_), 1000);
        ASSERT_TRUE(peeked);
        taken.merge(numbers(peeked->items));
        store_->ack(cloud_, peeked->through);
    }
    /// And what it is ordered to send again.
    void follow_orders(std::set<Sequence>& taken) {
        for (const Resend& order : store_->deliveries().resends(cloud_)) {
            const auto read =
                store_->read({.from = order.from, .to = order.to, .meters = {}}, order.done, 1000);
            ASSERT_TRUE(read);
            for (const Sequence number : numbers(read->items))
                if (number <= order.until) taken.insert(number);
        }
    }
    void lose_a_file() {
        disk_.fail({.op = DiskOp::read, .lasting = true, .part = "other-20261122"});
        ::testing::internal::CaptureStderr();
        open();
        const std::string alarm = ::testing::internal::GetCapturedStderr();
        EXPECT_NE(alarm.find("other-20261122-0001.db cannot be read"), std::string::npos) << alarm;
        EXPECT_EQ(store_->stats().files_away, 1U);
    }

    CrashVfs& disk_ = CrashVfs::install();
    TemporaryFolder folder_{"/dev/shm"};
    SteppedClock clock_{kMorning};
    StorageOptions options_ = storage_in(folder_.path());
    std::unique_ptr<SampleStore> store_;
    const LayoutRef m1_ = layout("m1");
    const UplinkId cloud_{"cloud"};
    const UplinkId office_{"office"};
    std::set<Sequence> all_;
};

TEST_F(AwayFile, ComesBackByItselfAndWhatWasPassedOverIsGivenAgain) {
    a_day_and_a_bit();
    // Given a consumer that passes over it
    lose_a_file();
    std::set<Sequence> taken{1, 2, 3, 4, 5, 6};
    follow(taken);
    EXPECT_EQ(taken.size(), 6U + 7U + 2U);
    EXPECT_EQ(store_->progress(cloud_), 22);
    // When the disk gives it, and some minutes pass
    wait_until_it_is_back();
    // Then the rest is ordered, for the one who missed it only
    follow_orders(taken);
    EXPECT_EQ(taken, all_);
    EXPECT_TRUE(store_->deliveries().resends(office_).empty());
    EXPECT_EQ(numbers(everything(*store_)), all_);
    // And what is in it counts again when something comes twice
    store_->append(sample(m1_, kMorning + seconds{3}, 3));
    commit();
    EXPECT_EQ(store_->stats().duplicates, 1U);
    // Once
    close();
    open();
    EXPECT_EQ(store_->deliveries().resends(cloud_).size(), 1U);
}

TEST_F(AwayFile, ThatIsBackAtALaterStartIsGivenAgainToo) {
    a_day_and_a_bit();
    lose_a_file();
    std::set<Sequence> taken{1, 2, 3, 4, 5, 6};
    follow(taken);
    close();
    lose_a_file();
    follow(taken);
    close();
    disk_.heal();
    open();
    EXPECT_EQ(store_->stats().files_away, 0U);
    follow_orders(taken);
    EXPECT_EQ(taken, all_);
}

TEST_F(AwayFile, IsNotGivenToAnUplinkThatBeganBehindIt) {
    a_day_and_a_bit();
    lose_a_file();
    // Given an uplink that is added meanwhile and begins with what is new, and one that begins in the middle
    const UplinkId fresh{"fresh"};
    const UplinkId middle{"middle"};
    ASSERT_TRUE(store_->begin(fresh, store_->newest()));
    ASSERT_TRUE(store_->begin(middle, 10));
    store_->ack(middle, 22);
    // When the file is back
    wait_until_it_is_back();
    // Then each gets what lies behind its beginning, and nothing else
    EXPECT_TRUE(store_->deliveries().resends(fresh).empty());
    const auto orders = store_->deliveries().resends(middle);
    ASSERT_EQ(orders.size(), 1U);
    EXPECT_EQ(orders.front().done, 10);
}

}  // namespace
}  // namespace mg::test
