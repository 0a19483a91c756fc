#include "gateway/inbound/values_table.h"

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/inbound/coal_site.h"

namespace mg {
namespace {

struct ValuesTableTest : test::CoalSite {
    /// What is said about a table, a line each; what is right in it is entered when all is.
    std::string said_about(std::string_view text) {
        std::vector<Problem> problems;
        Reporter report{"values.csv", problems};
        const auto rows = read_values(text, report);
        const auto taking = problems.empty() ? EntryTaking::all_or_none : EntryTaking::check_only;
        report_answers(rows, take(values_of(rows), taking), report);
        sort_by_position(problems);
        std::string said;
        for (const Problem& problem : problems) said += problem.to_string() + '\n';
        return said;
    }
};

TEST_F(ValuesTableTest, IsReadWithEitherHeadingsAndAnySeparator) {
    EXPECT_EQ(said_about("item,period,value,evidence\ncoal_bought,2026-11-20,500,磅单\n"), "");
    EXPECT_EQ(
        said_about("依据;数值;周期;采集项编号;统计周期;采集来源\n盘库;15360;2026/10/1;coal_bought;月;MIS\n"),
        "");

    const auto kept = entries();
    ASSERT_EQ(kept.size(), 2U);
    const auto& october = std::get<EnteredValue>(kept[1].body);
    EXPECT_EQ(october.period.type, StatType::month);
    EXPECT_EQ(october.input_type, 1);
    EXPECT_EQ(std::get<EnteredValue>(kept[0].body).input_type, 5) << "of the source";
}

TEST_F(ValuesTableTest, EveryMistakeIsNamedWithItsCellAndNothingIsEntered) {
    const std::string said = said_about(
        "item,period,value,evidence,input_type\n"
        "coal_bought,2026-11-20,500,磅单,\n"
        "coal_bougth,2026-11-20,500,磅单,1\n"
        "coal_bought,2026-12,500,磅单,4\n"
        "coal_bought,2026-11-19,\"1,500\",,\n");

    EXPECT_EQ(
        said,
        "values.csv:3:1: item: there is no such item; the nearest is \"coal_bought\"; found: coal_bougth\n"
        "values.csv:4:2: period: 2026-12 has not begun yet\n"
        "values.csv:4:5: input_type: not one of the choices; allowed: "
        "management/管理信息系统/MIS/1, production/生产监控管理系统/2, dcs/分布式控制系统/DCS/3, "
        "manual/手工填报/手工/5, supplier/能源供应单位/6, other/其他/7; found: 4\n"
        "values.csv:5:3: value: thousands separators; allowed: digits only, such as 1000; found: 1,500\n"
        "values.csv:5:4: evidence: is missing\n");
    EXPECT_TRUE(entries().empty());
}

TEST_F(ValuesTableTest, ATableWithoutValuesIsAMistake) {
    EXPECT_NE(said_about("item,period,value,evidence\n").find("no values"), std::string::npos);
    EXPECT_NE(said_about("").find("the table is empty"), std::string::npos);
    EXPECT_NE(said_about("item,period,value\nx,2026,1\n").find("evidence: the column is missing"),
              std::string::npos);
}

TEST_F(ValuesTableTest, TooManyRowsAreAMistake) {
    std::string table = "item,period,value,evidence\n";
    for (std::size_t i = 0; i <= kMostTableValues; ++i) table += "coal_bought,2026-11-20,500,磅单\n";

    EXPECT_NE(said_about(table).find("at most 10000"), std::string::npos);
    EXPECT_TRUE(entries().empty());
}

TEST_F(ValuesTableTest, WhatIsImplausibleIsAWarningAndEntered) {
    EXPECT_NE(said_about("item,period,value,evidence\ncoal_bought,2026-11-20,500000,磅单\n")
                  .find("values.csv:2:3: warning: value: not plausible"),
              std::string::npos);
    EXPECT_EQ(entries().size(), 1U);
}

}  // namespace
}  // namespace mg
