#include "gateway/base/sqlite.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace mg::test {
namespace {

class KeptStatements : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = sqlite::Database::open(folder.path() / "some.db", sqlite::Access::create);
        ASSERT_TRUE(opened) << opened.error().what;
        database = std::move(*opened);
        ASSERT_TRUE(
            database.execute("PRAGMA journal_mode = WAL; CREATE TABLE t(n); "
                             "INSERT INTO t VALUES (1), (2), (3)"));
        database.keep_statements();
    }
    sqlite::Statement prepare(std::string_view text) {
        auto statement = database.prepare(text);
        EXPECT_TRUE(statement) << statement.error().what;
        return std::move(*statement);
    }

    TemporaryFolder folder;
    sqlite::Database database;
};

constexpr std::string_view kFrom = "SELECT n FROM t WHERE n >= ? ORDER BY n";

TEST_F(KeptStatements, BeginAnewWithNothingBound) {
    {
        auto half_read = prepare(kFrom);
        half_read.bind(1, std::int64_t{2});
        ASSERT_TRUE(*half_read.step());
        ASSERT_EQ(half_read.integer(0), 2);
    }

    auto again = prepare(kFrom);
    EXPECT_FALSE(*again.step()) << "nothing is as large as what is not there";
    again.bind(1, std::int64_t{1});
    ASSERT_TRUE(*again.step());
    EXPECT_EQ(again.integer(0), 1);
}

TEST_F(KeptStatements, TwoOfTheSameTextDoNotDisturbEachOther) {
    auto one = prepare(kFrom);
    one.bind(1, std::int64_t{1});
    ASSERT_TRUE(*one.step());

    auto other = prepare(kFrom);
    other.bind(1, std::int64_t{3});
    ASSERT_TRUE(*other.step());

    EXPECT_EQ(other.integer(0), 3);
    ASSERT_TRUE(*one.step());
    EXPECT_EQ(one.integer(0), 2);
}

TEST_F(KeptStatements, HoldNoReadTransaction) {
    {
        ASSERT_TRUE(*prepare("SELECT n FROM t").step());
    }

    EXPECT_TRUE(database.execute("INSERT INTO t VALUES (4)"));
    const auto emptied = database.checkpoint(true);
    EXPECT_TRUE(emptied) << emptied.error().what;
}

TEST_F(KeptStatements, FollowAChangeOfTheTable) {
    {
        ASSERT_TRUE(*prepare("SELECT * FROM t").step());
    }
    ASSERT_TRUE(database.execute("ALTER TABLE t ADD COLUMN m DEFAULT 7"));

    auto again = prepare("SELECT * FROM t");
    ASSERT_TRUE(*again.step());
    EXPECT_EQ(again.integer(1), 7);
}

TEST_F(KeptStatements, MayOutliveTheirDatabase) {
    auto late = prepare(kFrom);

    database = {};

    late = {};
    EXPECT_FALSE(database.is_open());
}

}  // namespace
}  // namespace mg::test
