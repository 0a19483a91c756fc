#include "tests/support/crash_vfs.h"

#include <fstream>
#include <optional>
#include <set>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/sqlite.h"
#include "gateway/base/unique_fd.h"
#include "tests/unit/buffer/store_fixture.h"

// The judge is judged first: a layer that never loses anything would let every product pass.
namespace mg::test {
namespace {

constexpr std::uint64_t kSeeds = 60;

class CrashVfsTest : public ::testing::Test {
protected:
    CrashVfsTest() { disk_.watch(folder_.path()); }
    ~CrashVfsTest() override { disk_.heal(); }

    [[nodiscard]] std::filesystem::path path(const std::string& name) const {
        return std::filesystem::canonical(folder_.path()) / name;
    }
    /// Every test begins with an empty, durable folder for each seed.
    void afresh() {
        for (const auto& each : std::filesystem::directory_iterator(folder_.path()))
            std::filesystem::remove(each.path());
        disk_.watch(folder_.path());
    }
    sqlite::Database open(const std::string& settings, const std::string& name = "a.db") {
        auto file = sqlite::Database::open(path(name), sqlite::Access::create);
        EXPECT_TRUE(file);
        EXPECT_TRUE(file->execute(settings.c_str()));
        return std::move(*file);
    }
    /// Rows found after a cut behind `rows` commits; nothing when the file is no use any more.
    std::optional<std::int64_t> rows_after_cut(const std::string& settings, int rows, std::uint64_t seed) {
        afresh();
        {
            auto file = open("PRAGMA synchronous = FULL; CREATE TABLE t(x, y); " + settings);
            for (int i = 0; i < rows; ++i)
                EXPECT_TRUE(file.execute("INSERT INTO t VALUES(1, randomblob(900))"));
            disk_.power_cut(seed);
            EXPECT_FALSE(file.execute("INSERT INTO t VALUES(2, 2)"));
        }
        disk_.power_on();
        auto file = sqlite::Database::open(path("a.db"), sqlite::Access::create);
        if (!file) return std::nullopt;
        const auto sound = file->text("PRAGMA integrity_check");
        if (!sound || *sound != "ok") return std::nullopt;
        const auto found = file->integer("SELECT count(*) FROM t");
        return found ? std::optional{*found} : std::nullopt;
    }

    CrashVfs& disk_ = CrashVfs::install();
    TemporaryFolder folder_{"/dev/shm"};
};

TEST_F(CrashVfsTest, WithoutSyncCommittedRowsAreLost) {
    int lost = 0;
    int broken = 0;
    int kept = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const auto rows = rows_after_cut("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF", 10, seed);
        broken += rows ? 0 : 1;
        lost += rows && *rows < 10 ? 1 : 0;
        kept += rows && *rows == 10 ? 1 : 0;
    }
    EXPECT_GT(lost + broken, static_cast<int>(kSeeds) / 2);
    EXPECT_GT(kept, 0) << "a cut that always takes everything is no test of what comes after it";
}

TEST_F(CrashVfsTest, WithSyncNormalTheLastCommitsOfALogAreLostButNothingBreaks) {
    int lost = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const auto rows = rows_after_cut("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", 10, seed);
        ASSERT_TRUE(rows) << "seed " << seed;
        lost += *rows < 10 ? 1 : 0;
    }
    EXPECT_GT(lost, 0);
}

TEST_F(CrashVfsTest, WithSyncFullEveryCommittedRowIsThere) {
    for (const char* mode : {"PRAGMA journal_mode = WAL", "PRAGMA journal_mode = TRUNCATE"}) {
        for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
            ASSERT_EQ(rows_after_cut(mode, 10, seed), 10) << mode << ", seed " << seed;
    }
}

TEST_F(CrashVfsTest, AJournalThatIsOnlyRemovedMayComeBackAndTakeTheLastCommitWithIt) {
    // What SQLite says of synchronous=FULL in DELETE mode: the folder is not synced after the removal, so
    // durability is not promised; EXTRA is for that. A layer without this would not know folders.
    std::set<std::int64_t> found;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
        found.insert(rows_after_cut("PRAGMA journal_mode = DELETE", 10, seed).value_or(-1));
    EXPECT_EQ(found, (std::set<std::int64_t>{9, 10}));
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        ASSERT_EQ(rows_after_cut("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA", 10, seed), 10);
    }
}

TEST_F(CrashVfsTest, AnUnsyncedWriteSurvivesWholeTornOrNotAtAll) {
    std::set<std::string> outcomes;
    for (std::uint64_t seed = 0; seed < 4 * kSeeds; ++seed) {
        afresh();
        std::ofstream{path("f")} << std::string(8192, 'a');
        Platter platter{folder_.path()};
        struct stat of{};
        ASSERT_EQ(::stat(path("f").c_str(), &of), 0);
        const Bytes now(8192, 'b');
        platter.wrote(of.st_ino, 0, now);
        const Bytes left = platter.after_cut(seed)["f"];
        ASSERT_EQ(left.size(), 8192U);
        int changed = 0;
        for (std::size_t at = 0; at < left.size(); at += 512) {
            // No sector is half of each.
            const Bytes sector{left.begin() + static_cast<std::ptrdiff_t>(at),
                               left.begin() + static_cast<std::ptrdiff_t>(at + 512)};
            ASSERT_TRUE(sector == Bytes(512, 'a') || sector == Bytes(512, 'b'));
            changed += sector.front() == 'b' ? 1 : 0;
        }
        outcomes.insert(changed == 0 ? "none" : changed == 16 ? "whole" : "torn");
    }
    EXPECT_EQ(outcomes, (std::set<std::string>{"none", "whole", "torn"}));
}

TEST_F(CrashVfsTest, ASyncedWriteSurvivesAndSoDoesOneThatWasWrittenAgainAfterAFailedSync) {
    std::ofstream{path("f")} << std::string(4096, 'a');
    struct stat of{};
    ASSERT_EQ(::stat(path("f").c_str(), &of), 0);
    Platter platter{folder_.path()};
    const Bytes b(4096, 'b');
    const Bytes c(4096, 'c');
    platter.wrote(of.st_ino, 0, b);
    platter.synced(of.st_ino);
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) EXPECT_EQ(platter.after_cut(seed)["f"], b);

    platter.wrote(of.st_ino, 0, c);
    platter.sync_failed(of.st_ino);
    platter.synced(of.st_ino);  // "succeeds", for the pages count as clean
    std::set<unsigned char> found;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) found.insert(platter.after_cut(seed)["f"].front());
    EXPECT_EQ(found, (std::set<unsigned char>{'b', 'c'}));

    platter.wrote(of.st_ino, 0, c);
    platter.synced(of.st_ino);
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) EXPECT_EQ(platter.after_cut(seed)["f"], c);
}

TEST_F(CrashVfsTest, NamesAreOnlySureOnceTheFolderWasSynced) {
    std::set<std::set<std::string>> made;
    std::set<std::set<std::string>> renamed;
    std::set<std::set<std::string>> removed;
    const auto names_of = [](const std::map<std::string, Bytes>& files) {
        std::set<std::string> names;
        for (const auto& [name, bytes] : files) names.insert(name);
        return names;
    };
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        afresh();
        Platter platter{folder_.path()};
        std::ofstream{path("a")} << "1";
        platter.opened(path("a"));
        made.insert(names_of(platter.after_cut(seed)));
        platter.synced_folder();
        EXPECT_EQ(names_of(platter.after_cut(seed)), std::set<std::string>{"a"});
        std::filesystem::rename(path("a"), path("b"));
        renamed.insert(names_of(platter.after_cut(seed)));
        platter.synced_folder();
        std::filesystem::remove(path("b"));
        removed.insert(names_of(platter.after_cut(seed)));
        platter.synced_folder();
        EXPECT_EQ(names_of(platter.after_cut(seed)), std::set<std::string>{});
    }
    EXPECT_EQ(made, (std::set<std::set<std::string>>{{}, {"a"}}));
    EXPECT_EQ(renamed, (std::set<std::set<std::string>>{{"a"}, {"b"}}));
    EXPECT_EQ(removed, (std::set<std::set<std::string>>{{}, {"b"}}));
}

TEST_F(CrashVfsTest, ARenameOverAFileLeavesTheOneOrTheOtherAndASyncOfTheFolderByTheProductIsSeen) {
    std::set<std::string> found;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        afresh();
        std::ofstream{path("a")} << "old";
        disk_.watch(folder_.path());
        {
            auto made = open("PRAGMA journal_mode = OFF; CREATE TABLE t(x)", "b");
        }
        std::filesystem::rename(path("b"), path("a"));
        if (seed % 2 == 0) {
            const UniqueFd folder{::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
            ASSERT_EQ(::fsync(folder.get()), 0);
        }
        disk_.power_cut(seed);
        disk_.power_on();
        std::ifstream in{path("a")};
        std::string first(3, ' ');
        in.read(first.data(), 3);
        found.insert(first);
        if (seed % 2 == 0) {
            EXPECT_EQ(first, "SQL");
        }
    }
    EXPECT_EQ(found, (std::set<std::string>{"old", "SQL"}));
}

TEST_F(CrashVfsTest, TheNthOperationFailsOnceOrFromThenOn) {
    auto file = open("PRAGMA journal_mode = WAL; CREATE TABLE t(x)");
    disk_.fail({.op = DiskOp::sync, .nth = 2});
    EXPECT_TRUE(file.execute("INSERT INTO t VALUES(1)"));
    EXPECT_FALSE(disk_.has_failed());
    EXPECT_FALSE(file.execute("INSERT INTO t VALUES(2)"));
    EXPECT_TRUE(disk_.has_failed());
    EXPECT_TRUE(file.execute("INSERT INTO t VALUES(3)"));

    disk_.fail({.op = DiskOp::write, .nth = 1, .lasting = true, .full = true});
    for (int i = 0; i < 3; ++i) {
        const auto full = file.execute("INSERT INTO t VALUES(4)");
        ASSERT_FALSE(full);
        EXPECT_EQ(full.error().kind, Failure::storage_full);
    }
    disk_.fail({.op = DiskOp::write, .lasting = true, .part = "other.db"});
    EXPECT_TRUE(file.execute("INSERT INTO t VALUES(5)"));
    disk_.heal();
    EXPECT_EQ(file.integer("SELECT count(*) FROM t").value_or(0), 3);
}

TEST_F(CrashVfsTest, TheSameSeedLeavesTheSame) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        std::ofstream{path("f")} << std::string(8192, 'a');
        Platter platter{folder_.path()};
        struct stat of{};
        ASSERT_EQ(::stat(path("f").c_str(), &of), 0);
        for (std::int64_t at = 0; at < 8192; at += 1024) platter.wrote(of.st_ino, at, Bytes(1024, 'b'));
        EXPECT_EQ(platter.after_cut(seed), platter.after_cut(seed));
    }
}

}  // namespace
}  // namespace mg::test
