#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "gateway/buffer/store_backup.h"
#include "tests/unit/accounting/books_fixture.h"
#include "tests/unit/buffer/store_fixture.h"

namespace mg::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

/// A store, and an accounting that counts what it sees there.
class BooksBackup : public ::testing::Test {
protected:
    void count_a_sample(int n) {
        store_->append(sample(meter_, kMorning + seconds{n}, 7, true));
        settle(*store_, clock_);
        ItemRecord record;
        record.item = "elec";
        record.period = {StatType::real_time, kMorning + seconds{n}, kMorning + seconds{n + 1}};
        record.value = Decimal{n, 0};
        ASSERT_TRUE(books_->commit({.cursor = BooksCursor{"store", store_->newest()}, .records = {record}}));
    }

    TemporaryFolder folder_;
    TemporaryFolder elsewhere_;
    SetClock clock_{kMorning};
    LayoutRef meter_ = layout("m1");
    StorageOptions options_ = storage_in(folder_.path());
    std::unique_ptr<SampleStore> store_ = open_or_fail(options_, clock_);
    std::unique_ptr<Books> books_ = open_books_or_fail(folder_.path() / kBooksFile);
};

TEST_F(BooksBackup, NeverHasBooksAheadOfItsSamples) {
    count_a_sample(0);
    std::jthread busy{[&](const std::stop_token& stop) {
        for (int n = 1; !stop.stop_requested(); ++n) count_a_sample(n);
    }};
    for (int round = 0; round < 10; ++round) {
        const fs::path to = elsewhere_.path() / std::to_string(round);
        const auto made = back_up(folder_.path(), to, clock_.utc());
        ASSERT_TRUE(made) << made.error().what;
        EXPECT_TRUE(made->left_out.empty());
        const auto cursor = open_books_or_fail(to / kBooksFile)->cursor();
        ASSERT_TRUE(cursor && *cursor);
        EXPECT_LE((*cursor)->through, made->newest) << "a figure without its samples";
    }
}

TEST_F(BooksBackup, IsRestoredWithTheStoreAndWhatWasThereIsMovedAside) {
    for (int n = 0; n < 20; ++n) count_a_sample(n);
    const std::string then = contents(*books_);
    const fs::path to = elsewhere_.path() / "backup";
    ASSERT_TRUE(back_up(folder_.path(), to, clock_.utc()));
    count_a_sample(20);
    const std::string later = contents(*books_);
    books_.reset();
    store_.reset();

    EXPECT_FALSE(restore(to, options_, clock_.utc()));
    const auto restored = restore(to, options_, clock_.utc(), {.force = true});

    ASSERT_TRUE(restored) << restored.error().what;
    EXPECT_EQ(contents(*open_books_or_fail(folder_.path() / kBooksFile)), then);
    EXPECT_EQ(contents(*open_books_or_fail(fs::path{restored->moved_to} / kBooksFile)), later);
}

TEST_F(BooksBackup, BooksAloneAreNotOverwrittenEither) {
    const fs::path to = elsewhere_.path() / "backup";
    ASSERT_TRUE(back_up(folder_.path(), to, clock_.utc()));
    books_.reset();
    store_.reset();
    const TemporaryFolder other;
    open_books_or_fail(other.path() / kBooksFile);

    const auto refused = restore(to, storage_in(other.path()), clock_.utc());

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Failure::invalid_config);
}

TEST_F(BooksBackup, BooksThatCannotBeReadAreNamedAndTheStoreIsBackedUp) {
    count_a_sample(0);
    books_.reset();
    std::ofstream{folder_.path() / kBooksFile, std::ios::trunc} << std::string(8192, 'x');

    const auto made = back_up(folder_.path(), elsewhere_.path() / "backup", clock_.utc());

    ASSERT_TRUE(made) << made.error().what;
    ASSERT_EQ(made->left_out.size(), 1U);
    EXPECT_NE(made->left_out.front().find("books.db"), std::string::npos) << made->left_out.front();
    EXPECT_FALSE(fs::exists(elsewhere_.path() / "backup" / kBooksFile));
}

}  // namespace
}  // namespace mg::test
