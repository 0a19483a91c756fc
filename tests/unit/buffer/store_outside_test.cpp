#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/sqlite.h"
#include "gateway/buffer/data_folder.h"
#include "gateway/buffer/file_check.h"
#include "gateway/buffer/lost_mark.h"
#include "gateway/buffer/salvage.h"
#include "gateway/buffer/store_backup.h"
#include "gateway/buffer/store_view.h"
#include "tests/unit/buffer/store_fixture.h"

// What other processes do with the folder of a store: read it, check it, save what can be saved, back it up.
namespace mg::test {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;
using std::chrono::days;
using std::chrono::seconds;

class StoreFromOutside : public ::testing::Test {
protected:
    void open() { store_ = open_or_fail(options_, clock_); }
    void close() { store_.reset(); }
    /// Two meters, some hundred samples of both kinds and a gap, on the n-th day.
    void live_through(int day, int samples = 600) {
        const UtcTime morning = kMorning + days{day};
        clock_.set(morning);
        for (int i = 0; i < samples; ++i) {
            store_->append(sample(i % 2 == 0 ? m1_ : m2_, morning + seconds{i}, noise(), i % 100 == 0));
        }
        store_->append(Gap{MeterId{"m3"}, {morning}, {morning + seconds{30 + day}}, Quality::stopped, 0});
        settle(*store_, clock_);
    }
    std::uint64_t noise() { return noise_ = noise_ * 6364136223846793005U + 1442695040888963407U; }
    static Texts texts_of(History& history) {
        Texts all;
        for (Sequence after = 0; after < history.newest();) {
            const auto part = history.read({}, after, 1000);
            EXPECT_TRUE(part) << part.error().what;
            if (!part) break;
            for (const StoredItem& item : part->items) all.push_back(text_of(item));
            after = part->through;
        }
        return all;
    }
    [[nodiscard]] fs::path file(const std::string& name) const { return folder_.path() / name; }
    static void overwrite(const fs::path& path, std::uintmax_t from, std::size_t size) {
        std::fstream bytes{path, std::ios::in | std::ios::out | std::ios::binary};
        bytes.seekp(static_cast<std::streamoff>(from));
        bytes << std::string(size, 'x');
    }
    std::vector<FileFindings> check() {
        LayoutCache layouts;
        std::vector<FileFindings> all;
        for (const FileName& name : files_in(folder_.path())) {
            auto findings = check_file(folder_.path(), name, layouts);
            EXPECT_TRUE(findings);
            if (findings) all.push_back(std::move(*findings));
        }
        return all;
    }
    /// What lies in the folder: name, bytes, and when it was written.
    [[nodiscard]] std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> footprint() const {
        std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> all;
        for (const auto& each : fs::directory_iterator(folder_.path())) {
            all[each.path().filename().native()] = {each.is_regular_file() ? each.file_size() : 0,
                                                    each.last_write_time()};
        }
        return all;
    }

    TemporaryFolder folder_;
    TemporaryFolder elsewhere_;
    SetClock clock_{kMorning};
    StorageOptions options_ = storage_in(folder_.path());
    std::unique_ptr<SampleStore> store_;
    const LayoutRef m1_ = layout("m1", 20, WireType::u64);
    const LayoutRef m2_ = layout("m2", 20, WireType::u64);
    const UplinkId cloud_{"cloud"};
    std::uint64_t noise_{1};
};

TEST_F(StoreFromOutside, IsReadWhileTheDaemonWritesIt) {
    open();
    live_through(0);
    live_through(1);
    std::jthread writer{[&](const std::stop_token& stop) {
        for (int i = 1000; !stop.stop_requested(); ++i) {
            store_->append(sample(m1_, kMorning + days{1} + seconds{i}, 7));
            if (i % 50 == 0) settle(*store_, clock_);
        }
    }};
    for (int round = 0; round < 5; ++round) {
        auto view = StoreView::open(folder_.path());
        ASSERT_TRUE(view) << view.error().what;
        EXPECT_TRUE((*view)->unusable().empty());
        const Texts seen = texts_of(**view);
        const Texts stored = texts(*store_);
        ASSERT_GE(stored.size(), seen.size());
        EXPECT_GE(seen.size(), 1202U);
        EXPECT_TRUE(std::equal(seen.begin(), seen.end(), stored.begin()));
    }
}

TEST_F(StoreFromOutside, LookingChangesNothing) {
    open();
    live_through(0);
    live_through(1);
    const Texts stored = texts(*store_);
    close();
    const auto before = footprint();
    {
        auto view = StoreView::open(folder_.path());
        ASSERT_TRUE(view);
        EXPECT_EQ(texts_of(**view), stored);
    }
    for (const FileFindings& findings : check()) EXPECT_TRUE(findings.sound()) << findings.name.text();
    EXPECT_EQ(footprint(), before);
}

TEST_F(StoreFromOutside, APeriodAndItsMetersAreFound) {
    open();
    live_through(0);
    live_through(1);
    auto view = StoreView::open(folder_.path());
    const HistoryQuery query{{kMorning + days{1}}, {kMorning + days{1} + seconds{10}}, {MeterId{"m2"}}};
    std::size_t items = 0;
    for (Sequence after = 0; after < (*view)->newest();) {
        const auto part = (*view)->read(query, after, 100);
        ASSERT_TRUE(part);
        items += part->items.size();
        after = part->through;
    }
    EXPECT_EQ(items, 5U);
}

TEST_F(StoreFromOutside, AFileThatRetentionTakesMeanwhileIsPassedOver) {
    open();
    live_through(0);
    live_through(1);
    close();
    auto view = StoreView::open(folder_.path());
    ASSERT_TRUE(view);
    fs::remove(file("other-20261122-0001.db"));
    EXPECT_EQ(texts_of(**view).size(), 2 * 601U - 594U);
}

// ---- check ----

TEST_F(StoreFromOutside, AStoreInUseIsSoundWhetherHotPackedOrOpen) {
    open();
    live_through(0);
    live_through(1);
    const auto packed = [&] {
        const auto all = check();
        return std::ranges::any_of(all, [](const FileFindings& f) { return f.summary.packed; });
    };
    close();
    open();
    EXPECT_TRUE(eventually(packed));
    for (const FileFindings& findings : check()) {
        EXPECT_TRUE(findings.sound()) << findings.name.text() << ": " << findings.problems.front();
        EXPECT_GT(findings.items_read, 0);
    }
}

TEST_F(StoreFromOutside, DamageIsFoundAndNamed) {
    options_.repack = false;
    struct Case {
        const char* what;
        std::function<void(const fs::path&)> harm;
    };
    const std::vector<Case> cases{
        {"a page", [](const fs::path& path) { overwrite(path, fs::file_size(path) / 2, 3000); }},
        {"the first page", [](const fs::path& path) { overwrite(path, 0, 200); }},
        {"half of it", [](const fs::path& path) { fs::resize_file(path, fs::file_size(path) / 2); }},
        {"all of it", [](const fs::path& path) { fs::resize_file(path, 0); }},
        {"a row",
         [](const fs::path& path) {
             auto database = sqlite::Database::open(path, sqlite::Access::write);
             ASSERT_TRUE(database->execute("UPDATE samples SET data = x'09' WHERE seq = 5"));
         }},
        {"an index that is lost",
         [](const fs::path& path) {
             auto database = sqlite::Database::open(path, sqlite::Access::write);
             ASSERT_TRUE(database->execute(
                 "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'samples_by_slot'"));
         }},
        {"the header",
         [](const fs::path& path) {
             auto database = sqlite::Database::open(path, sqlite::Access::write);
             ASSERT_TRUE(database->execute("UPDATE header SET items = items + 1"));
         }},
    };
    open();
    live_through(0);
    live_through(1);
    close();
    const fs::path victim = file("other-20261122-0001.db");
    fs::copy_file(victim, elsewhere_.path() / "kept");
    for (const Case& each : cases) {
        fs::copy_file(elsewhere_.path() / "kept", victim, fs::copy_options::overwrite_existing);
        each.harm(victim);
        for (const FileFindings& findings : check()) {
            EXPECT_EQ(findings.sound(), findings.name.text() != "other-20261122-0001.db")
                << each.what << " in " << findings.name.text();
        }
    }
}

// ---- repair ----

TEST_F(StoreFromOutside, WhatCanBeReadOfADamagedFileIsSavedOnceAndUnderNewNumbers) {
    options_.repack = false;
    open();
    live_through(0, 3000);
    live_through(1);
    std::map<std::string, Sequence> before;
    for (const StoredItem& item : everything(*store_)) before[text_of(item)] = sequence_of(item);
    const Sequence newest = store_->newest();
    close();
    const fs::path victim = file("other-20261122-0001.db");
    const auto size = fs::file_size(victim);
    overwrite(victim, size / 2 / 4096 * 4096, 3 * 4096);
    open();  // sets it aside when it is read
    EXPECT_TRUE(eventually([&] {
        static_cast<void>(texts(*store_));
        return files(folder_, "corrupt").size() == 1;
    }));
    const auto sequences_given = store_->newest();
    close();
    const auto aside = files(folder_, "corrupt").front();
    const auto aside_size = fs::file_size(aside);

    const auto saved = salvage(options_, {}, clock_);
    ASSERT_TRUE(saved) << saved.error().what;
    ASSERT_EQ(saved->size(), 1U);
    EXPECT_GT(saved->front().saved, 2000U) << "three of some hundred pages are lost";
    EXPECT_EQ(saved->front().saved + saved->front().unreadable, 2970U);
    EXPECT_EQ(saved->front().stored_already, 0U);
    EXPECT_EQ(fs::file_size(aside), aside_size);

    const auto again = salvage(options_, {}, clock_);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->front().saved, 0U);
    EXPECT_EQ(again->front().stored_already, saved->front().saved);

    open();
    std::set<std::string> seen;
    Sequence last = 0;
    std::size_t renumbered = 0;
    for (const StoredItem& item : everything(*store_)) {
        EXPECT_TRUE(seen.insert(text_of(item)).second) << "twice: " << text_of(item);
        const auto known = before.find(text_of(item));
        ASSERT_NE(known, before.end()) << "never stored: " << text_of(item);
        EXPECT_GT(sequence_of(item), last);
        last = sequence_of(item);
        if (known->second == sequence_of(item)) continue;
        ++renumbered;
        EXPECT_GT(sequence_of(item), std::max(newest, sequences_given));
    }
    EXPECT_EQ(renumbered, saved->front().saved);
    store_->append(sample(m1_, kMorning + days{1} + seconds{9000}, 1));
    settle(*store_, clock_);
    EXPECT_GT(store_->newest(), last);
}

TEST_F(StoreFromOutside, RepairLeavesNoFileOfAnotherOwner) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can leave files of another owner";
    options_.repack = false;
    open();
    live_through(0);
    live_through(1);
    close();
    overwrite(file("other-20261122-0001.db"), 8192, 4096);
    constexpr uid_t kSomebody = 12'345;
    for (const auto& each : fs::recursive_directory_iterator(folder_.path())) {
        ASSERT_EQ(::chown(each.path().c_str(), kSomebody, kSomebody), 0);
    }
    ASSERT_EQ(::chown(folder_.path().c_str(), kSomebody, kSomebody), 0);
    fs::remove(file("lock"));

    const auto saved = salvage(options_, {}, clock_);
    ASSERT_TRUE(saved) << saved.error().what;
    ASSERT_EQ(saved->size(), 1U);
    EXPECT_FALSE(saved->front().into.empty());
    for (const auto& each : fs::recursive_directory_iterator(folder_.path())) {
        struct stat found{};
        ASSERT_EQ(::stat(each.path().c_str(), &found), 0);
        EXPECT_EQ(found.st_uid, kSomebody) << each.path();
    }
}

TEST_F(StoreFromOutside, RepairAndRestoreWaitForNobodyElsesFolder) {
    open();
    live_through(0);
    const auto refused = salvage(options_, {}, clock_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Failure::invalid_config);
    const fs::path to = elsewhere_.path() / "backup";
    ASSERT_TRUE(back_up(folder_.path(), to, clock_.utc()));
    const auto not_now = restore(to, options_, clock_.utc(), {.force = true});
    ASSERT_FALSE(not_now);
    EXPECT_EQ(not_now.error().kind, Failure::invalid_config);
}

// ---- backup ----

TEST_F(StoreFromOutside, ABackupTakenWhileSamplesComeIsRestoredAndNoNumberComesTwice) {
    const fs::path to = elsewhere_.path() / "backup";
    open();
    live_through(0);
    store_->ack(cloud_, 100);
    EXPECT_TRUE(eventually([&] {
        auto meta = MetaFile::view(folder_.path() / "meta.db");
        const auto rows = (*meta)->deliveries();
        return rows && rows->contains(cloud_) && rows->at(cloud_).progress.through == 100;
    }));
    {
        std::jthread writer{[&](const std::stop_token& stop) {
            for (int i = 1000; !stop.stop_requested(); ++i) {
                store_->append(sample(m1_, kMorning + seconds{i}, noise(), i % 10 == 0));
                if (i % 20 == 0) settle(*store_, clock_);
            }
        }};
        const auto made = back_up(folder_.path(), to, clock_.utc());
        ASSERT_TRUE(made) << made.error().what;
        EXPECT_TRUE(made->left_out.empty());
    }
    // The store goes on, and its consumer with it.
    live_through(1);
    store_->ack(cloud_, store_->newest());
    std::map<Sequence, std::string> given_out;
    for (const StoredItem& item : everything(*store_)) given_out[sequence_of(item)] = text_of(item);
    close();

    // The disk dies; a new one gets the backup.
    const TemporaryFolder fresh;
    StorageOptions there = storage_in(fresh.path());
    const auto restored = restore(to, there, clock_.utc());
    ASSERT_TRUE(restored) << restored.error().what;
    auto again = open_or_fail(there, clock_);
    EXPECT_EQ(again->progress(cloud_), 100);
    again->append(sample(m1_, kMorning + days{2}, 7));
    settle(*again, clock_);

    // The consumer gets all that comes after its place, in order, as it was; new things under new numbers.
    Sequence last = 100;
    const auto rest = again->peek(100, 100'000);
    ASSERT_TRUE(rest);
    for (const StoredItem& item : rest->items) {
        EXPECT_GT(sequence_of(item), last);
        last = sequence_of(item);
        const auto known = given_out.find(last);
        if (last <= restored->newest) {
            ASSERT_NE(known, given_out.end()) << last;
            EXPECT_EQ(known->second, text_of(item));
        } else {
            EXPECT_EQ(known, given_out.end()) << "given out before: " << last;
        }
    }
    EXPECT_EQ(last, again->newest());
    EXPECT_GE(last, restored->goes_on_at);
    EXPECT_GT(last, given_out.rbegin()->first + 1'000'000'000'000 - 1'000'000);
}

TEST_F(StoreFromOutside, ABackupNeverHasAConsumerAheadOfItsSamples) {
    open();
    live_through(0);
    std::jthread busy{[&](const std::stop_token& stop) {
        for (int i = 1000; !stop.stop_requested(); ++i) {
            store_->append(sample(m1_, kMorning + seconds{i}, 7, i % 2 == 0));
            settle(*store_, clock_);
            store_->ack(cloud_, store_->newest());
            static_cast<void>(store_->deliveries().receipts(cloud_, kMorning, 1));  // writes what was acked
        }
    }};
    for (int round = 0; round < 10; ++round) {
        const fs::path to = elsewhere_.path() / std::to_string(round);
        const auto made = back_up(folder_.path(), to, clock_.utc());
        ASSERT_TRUE(made) << made.error().what;
        const auto meta = MetaFile::view(to / "meta.db");
        ASSERT_TRUE(meta);
        EXPECT_LE((*meta)->deliveries().value()[cloud_].progress.through, made->newest);
    }
}

TEST_F(StoreFromOutside, AFolderThatHoldsAStoreIsNotOverwritten) {
    const fs::path to = elsewhere_.path() / "backup";
    open();
    live_through(0);
    ASSERT_TRUE(back_up(folder_.path(), to, clock_.utc()));
    live_through(1);
    const Texts later = texts(*store_);
    close();
    const auto refused = restore(to, options_, clock_.utc());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Failure::invalid_config);

    const auto forced = restore(to, options_, clock_.utc(), {.force = true});
    ASSERT_TRUE(forced) << forced.error().what;
    open();
    EXPECT_EQ(texts(*store_).size(), 601U);
    close();
    // What was there is whole where it lies now.
    auto moved = open_or_fail(storage_in(forced->moved_to), clock_);
    EXPECT_EQ(texts(*moved), later);
}

TEST_F(StoreFromOutside, ABackupThatWasAlteredOrNotFinishedIsRefusedBeforeAnythingChanges) {
    const fs::path to = elsewhere_.path() / "backup";
    open();
    live_through(0);
    ASSERT_TRUE(back_up(folder_.path(), to, clock_.utc()));
    EXPECT_FALSE(back_up(folder_.path(), to, clock_.utc())) << "not empty";
    close();
    const auto before = footprint();
    overwrite(to / "other-20261122-0001.db", 5000, 1);
    const auto altered = restore(to, options_, clock_.utc(), {.force = true});
    ASSERT_FALSE(altered);
    EXPECT_EQ(altered.error().kind, Failure::corrupt);
    fs::remove(to / "manifest.json");
    const auto unfinished = restore(to, options_, clock_.utc(), {.force = true});
    ASSERT_FALSE(unfinished);
    EXPECT_EQ(unfinished.error().kind, Failure::invalid_config);
    EXPECT_EQ(footprint(), before);
}

TEST(LostMark, TheSameBackupRestoredTwiceGoesOnAtDifferentNumbers) {
    const Sequence first = mark_beyond(1000, kMorning);
    const Sequence second = mark_beyond(1000, kMorning + std::chrono::hours{1});
    // More than 10,000 meters read each second give out in an hour.
    EXPECT_GT(second - first, 36'000'000);
    EXPECT_GT(first, 1'000'000'000'000);
    EXPECT_GE(mark_beyond(1000, UtcTime{}), 1'000'000'001'000) << "a clock that says 1970";
}

TEST(LostMark, HundredsOfRestoresStayWithinWhatJsonReadersCount) {
    Sequence mark = 0;
    for (int restores = 0; restores < 200; ++restores)
        mark = mark_beyond(mark, kMorning + std::chrono::years{10});
    EXPECT_LT(mark, Sequence{1} << 53U);
}

}  // namespace
}  // namespace mg::test
