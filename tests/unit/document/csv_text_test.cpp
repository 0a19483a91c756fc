#include "gateway/document/csv_text.h"

#include <gtest/gtest.h>

#include "tests/unit/document/sample_document.h"

namespace mg {
namespace {

TEST(CsvText, KeepsAllDigitsAndDefusesFormulas) {
    const Document document = sample_document();
    EXPECT_EQ(csv_text(std::get<Table>(document.sections[1].blocks[2]), document.utc_offset),
              "采集项,日期,数量 (kWh),占比,备注\r\n"
              "1#主变,2026-11-22,1234567.80,98.5%,'=1+1\r\n"
              "<b>2#主变</b>,2026-11-23,12345678901234567.8,,\"a,\"\"b\"\"\nc\"\r\n"
              "合计,,-0.125,,\r\n");
}

TEST(CsvText, NegativeNumbersStayNumbersAndNegativeWordsDoNot) {
    const Table table{
        .columns = {{"a", "", true}, {"b", "", false}},
        .rows = {{{decimal("-5")}, {"-5"}}, {{decimal("0")}, {"@SUM(A1)"}}, {{std::monostate{}}, {"\t=1"}}}};
    EXPECT_EQ(csv_text(table, {}), "a,b\r\n-5,'-5\r\n0,'@SUM(A1)\r\n,'\t=1\r\n");
}

TEST(CsvText, OneFileATableWithANameThatFileSystemsTake) {
    Document document = sample_document();
    document.sections[0].blocks.emplace_back(Table{.columns = {{"a"}}});
    const auto tables = csv_tables(document);
    ASSERT_EQ(tables.size(), 2U);
    EXPECT_EQ(tables[0].name, "01-1 概况-总览");
    EXPECT_EQ(tables[1].name, "02-1 用电量");
}

}  // namespace
}  // namespace mg
