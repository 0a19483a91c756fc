#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/buffer/repacker.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/buffer/store_fixture.h"

// The disk fails, fills or loses power at every operation of a repacking: what was stored is there as before.
namespace mg::test {
namespace {

using std::chrono::days;
using std::chrono::seconds;

const std::string kClosed = "other-20261122-0001.db";

class RepackTrouble : public ::testing::Test {
protected:
    RepackTrouble() : disk_{CrashVfs::install()} {
        disk_.watch(folder_.path());
        auto store = open_or_fail(storage_in(folder_.path()), clock_);
        const LayoutRef meter = layout("m1", 40, WireType::u32);
        for (int second = 0; second < 1500; ++second) {
            store->append(
                sample(meter, kMorning + seconds{second}, static_cast<std::uint64_t>(second) * 977));
            if (second % 500 == 0) settle(*store, clock_);
        }
        settle(*store, clock_);
        clock_.set(kMorning + days{1});
        store->append(sample(meter, kMorning + days{1}, 1));
        settle(*store, clock_);
        before_ = texts(*store);
        store.reset();
        kept_ = folder_.path().native() + "-kept";
        std::filesystem::copy(folder_.path(), kept_);
    }
    ~RepackTrouble() override { std::filesystem::remove_all(kept_); }

    /// The folder as it was before anything was packed, with a disk that works.
    void as_before() {
        for (const auto& each : std::filesystem::directory_iterator(folder_.path())) {
            std::filesystem::remove_all(each.path());
        }
        std::filesystem::copy(kept_, folder_.path(), std::filesystem::copy_options::recursive);
        disk_.watch(folder_.path());
    }
    FileEntry entry() {
        const auto name = FileName::from(kClosed);
        auto found = inspect_at_start(folder_.path() / kClosed, *name);
        EXPECT_TRUE(found);
        return {*name, found->summary};
    }
    Result<FileEntry> pack(const FileEntry& closed) {
        LayoutCache layouts;
        return repack(folder_.path(), closed, layouts);
    }
    std::vector<std::string> all_stored() {
        auto store = open_or_fail(storage_in(folder_.path()), clock_);
        return texts(*store);
    }

    // In memory: the layer above it knows what was synced.
    TemporaryFolder folder_{"/dev/shm"};
    std::filesystem::path kept_;
    CrashVfs& disk_;
    SetClock clock_{kMorning};
    std::vector<std::string> before_;
};

TEST_F(RepackTrouble, APowerCutAtAnyOperationLeavesTheOneFileOrTheOther) {
    as_before();
    const FileEntry closed = entry();
    disk_.watch(folder_.path());
    ASSERT_TRUE(pack(closed));
    const std::uint64_t operations = disk_.operations();
    ASSERT_GT(operations, 10U);
    int originals = 0;
    for (std::uint64_t operation = 1; operation <= operations; ++operation) {
        for (std::uint64_t seed = 0; seed < 4; ++seed) {
            as_before();
            disk_.cut_before(operation, 100 * operation + seed);
            // The last one is the sync of the folder behind the rename: nothing can go wrong any more.
            EXPECT_EQ(pack(closed).has_value(), operation == operations);
            disk_.power_on();
            originals += entry().summary.packed ? 0 : 1;
            ASSERT_EQ(all_stored(), before_) << operation << '/' << seed;
            ASSERT_TRUE(files(folder_, kClosed).size() == 1) << operation << '/' << seed;
        }
    }
    EXPECT_GT(originals, 0);
    // And right after the end, when nobody has synced anything else.
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        as_before();
        ASSERT_TRUE(pack(closed));
        disk_.power_cut(seed);
        disk_.power_on();
        ASSERT_EQ(all_stored(), before_) << seed;
    }
}

TEST_F(RepackTrouble, AFailureOfTheDiskIsAnErrorAndTheNextAttemptSucceeds) {
    for (const DiskOp op : {DiskOp::open, DiskOp::read, DiskOp::write, DiskOp::sync}) {
        for (const bool full : {false, true}) {
            for (std::uint64_t nth = 1; nth < 400; nth += 1 + nth / 8) {
                as_before();
                const FileEntry closed = entry();
                disk_.fail({.op = op, .nth = nth, .full = full && op == DiskOp::write});
                const auto packed = pack(closed);
                const bool hit = disk_.has_failed();
                disk_.heal();
                if (!hit) break;
                if (packed) {
                    // The last sync of the folder: the name has the packed file already.
                    EXPECT_EQ(op, DiskOp::sync);
                    EXPECT_TRUE(entry().summary.packed);
                    ASSERT_EQ(all_stored(), before_) << to_string(op) << ' ' << nth;
                    continue;
                }
                ASSERT_FALSE(packed) << to_string(op) << ' ' << nth;
                EXPECT_NE(packed.error().kind, Failure::corrupt) << packed.error().what;
                EXPECT_EQ(packed.error().kind == Failure::storage_full, full && op == DiskOp::write);
                ASSERT_TRUE(files(folder_, kClosed).size() == 1) << to_string(op) << ' ' << nth;
                ASSERT_FALSE(entry().summary.packed);
                ASSERT_TRUE(pack(closed)) << to_string(op) << ' ' << nth;
                ASSERT_EQ(all_stored(), before_) << to_string(op) << ' ' << nth;
            }
        }
    }
}

}  // namespace
}  // namespace mg::test
