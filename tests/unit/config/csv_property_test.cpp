#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "config/csv.h"

namespace mg {
namespace {

using Table = std::vector<std::vector<std::string>>;

std::string quoted(const std::string& cell) {
    std::string text = "\"";
    for (const char c : cell) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + "\"";
}

std::string written(const Table& table, char separator, const std::string& line_end, bool quote_all) {
    std::string text;
    for (const auto& row : table) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool must = row[i].find_first_of(std::string("\"\r\n") + separator) != std::string::npos;
            if (i > 0) text += separator;
            text += must || quote_all ? quoted(row[i]) : row[i];
        }
        text += line_end;
    }
    return text;
}

rc::Gen<std::string> any_cell() {
    return rc::gen::container<std::string>(
        rc::gen::weightedOneOf<char>({{6, rc::gen::inRange('a', 'z')},
                                      {3, rc::gen::element(',', ';', '\t', '"', '\n', '\r', ' ', '\xE7')}}));
}

TEST(CsvReader, ReadsBackEveryTableThatWasWritten) {
    const bool holds = rc::check("round trip", [] {
        const auto table = *rc::gen::nonEmpty(rc::gen::container<Table>(
            rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(any_cell()))));
        const char separator = *rc::gen::element(',', ';', '\t');
        const auto line_end = *rc::gen::element<std::string>("\n", "\r\n", "\r");
        const std::string text = written(table, separator, line_end, *rc::gen::arbitrary<bool>());

        CsvReader reader{text, separator};
        Table read;
        while (const auto row = reader.next()) {
            RC_ASSERT(!row->trouble);
            read.push_back(row->cells);
        }

        RC_ASSERT(read == table);
    });
    EXPECT_TRUE(holds);
}

TEST(CsvReader, AnyBytesComeToAnEnd) {
    const bool holds = rc::check("any bytes", [](const std::string& text) {
        CsvReader reader{text, separator_of(text)};
        std::size_t cells = 0;
        while (const auto row = reader.next()) cells += row->cells.size();
        RC_ASSERT(cells <= text.size() + 1);
    });
    EXPECT_TRUE(holds);
}

TEST(CsvReader, LinesAreCountedThroughQuotedLineBreaks) {
    CsvReader reader{"a,\"b\r\nc\nd\"\r\ne\n", ','};

    EXPECT_EQ(reader.next()->line, 1);
    EXPECT_EQ(reader.next()->line, 4);
}

TEST(CsvReader, TheSeparatorIsTheMostFrequentOneOfTheHeading) {
    EXPECT_EQ(separator_of("a;b;c,d\n1,2,3,4,5"), ';');
    EXPECT_EQ(separator_of("a\tb\n"), '\t');
    EXPECT_EQ(separator_of("\"a;b;c\",d"), ',');
    EXPECT_EQ(separator_of("a"), ',');
}

}  // namespace
}  // namespace mg
