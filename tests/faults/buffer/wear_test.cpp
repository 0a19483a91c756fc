#include <gtest/gtest.h>

#include "tests/support/crash_vfs.h"
#include "tests/support/stepped_clock.h"
#include "tests/unit/buffer/store_fixture.h"

// A flash card lives as long as it is not written to: what the store asks of the disk, counted below SQLite.
namespace mg::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Wear : public ::testing::Test {
protected:
    Wear() { disk_.watch(folder_.path()); }
    ~Wear() override { clock_.run_freely(true); }
    void open_with_some_samples() {
        store_ = open_or_fail(storage_in(folder_.path()), clock_);
        for (int i = 0; i < 100; ++i)
            store_->append(sample(layout("m1"), kMorning + seconds{i}, 1, i % 10 == 0));
        clock_.run_freely(true);
        settle(*store_, clock_);
        store_->ack({"cloud"}, 1);
        clock_.run_freely(false);
        pass(seconds{2});
    }
    /// In steps, so that whoever waits does its work in each.
    void pass(milliseconds time, milliseconds step = milliseconds{500}) {
        for (milliseconds passed{0}; passed < time; passed += step) {
            const auto rests = clock_.rests();
            store_->commit_soon();
            ASSERT_TRUE(clock_.wait_for_rest(rests));
            clock_.advance(step);
        }
    }

    CrashVfs& disk_ = CrashVfs::install();
    TemporaryFolder folder_{"/dev/shm"};
    SteppedClock clock_{kMorning};
    std::unique_ptr<SampleStore> store_;
};

TEST_F(Wear, NothingIsWrittenWhenNothingHappens) {
    open_with_some_samples();
    const auto before = disk_.operations();
    pass(minutes{10}, seconds{5});
    EXPECT_EQ(disk_.operations(), before);
}

TEST_F(Wear, CursorsAreWrittenAtMostOnceASecond) {
    open_with_some_samples();
    const auto before = disk_.count(DiskOp::sync);
    for (Sequence at = 2; at <= 99; ++at) {
        store_->ack({"cloud"}, at);
        pass(milliseconds{100}, milliseconds{100});
    }
    pass(seconds{2});
    const auto syncs = disk_.count(DiskOp::sync) - before;
    EXPECT_GT(syncs, 0U);
    EXPECT_LE(syncs, 12U) << "in twelve seconds";
}

}  // namespace
}  // namespace mg::test
