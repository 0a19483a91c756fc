#include <fstream>

#include <gtest/gtest.h>

#include "gateway/base/guarded.h"
#include "gateway/base/sqlite.h"
#include "gateway/buffer/day_file.h"
#include "tests/unit/buffer/store_fixture.h"

// What only the store on disk promises: files, days, restarts, damage.
namespace mg::test {
namespace {

using Texts = std::vector<std::string>;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

class SqliteStoreTest : public ::testing::Test {
protected:
    void open() { store_ = open_or_fail(options_, clock_); }
    void close() { store_.reset(); }
    void reopen() {
        close();
        open();
    }
    void store_all(auto... items) {
        (store_->append(std::move(items)), ...);
        settle(*store_, clock_);
    }
    /// One statement on a file that nobody has open.
    void change(const std::filesystem::path& file, const char* sql) {
        auto database = sqlite::Database::open(file, sqlite::Access::write);
        ASSERT_TRUE(database);
        const auto changed = database->execute(sql);
        ASSERT_TRUE(changed) << changed.error().what;
    }
    static void overwrite(const std::filesystem::path& file, std::streamoff from, std::size_t size) {
        std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
        bytes.seekp(from);
        bytes << std::string(size, 'x');
    }

    TemporaryFolder folder_;
    SetClock clock_{kMorning};
    StorageOptions options_ = storage_in(folder_.path());
    std::unique_ptr<SampleStore> store_;
    const LayoutRef m1_ = layout("m1");
    const LayoutRef m2_ = layout("m2");
    const UplinkId cloud_{"cloud"};
};

TEST_F(SqliteStoreTest, ARestartKeepsEverything) {
    open();
    store_all(sample(m1_, kMorning, 7, true), sample(m2_, kMorning + seconds{5}, 8, false, 3),
              Gap{MeterId{"m3"}, {kMorning}, {kMorning + seconds{30}}, Quality::stopped, 0});
    store_->ack(cloud_, 2);
    ASSERT_TRUE(store_->set_aside(cloud_, 2, "unknown item"));
    const auto before = texts(*store_);
    const auto newest = store_->newest();

    reopen();
    EXPECT_EQ(texts(*store_), before);
    EXPECT_EQ(store_->newest(), newest);
    EXPECT_EQ(store_->progress(cloud_), 2);
    EXPECT_EQ(store_->set_aside_count(cloud_), 1U);
    EXPECT_EQ(store_->backlog(cloud_), 1U);
    EXPECT_EQ(store_->last_slot(MeterId{"m2"}), Slot{kMorning + seconds{5}});
    EXPECT_EQ(store_->last_slot(MeterId{"m3"}), Slot{kMorning + seconds{30} - milliseconds{1}});
    EXPECT_EQ(store_->last_taken_at(), kMorning + seconds{5} + milliseconds{40});
    EXPECT_EQ(store_->last_epoch(), 3U);
    store_all(sample(m1_, kMorning, 7, true), sample(m1_, kMorning + seconds{6}, 9));
    EXPECT_EQ(texts(*store_).size(), 4U);
    EXPECT_GT(store_->newest(), newest);
    EXPECT_EQ(files(folder_, ".db").size(), 3U);
}

TEST_F(SqliteStoreTest, WhatWasAckedIsOnDiskWithinASecond) {
    open();
    store_all(sample(m1_, kMorning, 7));
    store_->ack(cloud_, 1);

    EXPECT_TRUE(eventually([&] {
        auto meta = sqlite::Database::open(folder_.path() / "meta.db", sqlite::Access::query);
        return meta &&
               meta->integer("SELECT through FROM progress WHERE consumer = 'cloud'").value_or(0) == 1;
    }));
}

TEST_F(SqliteStoreTest, NothingIsWrittenWhenNothingHappens) {
    open();
    store_all(sample(m1_, kMorning, 7, true), sample(m1_, kMorning + seconds{1}, 7));
    store_->ack(cloud_, 2);
    const auto stamps = [&] {
        std::vector<std::filesystem::file_time_type> all;
        for (const auto& each : std::filesystem::directory_iterator(folder_.path()))
            all.push_back(each.last_write_time());
        return all;
    };
    clock_.wait_until(clock_.steady() + milliseconds{1500}, {});
    const auto before = stamps();
    store_->ack(cloud_, 1);
    clock_.wait_until(clock_.steady() + milliseconds{1500}, {});
    EXPECT_EQ(stamps(), before);
}

TEST_F(SqliteStoreTest, ANewDayBeginsNewFilesAndReadersGoOnInOrder) {
    open();
    store_all(sample(m1_, kMorning, 1, true), sample(m1_, kMorning + seconds{1}, 2));
    const auto halfway = store_->newest();
    clock_.set(kMorning + hours{14});  // midnight at the site
    store_all(sample(m1_, kMorning + hours{14}, 3, true), sample(m1_, kMorning + hours{14} + seconds{1}, 4));

    EXPECT_EQ(texts(*store_),
              (Texts{"m1@10:00:00=1 r0", "m1@10:00:01=2 r0", "m1@00:00:00=3 r0", "m1@00:00:01=4 r0"}));
    EXPECT_TRUE(exists(folder_.path() / "boundary-20261122-0001.db"));
    EXPECT_TRUE(exists(folder_.path() / "boundary-20261123-0001.db"));
    EXPECT_TRUE(exists(folder_.path() / "other-20261123-0001.db"));
    const auto rest = store_->peek(halfway, 10);
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->items.size(), 2U);
    reopen();
    EXPECT_EQ(texts(*store_).size(), 4U);
}

TEST_F(SqliteStoreTest, AClosedFileIsNeverWrittenAgain) {
    open();
    store_all(sample(m1_, kMorning, 1, true));
    clock_.set(kMorning + days{1});
    store_all(sample(m1_, kMorning + days{1}, 2, true));
    const auto first = files(folder_, "boundary-20261122-0001.db").front();
    const auto written = std::filesystem::last_write_time(first);
    clock_.set(kMorning);  // somebody sets the clock back
    store_all(sample(m1_, kMorning + seconds{1}, 3, true, 1));
    reopen();

    EXPECT_EQ(std::filesystem::last_write_time(first), written);
    EXPECT_EQ(files(folder_, "boundary-20261122-0002.db").size(), 1U);
    EXPECT_EQ(texts(*store_), (Texts{"m1@10:00:00=1 r0", "m1@10:00:00=2 r0", "m1@10:00:01=3 r0"}));
}

TEST_F(SqliteStoreTest, AnUnfinishedFileOfYesterdayIsClosedAtStart) {
    open();
    store_all(sample(m1_, kMorning, 1, true));
    close();
    clock_.set(kMorning + days{1});
    open();
    const auto closed = [&] {
        auto file =
            sqlite::Database::open(folder_.path() / "boundary-20261122-0001.db", sqlite::Access::immutable);
        return file && file->integer("SELECT closed FROM header").value_or(0) == 1;
    };
    EXPECT_TRUE(eventually(closed));
    EXPECT_EQ(texts(*store_), Texts{"m1@10:00:00=1 r0"});
}

TEST_F(SqliteStoreTest, ABackFillSupersedesInAFileOfAnEarlierDay) {
    open();
    store_all(missing(m1_, kMorning), sample(m1_, kMorning + seconds{1}, 1));
    clock_.set(kMorning + days{1});
    store_all(sample(m1_, kMorning + days{1}, 2));
    store_all(sample(m1_, kMorning, 9), sample(m1_, kMorning + seconds{1}, 9));
    reopen();
    store_all(sample(m1_, kMorning, 10));

    EXPECT_EQ(texts(*store_),
              (Texts{"m1@10:00:00=no_reply r0", "m1@10:00:01=1 r0", "m1@10:00:00=2 r0", "m1@10:00:00=9 r1"}));
}

TEST_F(SqliteStoreTest, AModelMayChangeAtNoon) {
    open();
    store_all(sample(m1_, kMorning, 1));
    store_all(sample(layout("m1", 3, WireType::u64), kMorning + seconds{1}, 2));
    reopen();

    const auto items = everything(*store_);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(std::get<StoredSample>(items[0]).sample.layout->points.size(), 2U);
    EXPECT_EQ(std::get<StoredSample>(items[1]).sample.layout->points.size(), 3U);
}

/// Remembers how long its users meant to sleep.
class NapClock final : public Clock {
public:
    [[nodiscard]] UtcTime utc() const override { return real_.utc(); }
    [[nodiscard]] SteadyTime steady() const override { return real_.steady(); }
    [[nodiscard]] bool synchronised() const override { return true; }
    bool wait_until(SteadyTime due, std::stop_token stop) override {
        return real_.wait_until(due, std::move(stop));
    }
    Wake wait(SteadyTime due, std::stop_token stop, Signal& signal) override {
        const auto nap = std::chrono::duration_cast<milliseconds>(due - steady());
        longest_.with([&](milliseconds& longest) { longest = std::max(longest, nap); });
        return real_.wait(due, std::move(stop), signal);
    }
    [[nodiscard]] milliseconds longest_nap() const { return longest_.copy(); }

private:
    SystemClock real_;
    Guarded<milliseconds> longest_;
};

TEST_F(SqliteStoreTest, ItsThreadShowsThatItLivesAndThatItWaitsForTheDisk) {
    enum class Sign : std::uint8_t { progress, disk };
    Guarded<std::vector<Sign>> signs;
    NapClock clock;
    auto store =
        open_store(options_, {}, clock,
                   {.progress = [&] { signs.with([](auto& said) { said.push_back(Sign::progress); }); },
                    .waiting_for_disk = [&] { signs.with([](auto& said) { said.push_back(Sign::disk); }); }});
    ASSERT_TRUE(store);
    (*store)->append(sample(m1_, kMorning, 7));
    settle(**store, clock);
    // The thread may be at work when flush() returns; it says so when it is back.
    EXPECT_TRUE(
        eventually([&] { return signs.copy().size() >= 2 && signs.copy().back() == Sign::progress; }));

    EXPECT_LE(clock.longest_nap(), seconds{10}) << "or the watchdog takes an idle store for a dead one";
    EXPECT_EQ(signs.copy().front(), Sign::disk) << "nothing may touch the disk before it is said";
    store->reset();
    EXPECT_EQ(signs.copy().back(), Sign::disk) << "the last commit may take its time as well";
}

TEST_F(SqliteStoreTest, ASecondProcessIsToldWhoHasTheFolder) {
    open();
    const auto second = open_store(options_, {}, clock_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, Failure::invalid_config);
    EXPECT_NE(second.error().what.find(std::to_string(::getpid())), std::string::npos) << second.error().what;
}

TEST_F(SqliteStoreTest, AFolderThatCannotBeWrittenIsRefusedInOneLine) {
    for (const char* path : {"/proc/metergate", "/sys/kernel", "/dev/null"}) {
        const auto refused = open_store(StorageOptions{.path = path, .allow_tmpfs = true}, {}, clock_);
        ASSERT_FALSE(refused) << path;
        EXPECT_EQ(refused.error().kind, Failure::invalid_config) << path;
        EXPECT_NE(refused.error().what.find(path), std::string::npos);
    }
}

TEST_F(SqliteStoreTest, AFolderInMemoryIsRefused) {
    const TemporaryFolder memory{"/dev/shm"};
    const auto refused = open_store(StorageOptions{.path = memory.path()}, {}, clock_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Failure::invalid_config);
}

TEST_F(SqliteStoreTest, AFileThatIsNoDatabaseIsSetAsideAndCollectionGoesOn) {
    open();
    store_all(sample(m1_, kMorning, 1, true), sample(m1_, kMorning + seconds{1}, 2));
    const auto newest = store_->newest();
    close();
    overwrite(folder_.path() / "boundary-20261122-0001.db", 0, 4096);
    open();
    store_all(sample(m1_, kMorning + seconds{2}, 3, true));

    EXPECT_EQ(files(folder_, "boundary-20261122-0001.db.corrupt-").size(), 1U);
    EXPECT_EQ(files(folder_, "boundary-20261122-0002.db").size(), 1U);
    EXPECT_EQ(texts(*store_), (Texts{"m1@10:00:01=2 r0", "m1@10:00:02=3 r0"}));
    EXPECT_GT(store_->newest(), newest);
}

TEST_F(SqliteStoreTest, WhatAPowerCutLeftOfAFileBeingMadeIsSweptAwayWithoutAlarm) {
    for (const char* name : {"other-20261122-0001.db.new", "boundary-20261122-0001.db.new-journal"})
        std::ofstream{folder_.path() / name} << "half";
    open();
    store_all(sample(m1_, kMorning, 1, true), sample(m1_, kMorning + seconds{1}, 2));

    EXPECT_TRUE(files(folder_, ".new").empty());
    EXPECT_TRUE(files(folder_, "corrupt").empty());
    EXPECT_EQ(files(folder_, "other-20261122-0001.db").size(), 1U);
    EXPECT_EQ(texts(*store_).size(), 2U);
}

TEST_F(SqliteStoreTest, AFileFoundDamagedWhileReadingIsSetAsideAndReadingGoesOn) {
    open();
    for (int i = 0; i < 2000; ++i) store_->append(sample(m1_, kMorning + seconds{i}, 1));
    settle(*store_, clock_);
    clock_.set(kMorning + days{1});
    store_all(sample(m1_, kMorning + days{1}, 2, true));
    store_all(sample(m1_, kMorning + days{1} + seconds{1}, 3));
    const auto file = files(folder_, "other-20261122-0001.db").front();
    overwrite(file, 4096, std::filesystem::file_size(file) - 4096);

    EXPECT_TRUE(eventually([&] { return texts(*store_) == Texts{"m1@10:00:00=2 r0", "m1@10:00:01=3 r0"}; }));
    EXPECT_TRUE(eventually([&] { return files(folder_, "other-20261122-0001.db.corrupt-").size() == 1; }));
    EXPECT_TRUE(eventually([&] { return store_->stats().dropped == 2000U; }));
}

TEST_F(SqliteStoreTest, ADamagedItemIsPassedOverAndCounted) {
    open();
    store_all(sample(m1_, kMorning, 1), sample(m1_, kMorning + seconds{1}, 2),
              sample(m1_, kMorning + seconds{2}, 3));
    close();
    change(folder_.path() / "other-20261122-0001.db", "UPDATE samples SET data = x'0100FF' WHERE seq = 2");
    open();

    EXPECT_EQ(texts(*store_), (Texts{"m1@10:00:00=1 r0", "m1@10:00:02=3 r0"}));
    EXPECT_EQ(texts(*store_).size(), 2U);
    EXPECT_EQ(store_->stats().damaged, 1U);
    EXPECT_EQ(store_->peek(0, 10)->through, 3);
}

TEST_F(SqliteStoreTest, ALogWithoutItsFileGoesAtTheStart) {
    open();
    store_all(sample(m1_, kMorning, 1));
    close();
    // Given what a power cut leaves of a file that was being removed, and of one that was being set aside
    const auto gone = folder_.path() / "other-20261101-0001.db";
    const auto aside = folder_.path() / "other-20261102-0001.db.corrupt-20261122T020000Z";
    std::ofstream{gone.native() + "-wal"} << "frames";
    std::ofstream{gone.native() + "-shm"} << "index";
    std::ofstream{aside} << "pages";
    std::ofstream{folder_.path() / "other-20261102-0001.db-wal"} << "its frames";
    // When
    open();
    // Then
    EXPECT_TRUE(files(folder_, "20261101").empty());
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "other-20261102-0001.db-wal"));
    EXPECT_TRUE(std::filesystem::exists(aside.native() + "-wal"));
    EXPECT_EQ(texts(*store_), Texts{"m1@10:00:00=1 r0"});
}

TEST_F(SqliteStoreTest, WithMetaLostTheSequencesGoOnAboveAllThatWereGiven) {
    open();
    store_all(sample(m1_, kMorning, 1), sample(m1_, kMorning + seconds{1}, 2));
    const auto newest = store_->newest();
    close();
    overwrite(folder_.path() / "meta.db", 0, 4096);
    open();
    store_all(sample(m1_, kMorning + seconds{2}, 3));

    EXPECT_GT(store_->newest(), newest);
    EXPECT_EQ(texts(*store_).size(), 3U);
    EXPECT_EQ(store_->progress(cloud_), 0);
    EXPECT_EQ(files(folder_, "meta.db.corrupt-").size(), 1U);
}

TEST_F(SqliteStoreTest, FilesOfAnotherStoreAreNotMixedIn) {
    open();
    store_all(sample(m1_, kMorning, 1));
    close();
    change(folder_.path() / "other-20261122-0001.db", "UPDATE header SET store = 'somebody else'");
    open();
    EXPECT_EQ(texts(*store_), Texts{});
    EXPECT_EQ(files(folder_, "other-20261122-0001.db.corrupt-").size(), 1U);
}

TEST_F(SqliteStoreTest, RetentionTakesWholeOldFilesAndKeepsBoundariesLonger) {
    options_.keep_other = days{10};
    options_.keep_boundary = days{100};
    open();
    store_all(sample(m1_, kMorning, 1, true), sample(m1_, kMorning + seconds{1}, 2));
    clock_.set(kMorning + days{9});
    store_all(sample(m1_, kMorning + days{9}, 3));
    close();
    clock_.set(kMorning + days{11});
    open();
    EXPECT_TRUE(eventually([&] { return store_->stats().dropped == 1; }));
    EXPECT_EQ(texts(*store_), (Texts{"m1@10:00:00=1 r0", "m1@10:00:00=3 r0"}));
    EXPECT_TRUE(files(folder_, "other-20261122").empty());
}

TEST(FileNames, ReadBackWhatTheySayAndNothingElse) {
    const FileName name{FileKind::other, local_day(kMorning, std::chrono::minutes{480}), 12};
    EXPECT_EQ(name.text(), "other-20261122-0012.db");
    EXPECT_EQ(FileName::from(name.text()), name);
    for (const char* text :
         {"", "other", "other-20261122-12.db", "other-20261322-0001.db", "meta.db", "boundary-.db",
          "other-20261122-0012.db-wal", "other-20261122-0012.db.corrupt-1"}) {
        EXPECT_EQ(FileName::from(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace mg::test
