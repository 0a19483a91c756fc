#include "gateway/daemon/books_watch.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg {
namespace {

constexpr SiteCalendar kCalendar;

/// Noon of 2026-11-22 at a site with a metered item by day and one of stock-taking by month.
struct BooksWatch : testing::Test {
    BooksWatch() {
        ItemOptions power;
        power.id = "power";
        power.periods = {StatType::real_time, StatType::day, StatType::month};
        ItemOptions steel;
        steel.id = "steel";
        steel.periods = {StatType::month};
        ItemOptions quarters;
        quarters.id = "quarters";
        quarters.periods = {StatType::real_time};
        options.items = {power, quarters, steel};
    }
    void has(const std::string& item, std::string_view period, std::optional<Decimal> value) const {
        ASSERT_TRUE(books->commit(
            {.records = {{.item = item, .period = kCalendar.parse(period).value(), .value = value}}}));
    }
    [[nodiscard]] BooksFindings found() const {
        const auto findings = look_into(options, *books, test::kMidnight + std::chrono::hours{12});
        EXPECT_TRUE(findings) << findings.error().what;
        return findings.value_or(BooksFindings{});
    }

    const TemporaryFolder folder;
    Options options;
    std::unique_ptr<Books> books{test::open_books_or_fail(folder.path() / "books.db")};
};

TEST_F(BooksWatch, ItemsWithoutAValueForTheLastPeriodThatEndedAreNamed) {
    has("power", "2026-11-20", Decimal{7, 0});
    has("steel", "2026-10", std::nullopt);
    EXPECT_EQ(found().without_value, (std::vector<std::string>{"power", "steel"}));

    has("power", "2026-11-21", Decimal{0, 0});
    has("steel", "2026-10", Decimal{7, 0});
    EXPECT_TRUE(found().without_value.empty());
}

TEST_F(BooksWatch, AnItemThatIsNotYetOrNoLongerReportedLacksNothing) {
    options.items[0].valid_from = kCalendar.parse("2026-11-22")->from;
    options.items[2].valid_to = kCalendar.parse("2026-11-01")->from;
    EXPECT_TRUE(found().without_value.empty());
}

TEST_F(BooksWatch, WhatWaitsForAPersonIsCounted) {
    has("steel", "2026-10", Decimal{7, 0});
    const auto october = kCalendar.parse("2026-10").value();
    ASSERT_TRUE(books->put({.body = PeriodLock{october}, .author = "li"}));
    has("steel", "2026-10", Decimal{9, 0});
    has("quarters", "2026-10-05 10:15", Decimal{9, 0});  // shown on request only
    const EnteredValue entry{.item = "steel", .period = october, .value = Decimal{8, 0}};
    const auto waiting = books->put({.body = entry, .author = "li", .needs_confirmation = true});
    const auto revoked = books->put({.body = entry, .author = "li", .needs_confirmation = true});
    ASSERT_TRUE(books->revoke(*revoked, "li", "twice", test::kMidnight));

    EXPECT_EQ(found().unconfirmed, 1U);
    EXPECT_EQ(found().requests, 1U);
    ASSERT_TRUE(books->confirm(*waiting, "wang", test::kMidnight));
    EXPECT_EQ(found().unconfirmed, 0U);
}

}  // namespace
}  // namespace mg
