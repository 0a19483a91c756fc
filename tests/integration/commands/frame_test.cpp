#include <gtest/gtest.h>

#include "tests/integration/commands/program.h"
#include "tests/unit/accounting/books_fixture.h"

namespace mg {
namespace {

constexpr const char* kItems =
    "id,name,periods,interval_min,method,formula,unit\n"
    "used,用电,实时 日,15,累计差,main.energy_import,万kWh\n"
    "daily,日用电,日,,累计差,main.energy_import,万kWh\n";

/// A site whose books have figures by the days of +08:00, in steps of 15 minutes.
struct SiteWithFigures : Program {
    SiteWithFigures() {
        write("items.csv", kItems);
        write("meters.csv",
              "id,name,energy,line,address,model,serial_no\n"
              "main,总表,电力,panel,1,eastron-sdm630,SN-A\n");
        std::filesystem::create_directory(folder / "data");
    }
    void set_site(const std::string& line) const {
        const std::string before = text_of(site / "gateway.toml");
        write("gateway.toml", std::string{before}.insert(before.find("[site]\n") + 7, line + "\n"));
    }
    void compute_a_figure() const {
        ItemRecord record;
        record.item = "used";
        record.period = {StatType::day, test::kMidnight, test::kMidnight + std::chrono::days{1}};
        record.value = Decimal{12, 0};
        commit({.records = {record}});
    }
    void note_the_frame() const {
        commit(
            {.basis = std::vector<BasisLine>{
                 {"frame", {}, "480"}, {"frame of daily", {}, "900000"}, {"frame of used", {}, "900000"}}});
    }
    void commit(const BooksChange& change) const {
        auto books = test::open_books_or_fail(folder / "data" / "books.db");
        ASSERT_TRUE(books->commit(change));
    }
    void expect_refusal(const std::string& text, const std::string& zh) const {
        for (const std::string command : {"check", "run"}) {
            const Ran refused = run_with_site(command);
            EXPECT_EQ(refused.exit_code, 2) << command;
            EXPECT_TRUE(contains(refused.err, text)) << refused.err;
        }
        EXPECT_TRUE(contains(run_with_site("check --lang zh").err, zh));
    }
};

TEST_F(SiteWithFigures, AnotherUtcOffsetWouldMakeOtherDaysAndIsRefused) {
    note_the_frame();
    compute_a_figure();
    EXPECT_EQ(run_with_site("check").exit_code, 0) << run_with_site("check").err;

    set_site("utc_offset = \"+07:00\"");

    expect_refusal("site.utc_offset: figures are on record by the days of +08:00",
                   "已有数值按 +08:00 划分日期");
}

TEST_F(SiteWithFigures, AnotherLengthOfTheShortestPeriodsIsRefusedAtItsCell) {
    note_the_frame();
    compute_a_figure();

    write("items.csv", std::string{kItems}.replace(std::string{kItems}.find("15"), 2, "30"));

    expect_refusal(
        "items.csv:2:4: interval_min: figures of used are on record in steps of 15 min, now it would be 30",
        "间隔为 15 分钟，现将变为 30 分钟");
}

TEST_F(SiteWithFigures, AnotherBoundaryIsRefusedWhereItWouldChangeASum) {
    note_the_frame();
    compute_a_figure();

    set_site("boundary = \"5m\"");

    expect_refusal("figures of daily are on record in steps of 15 min, now it would be 5 min",
                   "daily 已有数值的间隔");
    EXPECT_FALSE(contains(run_with_site("check").err, "figures of used")) << "its interval is stated";
}

TEST_F(SiteWithFigures, WithoutFiguresEverythingMayChange) {
    note_the_frame();
    set_site("utc_offset = \"+07:00\"");
    EXPECT_EQ(run_with_site("check").exit_code, 0) << run_with_site("check").err;
}

}  // namespace
}  // namespace mg
