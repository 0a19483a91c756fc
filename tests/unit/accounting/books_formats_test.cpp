#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "gateway/base/sqlite.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"

/// Books that earlier versions wrote: tests/fixtures/books.
namespace mg::test {
namespace {

namespace fs = std::filesystem;

const fs::path kFormats{MG_SOURCE_DIR "/tests/fixtures/books"};

/// A copy of the books in that folder.
fs::path unpacked(const fs::path& format, const fs::path& to) {
    const std::string command =
        "tar -C '" + to.native() + "' -xzf '" + (format / "books.tar.gz").native() + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return to / "books.db";
}

std::int64_t format_of(const fs::path& file) {
    return sqlite::Database::open(file, sqlite::Access::query)
        ->integer("SELECT value FROM books WHERE key = 'format'")
        .value();
}

TEST(BooksFormats, BooksOfEveryEarlierFormatHoldWhatTheirProgramFoundInThem) {
    const TemporaryFolder now;
    static_cast<void>(open_books_or_fail(now.path() / "books.db"));
    const std::int64_t newest = format_of(now.path() / "books.db");
    for (std::int64_t format = 1; format < newest; ++format) {
        const fs::path evidence = kFormats / ("format-" + std::to_string(format));
        ASSERT_TRUE(fs::exists(evidence)) << evidence << ": see tests/fixtures/books/README.md";
        const TemporaryFolder folder;
        const fs::path file = unpacked(evidence, folder.path());
        ASSERT_EQ(format_of(file), format);

        const auto books = Books::open(file);

        ASSERT_TRUE(books) << books.error().what;
        std::ifstream expected{evidence / "expected.txt"};
        EXPECT_EQ(contents(**books) + '\n', std::string(std::istreambuf_iterator<char>{expected}, {}));
        EXPECT_TRUE((*books)->check());
        EXPECT_EQ(format_of(file), newest);
    }
}

/// Books that never were in a file, with the same records.
std::string strips_that_its_records_ask_for(Books& books) {
    NaiveBooks naive;
    const auto records = books.records({.items = {}, .type = {}, .all_revisions = true});
    for (const ItemRecord& record : *records) EXPECT_TRUE(naive.commit({.records = {record}}));
    return strips_of(naive);
}

TEST(BooksFormats, TheUpgradeCountsWhatTheRecordsOfEarlierFormatsAre) {
    for (const auto& format : {"format-1", "format-2", "format-3", "format-4"}) {
        const TemporaryFolder folder;

        const auto books = Books::open(unpacked(kFormats / format, folder.path()));

        ASSERT_TRUE(books) << books.error().what;
        const std::string strips = strips_of(**books);
        EXPECT_GT(strips.size(), 500U) << format;
        EXPECT_EQ(strips, strips_that_its_records_ask_for(**books)) << format;
    }
}

TEST(BooksFormats, DatedRecordsOfAnEarlierFormatAreReadWithoutUpgradingIt) {
    const TemporaryFolder folder;
    const fs::path file = unpacked(kFormats / "format-1", folder.path());

    const auto records = Books::dated_in(file);

    ASSERT_TRUE(records) << records.error().what;
    EXPECT_FALSE(records->empty());
    EXPECT_EQ(format_of(file), 1);
}

}  // namespace
}  // namespace mg::test
