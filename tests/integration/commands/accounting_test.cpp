#include <string>

#include <gtest/gtest.h>

#include "tests/integration/commands/site_with_books.h"

namespace mg {
namespace {

TEST_F(SiteWithBooks, AFigureIsEnteredAndShown) {
    const Ran entered = run_with_site("enter steel 2026-01 1234.50 --evidence '盘点单 7' --by zhang");
    EXPECT_EQ(entered.out, "record 1: steel 2026-01 = 1234.50 t, entered by zhang\n") << entered.err;
    compute("2025-12", Decimal{7, 0});
    compute("2026-01", Decimal{123450, -2});

    const Ran records = run_with_site("records steel --from 2026-01 --to 2026-01 --type month");
    EXPECT_EQ(records.exit_code, 0) << records.err;
    EXPECT_TRUE(contains(records.out, "2026-01  1234.50  t")) << records.out;
    EXPECT_TRUE(contains(records.out, "entered by hand")) << records.out;
    EXPECT_FALSE(contains(records.out, "2025-12")) << records.out;
    EXPECT_TRUE(contains(run_with_site("records --from 2025 --to 2026 --type month --json").out, "2025-12"));
    EXPECT_TRUE(contains(run_with_site("items --lang zh").out, "2026-01：1234.50（人工录入）"));
}

TEST_F(SiteWithBooks, SlipsAreNamed) {
    const Ran unknown = run_with_site("enter stel 2026-01 1 --evidence x");
    EXPECT_EQ(unknown.exit_code, 64);
    EXPECT_TRUE(contains(unknown.err, "the nearest is \"steel\"")) << unknown.err;
    EXPECT_EQ(run_with_site("enter steel 2026-01 1").exit_code, 64) << "no evidence";
    EXPECT_EQ(run_with_site("records --from 2026 --to 2026 --type week").exit_code, 64);
    EXPECT_EQ(run_with_site("records --from 2026-02-30 --to 2026 --type month").exit_code, 64);
    EXPECT_EQ(run_with_site("enter --evidence x steel 2026-01 -5").exit_code, 0) << "below zero";
}

TEST_F(Program, TheBooksWithoutADaemonAreThree) {
    EXPECT_EQ(run_with_site("items").exit_code, 3);
    EXPECT_EQ(run_with_site("records --from 2026 --to 2026 --type month").exit_code, 3);
    EXPECT_EQ(run_with_site("enter steel 2026-01 1 --evidence x").exit_code, 3);
}

}  // namespace
}  // namespace mg
