#include <gtest/gtest.h>

#include "tests/support/crash_vfs.h"
#include "tests/support/stepped_clock.h"
#include "tests/unit/accounting/accounting_plant.h"
#include "tests/unit/buffer/store_fixture.h"

// The disk does not give a file of boundary samples at a start. The accounting goes past it; when the file is
// back, the figures are what they would have been.
namespace mg::test {
namespace {

using std::chrono::days;
using std::chrono::minutes;

class ReturnedFile : public ::testing::Test {
protected:
    ReturnedFile() { disk_.watch(folder_.path()); }
    ~ReturnedFile() override {
        close();
        disk_.heal();
    }
    void open() {
        clock_.run_freely(true);
        store_ = open_or_fail(storage_in(folder_.path()), clock_);
        clock_.run_freely(false);
    }
    void close() {
        clock_.run_freely(true);
        store_.reset();
    }
    /// The quarter-hours of a day, and the day is over.
    void a_day(const std::string& from, const std::string& to, const std::string& start) {
        plant_.runs("a", from, to, start, "10");
        clock_.run_freely(true);
        settle(*store_, clock_);
        clock_.run_freely(false);
        clock_.advance(days{1});
    }

    AccountingPlant plant_{"a,hv,1,test,,,1000000,4000,SN-A\n",
                           "elec,电,电力,实时 日,15,现场仪表,累计差,a.energy,kWh,2,,,,不计,,,\n"};
    CrashVfs& disk_ = CrashVfs::install();
    TemporaryFolder folder_{"/dev/shm"};
    SteppedClock clock_{plant_.at("2027-01-01 00:30")};
    std::unique_ptr<SampleStore> store_;
};

TEST_F(ReturnedFile, IsAccountedForAfterAll) {
    // Given three days, each in a file of its own, and a disk that does not give the second
    open();
    plant_.keep_in(*store_, "none.db");
    a_day("2027-01-01 00:00", "2027-01-01 23:45", "1000");
    a_day("2027-01-02 00:00", "2027-01-02 23:45", "1960");
    // A thousand came at midnight, so that what is bridged is not right by chance
    a_day("2027-01-03 00:00", "2027-01-03 10:00", "3920");
    close();
    disk_.fail({.op = DiskOp::read, .lasting = true, .part = "boundary-20270102"});
    open();
    ASSERT_EQ(store_->stats().files_away, 1U);
    // And an accounting that goes past it
    plant_.keep_in(*store_, "books.db");
    plant_.account();
    EXPECT_EQ(plant_.value("elec", "2027-01-02 10:00"), "20.31 begin_bridged end_bridged");
    EXPECT_EQ(plant_.value("elec", "2027-01-02"), "1949.69 begin_bridged");
    // When the file is back
    disk_.heal();
    ASSERT_TRUE(eventually([&] {
        clock_.advance(minutes{1});
        return store_->stats().files_away == 0;
    }));
    plant_.account();
    // Then it is as if it had never been away, and the revision says why there is one
    EXPECT_EQ(plant_.value("elec", "2027-01-02 10:00"), "10.00");
    EXPECT_EQ(plant_.revisions("elec", "2027-01-02 10:00").back().cause, "file_returned");
    EXPECT_EQ(plant_.what_computing_anew_changes(), "");
    // Once
    EXPECT_TRUE(store_->deliveries().resends(kAccounting).empty());
    EXPECT_TRUE(plant_.books().to_do().value().empty());
}

}  // namespace
}  // namespace mg::test
