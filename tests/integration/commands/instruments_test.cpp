#include <gtest/gtest.h>

#include "tests/integration/commands/program.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg {
namespace {

/// A site with an item, and books in its data folder that know its meter as SN-A with a ratio of 60.
struct SiteWithInstruments : Program {
    SiteWithInstruments() {
        write("items.csv",
              "id,name,periods,interval_min,method,formula,unit\n"
              "used,用电,实时 日,15,累计差,main.energy_import,万kWh\n");
        meter("SN-A", "300");
        std::filesystem::create_directory(folder / "data");
        put(InitialInstrument{{"main"}, "SN-A", {Decimal{60, 0}, Decimal{1, 0}}});
    }
    void meter(const std::string& serial, const std::string& ct) const {
        write("meters.csv",
              "id,name,energy,line,address,model,ct_primary,ct_secondary,serial_no\n"
              "main,总表,电力,panel,1,eastron-sdm630," +
                  ct + ",5," + serial + "\n");
    }
    void put(DatedBody body) const {
        DatedRecord record;
        record.body = std::move(body);
        record.author = "张示例";
        auto books = test::open_books_or_fail(folder / "data" / "books.db");
        ASSERT_TRUE(books->put(record));
    }
};

TEST_F(SiteWithInstruments, AChangedSerialNumberIsRefusedUntilTheReplacementIsOnRecord) {
    EXPECT_EQ(run_with_site("check").exit_code, 0);
    meter("SN-B", "300");

    for (const std::string command : {"check", "run"}) {
        const Ran refused = run_with_site(command);
        EXPECT_EQ(refused.exit_code, 2) << command;
        EXPECT_TRUE(
            contains(refused.err, "meters.csv:2:9: serial_no: was SN-A, and no replacement is on record"))
            << refused.err;
        EXPECT_TRUE(contains(refused.err, "found: SN-B")) << refused.err;
    }
    EXPECT_TRUE(contains(run_with_site("check --lang zh").err, "没有更换记录"));

    Replacement replacement{.meter = {"main"}, .old_serial = "SN-A", .new_serial = "SN-B"};
    replacement.removed_at = std::chrono::sys_days{std::chrono::year{2026} / 11 / 1};
    replacement.installed_at = replacement.removed_at;
    put(replacement);
    EXPECT_EQ(run_with_site("check").exit_code, 0) << run_with_site("check").err;
}

TEST_F(SiteWithInstruments, AChangedRatioIsRefusedUntilItsChangeIsOnRecord) {
    meter("SN-A", "400");
    const Ran refused = run_with_site("check");
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_TRUE(contains(refused.err, "meters.csv:2:7: ct_primary: the ratio was CT 60 × PT 1"))
        << refused.err;

    put(MultiplierChange{{"main"},
                         std::chrono::sys_days{std::chrono::year{2026} / 11 / 1},
                         {Decimal{80, 0}, Decimal{1, 0}},
                         {}});
    EXPECT_EQ(run_with_site("check").exit_code, 0);

    meter("SN-A", "300");
    const Ran behind = run_with_site("check");
    EXPECT_EQ(behind.exit_code, 0) << "the records count; the table is only behind";
    EXPECT_TRUE(contains(behind.err, "says that the ratio is CT 80 × PT 1")) << behind.err;
}

TEST_F(SiteWithInstruments, BooksThatCannotBeReadAreAWarning) {
    std::ofstream{folder / "data" / "books.db"} << "no database";
    const Ran ran = run_with_site("check");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(contains(ran.err, "not compared with the instruments on record")) << ran.err;
}

}  // namespace
}  // namespace mg
