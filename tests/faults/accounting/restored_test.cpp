#include <filesystem>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/buffer/store_backup.h"
#include "tests/support/stepped_clock.h"
#include "tests/unit/accounting/accounting_plant.h"
#include "tests/unit/buffer/store_fixture.h"

// Buffer and books that come from different days: one of them was restored from a backup, or is new.
namespace mg::test {
namespace {

namespace fs = std::filesystem;

class FromDifferentDays : public ::testing::Test {
protected:
    FromDifferentDays() { open(); }
    ~FromDifferentDays() override { close(); }

    fs::path books() const { return folder_.path() / kBooksFile; }
    void open() {
        clock_.run_freely(true);
        store_ = open_or_fail(storage_in(folder_.path()), clock_);
        clock_.run_freely(false);
        plant_.keep_in(*store_, books().native());
    }
    void close() {
        plant_.leave();
        clock_.run_freely(true);
        store_.reset();
    }
    void account() {
        settle(*store_, clock_);
        plant_.account();
    }
    void runs(const char* from, const char* to, const char* start, const char* each) {
        plant_.runs("a", from, to, start, each);
        account();
    }
    /// Two days, and the third until ten; more flows before six.
    void until_the_third_day_at_ten() {
        plant_.measures_each_meter();
        runs("2027-01-01 00:00", "2027-01-02 00:00", "1000", "10");
        ASSERT_TRUE(back_up(folder_.path(), backup_, clock_.utc()));
        runs("2027-01-02 00:15", "2027-01-03 00:00", "1970", "10");
        runs("2027-01-03 00:15", "2027-01-03 06:00", "2950", "30");
        runs("2027-01-03 06:15", "2027-01-03 10:00", "3650", "10");
        ASSERT_EQ(plant_.value("elec", "2027-01-03 05:00"), "30.00");
        ASSERT_TRUE(plant_.books().copy_to(later_books_));
    }
    void put_in_place(const fs::path& books_file) {
        fs::copy_file(books_file, books(), fs::copy_options::overwrite_existing);
    }
    std::size_t revisions(const char* period) { return plant_.revisions("elec", period).size(); }
    std::string last_cause(const char* period) { return plant_.revisions("elec", period).back().cause; }
    /// From twelve on the samples of the third day are there again: 2920 at its begin, 3820 at noon.
    void expect_that_figures_stood_and_go_on() {
        EXPECT_EQ(plant_.value("elec", "2027-01-01"), "960.00");
        EXPECT_EQ(plant_.value("elec", "2027-01-02"), "960.00");
        EXPECT_EQ(plant_.value("elec", "2027-01-02 23:45"), "10.00");
        // What the meter itself measured is summed by days, and its full days stand as well
        EXPECT_EQ(plant_.value("a.energy", "2027-01-02"), "960.00");
        EXPECT_EQ(plant_.revisions("a.energy", "2027-01-02").size(), 1U);
        EXPECT_EQ(plant_.value("a.energy", "2027-01-03"), "1380.00");
        EXPECT_EQ(revisions("2027-01-02"), 1U);
        EXPECT_EQ(revisions("2027-01-02 05:00"), 1U);
        // The day that was going on is bridged, and still the difference of its indexes
        EXPECT_EQ(plant_.value("elec", "2027-01-03 05:00"), "18.75 begin_bridged end_bridged");
        EXPECT_EQ(last_cause("2027-01-03 05:00"), "samples gone");
        EXPECT_EQ(plant_.value("elec", "2027-01-03 12:00"), "10.00");
        EXPECT_EQ(last_cause("2027-01-03 13:00"), "");
        EXPECT_EQ(plant_.value("elec", "2027-01-03"), "1380.00");
        EXPECT_EQ(plant_.value("elec", "2027-01-04 00:00"), "10.00");
        // No period is there twice, and none is missing
        const auto quarters =
            plant_.books()
                .records({.items = {"elec"}, .type = StatType::real_time, .from = plant_.at("2027-01-01")})
                .value();
        ASSERT_EQ(quarters.size(), 3U * 96 + 4);
        for (std::size_t i = 1; i < quarters.size(); ++i)
            EXPECT_EQ(quarters[i].period.from, quarters[i - 1].period.to);
    }

    AccountingPlant plant_{"a,hv,1,test,,,1000000,4000,SN-A\n",
                           "elec,电,电力,实时 日 月,15,现场仪表,累计差,a.energy,kWh,2,,,,不计,,,\n"};
    TemporaryFolder folder_{"/dev/shm"};
    TemporaryFolder elsewhere_;
    const fs::path backup_ = elsewhere_.path() / "backup";
    const fs::path later_books_ = elsewhere_.path() / "later.db";
    SteppedClock clock_{plant_.at("2027-01-03 10:00")};
    std::unique_ptr<SampleStore> store_;
};

TEST_F(FromDifferentDays, OlderBooksCatchUpToTheSameFiguresRevisionsAndCauses) {
    const auto days_before = elsewhere_.path() / "before.db";
    runs("2027-01-01 00:00", "2027-01-01 12:00", "1000", "10");
    ASSERT_TRUE(plant_.books().copy_to(days_before));
    plant_.reads("a", "2027-01-01 12:15", "-");
    runs("2027-01-01 12:30", "2027-01-02 09:00", "1500", "10");
    plant_.reads("a", "2027-01-01 12:15", "1481");
    account();
    runs("2027-01-02 09:15", "2027-01-03 10:00", "2330", "10");
    const auto said = plant_.everything_said();
    ASSERT_NE(said.find("late readings"), std::string::npos);

    close();
    put_in_place(days_before);
    open();
    account();

    EXPECT_EQ(plant_.everything_said(), said);
    EXPECT_EQ(plant_.accountant().status().store_changed, "");
    EXPECT_EQ(plant_.what_computing_anew_changes(), "");
}

TEST_F(FromDifferentDays, AnOlderStoreRewritesNoDayAndDoublesNothing) {
    ASSERT_NO_FATAL_FAILURE(until_the_third_day_at_ten());
    close();
    ASSERT_TRUE(restore(backup_, storage_in(folder_.path()), clock_.utc(), {.force = true}));
    put_in_place(later_books_);
    open();
    account();
    EXPECT_NE(plant_.accountant().status().store_changed, "");
    EXPECT_EQ(plant_.value("elec", "2027-01-03 05:00"), "30.00") << "before anything new is known";

    runs("2027-01-03 12:00", "2027-01-04 01:00", "3820", "10");

    expect_that_figures_stood_and_go_on();
    // And a restart finds nothing strange any more
    const auto said = plant_.everything_said();
    close();
    open();
    account();
    EXPECT_EQ(plant_.accountant().status().store_changed, "");
    EXPECT_EQ(plant_.everything_said(), said);
}

TEST_F(FromDifferentDays, ANewStoreBesideOldBooksIsAccountedForFromItsFirstSample) {
    ASSERT_NO_FATAL_FAILURE(until_the_third_day_at_ten());
    close();
    for (const auto& file : files(folder_, "")) fs::remove(file);
    // Longer than the old one was by the time that somebody puts the books back
    open();
    for (int minute = 0; minute < 500; ++minute)
        plant_.reads("b", fmt::format("2027-01-03 {:02}:{:02}", minute / 60, minute % 60), "7");
    plant_.reads("a", "2027-01-03 12:00", "3820");
    settle(*store_, clock_);
    close();
    fs::remove(books());
    put_in_place(later_books_);
    open();
    account();
    EXPECT_NE(plant_.accountant().status().store_changed, "");

    plant_.reads("a", "2027-01-03 12:15", "-");
    runs("2027-01-03 12:30", "2027-01-04 01:00", "3840", "10");
    EXPECT_EQ(plant_.value("elec", "2027-01-03 12:00"), "10.00 end_bridged");
    plant_.reads("a", "2027-01-03 12:15", "3830");
    account();

    expect_that_figures_stood_and_go_on();
}

}  // namespace
}  // namespace mg::test
