#include <algorithm>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include "tests/unit/buffer/store_fixture.h"

// A file comes to harm while nobody looks. Whatever it is: the store opens, what is sound is still offered,
// what is not is kept under another name for people with more time, and collection goes on above all
// sequences that were ever given.
namespace mg::test {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using Path = std::filesystem::path;

void overwrite(const Path& file, std::uintmax_t from, std::size_t size, char with = 'x') {
    std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekp(static_cast<std::streamoff>(from));
    bytes << std::string(size, with);
}

struct Damage {
    const char* name;
    std::function<void(const Path&)> act;
};

/// What makes a file unusable as a whole.
const std::vector<Damage>& damages() {
    static const std::vector<Damage> all{
        {"header", [](const Path& file) { overwrite(file, 0, 100); }},
        {"magic", [](const Path& file) { overwrite(file, 3, 1); }},
        {"pages", [](const Path& file) { overwrite(file, 4096, std::filesystem::file_size(file) - 4096); }},
        {"truncated", [](const Path& file) { std::filesystem::resize_file(file, 4096 + 100); }},
        {"empty", [](const Path& file) { std::filesystem::resize_file(file, 0); }},
        {"no database",
         [](const Path& file) { std::ofstream{file, std::ios::binary} << "not a database\n"; }},
        {"zeros", [](const Path& file) { overwrite(file, 0, std::filesystem::file_size(file), '\0'); }},
    };
    return all;
}

class DamagedFile : public ::testing::Test {
protected:
    void open() { store_ = open_or_fail(options_, clock_); }
    void close() { store_.reset(); }
    void append(UtcTime slot, std::uint64_t bits, bool boundary) {
        store_->append(sample(m1_, slot, bits, boundary));
    }
    void afresh() {
        close();
        for (const auto& each : std::filesystem::directory_iterator(folder_.path()))
            std::filesystem::remove(each.path());
        clock_.set(kMorning);
    }
    /// Two days of both kinds; true: the file is closed when it comes to harm.
    void two_days() {
        open();
        for (int i = 0; i < 300; ++i) append(kMorning + seconds{i}, 1, i % 2 == 0);
        settle(*store_, clock_);
        clock_.set(kMorning + days{1});
        for (int i = 0; i < 300; ++i) append(kMorning + days{1} + seconds{i}, 2, i % 2 == 0);
        settle(*store_, clock_);
        newest_ = store_->newest();
        close();
    }
    /// How many samples of each (kind, day) are offered; those of today above every sequence given before.
    std::map<std::pair<bool, std::uint64_t>, int> offered() {
        std::map<std::pair<bool, std::uint64_t>, int> found;
        for (const StoredItem& item : everything(*store_)) {
            const Sample& one = std::get<StoredSample>(item).sample;
            EXPECT_EQ(sequence_of(item) > newest_, one.readings.front().bits == 3) << text_of(item);
            ++found[{one.boundary, one.readings.front().bits}];
        }
        return found;
    }

    TemporaryFolder folder_{"/dev/shm"};
    SetClock clock_{kMorning};
    StorageOptions options_ = storage_in(folder_.path());
    std::unique_ptr<SampleStore> store_;
    const LayoutRef m1_ = layout("m1");
    Sequence newest_{0};
};

TEST_F(DamagedFile, OfEitherKindClosedOrNotIsSetAsideAndCollectionGoesOn) {
    struct Victim {
        const char* file;
        std::pair<bool, std::uint64_t> lost;
    };
    for (const Damage& damage : damages()) {
        for (const Victim& victim :
             {Victim{"boundary-20261122-0001.db", {true, 1}}, Victim{"other-20261122-0001.db", {false, 1}},
              Victim{"boundary-20261123-0001.db", {true, 2}}, Victim{"other-20261123-0001.db", {false, 2}}}) {
            SCOPED_TRACE(std::string(damage.name) + " of " + victim.file);
            afresh();
            two_days();
            damage.act(folder_.path() / victim.file);
            open();
            append(kMorning + days{1} + seconds{1000}, 3, true);
            append(kMorning + days{1} + seconds{1001}, 3, false);
            settle(*store_, clock_);

            EXPECT_GT(store_->newest(), newest_);
            EXPECT_TRUE(store_->stats().trouble.empty());
            std::map<std::pair<bool, std::uint64_t>, int> sound{{{true, 1}, 150}, {{false, 1}, 150},
                                                                {{true, 2}, 150}, {{false, 2}, 150},
                                                                {{true, 3}, 1},   {{false, 3}, 1}};
            sound.erase(victim.lost);
            // The pages of a closed file are looked at when somebody reads them.
            EXPECT_TRUE(eventually([&] { return offered() == sound; }));
            EXPECT_TRUE(eventually(
                [&] { return files(folder_, std::string(victim.file) + ".corrupt-").size() == 1; }));
            close();
            open();
            EXPECT_EQ(offered(), sound);
        }
    }
}

TEST_F(DamagedFile, OfTheStoreItselfCostsTheProgressAndNoSample) {
    for (const Damage& damage : damages()) {
        SCOPED_TRACE(damage.name);
        afresh();
        two_days();
        damage.act(folder_.path() / "meta.db");
        ::testing::internal::CaptureStderr();
        open();
        const std::string alarm = ::testing::internal::GetCapturedStderr();
        EXPECT_NE(alarm.find("<3>meta.db"), std::string::npos) << alarm;
        append(kMorning + days{1} + seconds{1000}, 3, true);
        settle(*store_, clock_);

        EXPECT_GT(store_->newest(), newest_);
        EXPECT_EQ(everything(*store_).size(), 601U);
        EXPECT_EQ(store_->progress(UplinkId{"cloud"}), 0);
        // An empty file is not worth keeping.
        EXPECT_EQ(files(folder_, "meta.db.corrupt-").size(), damage.name == std::string{"empty"} ? 0U : 1U);
    }
}

TEST_F(DamagedFile, OfTheNewestClockEpochDoesNotTakeTheCountOfEpochsBack) {
    open();
    append(kMorning, 1, true);
    settle(*store_, clock_);
    store_->append(sample(m1_, kMorning + seconds{1}, 2, false, 3));
    settle(*store_, clock_);
    close();
    overwrite(folder_.path() / "other-20261122-0001.db", 0, 4096);
    open();
    // The next step back has to count from here, or its samples would not supersede those of epoch 3.
    EXPECT_EQ(store_->last_epoch(), 3U);
}

TEST_F(DamagedFile, ALogThatIsDamagedIsSaidAndKeptAndTheSlotsOfItsCommitsAreSeenAsMissing) {
    open();
    for (int i = 0; i < 100; ++i) {
        append(kMorning + seconds{i}, 1, false);
        settle(*store_, clock_);
    }
    newest_ = store_->newest();
    // The process dies here: this is what it leaves.
    const TemporaryFolder left{"/dev/shm"};
    for (const auto& each : std::filesystem::directory_iterator(folder_.path()))
        std::filesystem::copy(each.path(), left.path() / each.path().filename());
    const auto log = left.path() / "other-20261122-0001.db-wal";
    ASSERT_GT(std::filesystem::file_size(log), 100'000U);
    overwrite(log, std::filesystem::file_size(log) / 2, 1);

    ::testing::internal::CaptureStderr();
    auto store = open_or_fail(storage_in(left.path()), clock_);
    const std::string alarm = ::testing::internal::GetCapturedStderr();
    EXPECT_NE(alarm.find("<3>" + log.native() + " is damaged: at least "), std::string::npos) << alarm;
    const auto is_kept = [](const std::filesystem::directory_entry& each) {
        const std::string name = each.path().filename().native();
        return name.starts_with("other-20261122-0001.db.corrupt-") && name.ends_with("-wal");
    };
    EXPECT_EQ(std::ranges::count_if(std::filesystem::directory_iterator{left.path()}, is_kept), 1);
    const auto items = everything(*store);
    ASSERT_GT(items.size(), 20U);
    ASSERT_LT(items.size(), 90U);
    Slot expected{kMorning};
    for (const StoredItem& item : items) {
        EXPECT_EQ(std::get<StoredSample>(item).sample.slot, expected);
        expected.at += seconds{1};
    }
    const auto covered = store->covered_slots(MeterId{"m1"}, Slot{kMorning}, Slot{kMorning + seconds{100}});
    ASSERT_TRUE(covered);
    EXPECT_EQ(covered->size(), items.size());
    store->append(sample(m1_, kMorning + seconds{200}, 2));
    settle(*store, clock_);
    EXPECT_GT(store->newest(), newest_) << "a sequence that a consumer may know";
}

}  // namespace
}  // namespace mg::test
