#include "config/values.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

TEST(Durations, AreNumbersWithTheirUnits) {
    EXPECT_EQ(parse_duration("500ms").value_or(-1), 500);
    EXPECT_EQ(parse_duration("60s").value_or(-1), 60'000);
    EXPECT_EQ(parse_duration("1h30m").value_or(-1), 5'400'000);
    EXPECT_EQ(parse_duration("180d").value_or(-1), std::int64_t{180} * 86'400'000);
    EXPECT_EQ(parse_duration("15 m").value_or(-1), 900'000);
    EXPECT_EQ(parse_duration("0").value_or(-1), 0);
    for (const char* wrong :
         {"", "15", "m", "-5s", "1.5s", "5min", "99999999999999999999d", "9223372036854775807d"}) {
        EXPECT_FALSE(parse_duration(wrong)) << wrong;
    }
}

TEST(Durations, ArePrintedInTheLargestUnitThatFits) {
    EXPECT_EQ(print_duration(900'000), "15m");
    EXPECT_EQ(print_duration(1500), "1500ms");
    EXPECT_EQ(print_duration(0), "0ms");
}

TEST(Sizes, AreBinary) {
    EXPECT_EQ(parse_size("64KiB").value_or(-1), 65'536);
    EXPECT_EQ(parse_size("1GiB").value_or(-1), 1'073'741'824);
    EXPECT_FALSE(parse_size("64KB"));
    EXPECT_FALSE(parse_size("64"));
}

TEST(ExactRatio, IsExactOrNothing) {
    const auto ratio = [](const char* a, const char* b) {
        const auto value = exact_ratio(*Decimal::parse(a), *Decimal::parse(b));
        return value ? value->to_string() : std::string("none");
    };

    EXPECT_EQ(ratio("35000", "100"), "350");
    EXPECT_EQ(ratio("75", "2"), "37.5");
    EXPECT_EQ(ratio("0.5", "0.005"), "100");
    EXPECT_EQ(ratio("1", "8"), "0.125");
    EXPECT_EQ(ratio("100", "3"), "none");
    EXPECT_EQ(ratio("1", "0"), "none");
    EXPECT_EQ(ratio("1e30", "1e-30"), "none");
}

TEST(Trimmed, TakesFullWidthAndNoBreakSpacesToo) {
    EXPECT_EQ(trimmed(" \u3000 a b\u00A0\r\n"), "a b");
    EXPECT_EQ(trimmed("\u3000"), "");
}

TEST(Dates, AreWrittenInTwoWays) {
    const Field date{.section = FieldSection::meter, .key = "d", .zh = "", .en = "", .type = ValueType::date};
    const auto parsed = [&](const char* text) {
        const auto value = parse_value(date, text);
        return value ? std::get<std::string>(*value) : std::string("none");
    };

    EXPECT_EQ(parsed("2026-03-02"), "2026-03-02");
    EXPECT_EQ(parsed("2026/3/2"), "2026-03-02");
    EXPECT_EQ(parsed("2026/3/2 0:00"), "2026-03-02");
    EXPECT_EQ(parsed("2024-02-29"), "2024-02-29");
    EXPECT_EQ(parsed("2026-02-29"), "none");
    EXPECT_EQ(parsed("2026-03/02"), "none");
    EXPECT_EQ(parsed("46083"), "none");
}

TEST(Values, ListsInOneCellAreSeparatedAsPeopleSeparate) {
    using Parts = std::vector<std::string_view>;

    EXPECT_EQ(list_parts("实时 日、月，年"), (Parts{"实时", "日", "月", "年"}));
    EXPECT_EQ(list_parts("a, b;c；d/e\u3000f"), (Parts{"a", "b", "c", "d", "e", "f"}));
    EXPECT_EQ(list_parts(" , "), Parts{});
    EXPECT_EQ(list_parts(""), Parts{});
}

TEST(Values, ChoicesAreTheirKeysEachOnce) {
    const Field field{.section = FieldSection::item,
                      .key = "periods",
                      .zh = "",
                      .en = "",
                      .type = ValueType::choices,
                      .choices = "day=日=1|month=月=2"};

    EXPECT_EQ(std::get<std::vector<std::string>>(*parse_value(field, "月 1 日")),
              (std::vector<std::string>{"month", "day"}));
    EXPECT_EQ(parse_value(field, "日 周").error().what, "'周' is not one of the choices");
}

TEST(Values, BareNumbersAreMinutesWhereMinutesAreMeant) {
    const Field field{.section = FieldSection::item,
                      .key = "interval_min",
                      .zh = "",
                      .en = "",
                      .type = ValueType::minutes,
                      .limits = {1000, 3'600'000}};

    EXPECT_EQ(std::get<std::int64_t>(*parse_value(field, "15")), 900'000);
    EXPECT_EQ(std::get<std::int64_t>(*parse_value(field, "30s")), 30'000);
    EXPECT_EQ(std::get<std::int64_t>(*parse_value(field, "1h")), 3'600'000);
    EXPECT_FALSE(parse_value(field, "61"));
    EXPECT_FALSE(parse_value(field, "0"));
    EXPECT_FALSE(parse_value(field, "15 min"));
    EXPECT_FALSE(parse_value(field, "99999999999999999999"));
}

TEST(Values, UnitsAreComparedAsPeopleWriteThem) {
    EXPECT_TRUE(is_same_unit("m³", "m3"));
    EXPECT_TRUE(is_same_unit("万 m3", "万m^3"));
    EXPECT_FALSE(is_same_unit("kWh", "万kWh"));
    EXPECT_FALSE(is_same_unit("MW", "mW"));
}

TEST(Moments, AreATimeOrAWord) {
    const Field moment{.section = FieldSection::uplink,
                       .key = "m",
                       .zh = "",
                       .en = "",
                       .type = ValueType::moment,
                       .choices = "now=现在"};
    const auto parsed = [&](const char* text) {
        const auto value = parse_value(moment, text);
        return value ? std::get<std::string>(*value) : std::string("none");
    };

    EXPECT_EQ(parsed("now"), "now");
    EXPECT_EQ(parsed("现在"), "now");
    EXPECT_EQ(parsed("2026-11-01 00:00"), "2026-11-01 00:00");
    EXPECT_EQ(parsed("2026-11-01"), "2026-11-01");
    EXPECT_EQ(parsed("2026-11-31"), "none");
    EXPECT_EQ(parsed("1 Nov"), "none");
}

}  // namespace
}  // namespace mg
