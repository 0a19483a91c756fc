#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "gateway/base/sqlite.h"
#include "gateway/buffer/log_scan.h"
#include "tests/unit/buffer/store_fixture.h"

// Logs as SQLite writes them, damaged afterwards. SQLite reads them up to the damage and says nothing;
// whatever was committed behind it has to be missed by somebody.
namespace mg::test {
namespace {

using std::chrono::seconds;
namespace fs = std::filesystem;

constexpr int kCommits = 60;
constexpr std::int64_t kPage = 4096;
constexpr std::int64_t kFrame = kPage + 24;

class DamagedLog : public ::testing::Test {
protected:
    /// A database whose commits, a row each, are all in its log; the last one fills several frames.
    void write_log() {
        auto writer = sqlite::Database::open(source_.path() / "a.db", sqlite::Access::create);
        ASSERT_TRUE(writer);
        ASSERT_TRUE(
            writer->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t(a, b)"));
        ASSERT_TRUE(writer->checkpoint(true));
        for (int i = 1; i < kCommits; ++i)
            ASSERT_TRUE(writer->execute("INSERT INTO t VALUES(1, randomblob(700))"));
        ASSERT_TRUE(writer->execute("INSERT INTO t VALUES(1, randomblob(20000))"));
        for (const char* part : {"a.db", "a.db-wal"}) fs::copy(source_.path() / part, kept(part));
    }
    [[nodiscard]] fs::path kept(const std::string& part) const { return kept_.path() / part; }
    [[nodiscard]] std::int64_t log_size() const {
        return static_cast<std::int64_t>(fs::file_size(kept("a.db-wal")));
    }
    void flip(std::int64_t at, unsigned char bits = 0x10) {
        std::fstream log{kept("a.db-wal"), std::ios::in | std::ios::out | std::ios::binary};
        log.seekg(at);
        const auto was = static_cast<unsigned char>(log.get());
        log.seekp(at);
        log.put(static_cast<char>(was ^ bits));
    }
    /// Rows that SQLite still finds, in a copy.
    [[nodiscard]] std::int64_t recovered() const {
        const TemporaryFolder used{"/dev/shm"};
        for (const char* part : {"a.db", "a.db-wal"}) fs::copy(kept(part), used.path() / part);
        auto reader = sqlite::Database::open(used.path() / "a.db", sqlite::Access::write);
        return reader ? reader->integer("SELECT count(*) FROM t").value_or(-1) : -1;
    }
    [[nodiscard]] LogScan scan() const { return scan_log(kept("a.db")); }

    TemporaryFolder source_{"/dev/shm"};
    TemporaryFolder kept_{"/dev/shm"};
};

TEST_F(DamagedLog, ASoundOneHasAllItsCommits) {
    write_log();
    EXPECT_EQ(scan().commits(), kCommits);
    EXPECT_EQ(scan().lost_commits(), 0);
}

TEST_F(DamagedLog, CommitsBehindAFlippedBitAreMissedWhereverItIs) {
    write_log();
    const auto size = log_size();
    // In the header, in each part of a frame's header, and in a page, of every third frame.
    std::vector<std::int64_t> places;
    for (std::int64_t at = 0; at < 32; ++at) {
        const bool counter_or_version = (at >= 4 && at < 8) || (at >= 12 && at < 16);
        if (!counter_or_version) places.push_back(at);
    }
    for (std::int64_t frame = 32; frame < size; frame += 3 * kFrame) {
        for (const std::int64_t in_frame : {0, 6, 9, 14, 17, 22, 24, 2000, 4119})
            places.push_back(frame + in_frame);
    }
    for (const std::int64_t place : places) {
        SCOPED_TRACE(place);
        flip(place);
        const auto lost = kCommits - recovered();
        const LogScan found = scan();
        if (lost > 2) {
            EXPECT_GE(found.lost_commits(), lost - 2);
            EXPECT_LE(found.lost_commits(), lost);
        } else if (lost < 2) {
            EXPECT_EQ(found.lost_commits(), 0);
        }
        flip(place);
    }
}

TEST_F(DamagedLog, APowerCutInTheLastCommitIsNoDamage) {
    write_log();
    const auto size = log_size();
    // Whatever frames of it came to the disk
    for (std::int64_t missing = 1; missing <= 6; ++missing) {
        SCOPED_TRACE(missing);
        flip(size - missing * kFrame + 100);
        EXPECT_EQ(scan().lost_commits(), 0);
        EXPECT_EQ(recovered(), kCommits - 1);
        flip(size - missing * kFrame + 100);
    }
    for (const std::int64_t cut : {std::int64_t{1}, kPage, 2 * kFrame, 5 * kFrame + 7}) {
        fs::resize_file(kept("a.db-wal"), static_cast<std::uintmax_t>(size - cut));
        EXPECT_EQ(scan().lost_commits(), 0);
    }
}

TEST_F(DamagedLog, WhatAnEarlierUseOfTheLogLeftBehindIsNoDamage) {
    // Given a long log that was moved into the file, and begun again with few commits
    auto writer = sqlite::Database::open(source_.path() / "a.db", sqlite::Access::create);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(
        writer->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t(a, b)"));
    for (int i = 0; i < kCommits; ++i)
        ASSERT_TRUE(writer->execute("INSERT INTO t VALUES(1, randomblob(700))"));
    ASSERT_TRUE(writer->checkpoint(false));
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(writer->execute("INSERT INTO t VALUES(1, randomblob(700))"));
    for (const char* part : {"a.db", "a.db-wal"}) fs::copy(source_.path() / part, kept(part));
    ASSERT_GT(log_size(), 40 * kFrame);
    // Then
    EXPECT_EQ(scan().commits(), 5);
    EXPECT_EQ(scan().lost_commits(), 0);
    flip(32 + 100);
    EXPECT_GT(scan().lost_commits(), 0);
}

TEST_F(DamagedLog, ThatOfTheBooksIsSaidAtTheStartAndKept) {
    write_log();
    flip(32 + 10 * kFrame + 100);
    const TemporaryFolder folder{"/dev/shm"};
    fs::copy(kept("a.db"), folder.path() / "books.db");
    fs::copy(kept("a.db-wal"), folder.path() / "books.db-wal");
    SetClock clock{kMorning};

    ::testing::internal::CaptureStderr();
    open_or_fail(storage_in(folder.path()), clock);
    const std::string said = ::testing::internal::GetCapturedStderr();

    EXPECT_NE(said.find("books.db-wal is damaged"), std::string::npos) << said;
    EXPECT_EQ(fs::file_size(folder.path() / "books.db-wal"), fs::file_size(kept("a.db-wal"))) << "untouched";
    const auto copies = [&] {
        return std::ranges::count_if(fs::directory_iterator{folder.path()}, [](const auto& each) {
            return each.path().filename().native().starts_with("books.db.corrupt-");
        });
    };
    EXPECT_EQ(copies(), 1);
}

TEST_F(DamagedLog, AnyBytesAreReadWithoutHarm) {
    std::ofstream{kept("a.db")} << "short";
    EXPECT_EQ(scan().lost_commits(), 0);
    for (std::size_t size : {0U, 1U, 31U, 32U, 33U, 5000U, 100'000U}) {
        std::ofstream{kept("a.db-wal"), std::ios::binary} << std::string(size, '\x37');
        EXPECT_EQ(scan().lost_commits(), 0);
    }
}

}  // namespace
}  // namespace mg::test
