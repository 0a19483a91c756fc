#include <algorithm>

#include <gtest/gtest.h>

#include "config/calendar_values.h"
#include "gateway/base/language.h"
#include "tests/unit/config/site.h"

namespace mg {
namespace {

using namespace std::chrono;

const std::string kHeadings = "calendar,slot,months,days,from,to,valid_from\n";

Loaded load_calendars_csv(const std::string& calendars, const std::string& gateway = plain_gateway()) {
    TemporarySite site;
    site.file("gateway.toml", gateway).file("meters.csv", "id\nmain\n").file("calendars.csv", calendars);
    return site.load();
}

TEST(Calendars, AreOptional) {
    TemporarySite site;
    site.file("gateway.toml", plain_gateway()).file("meters.csv", "id\nmain\n");

    const Loaded loaded = site.load();

    EXPECT_TRUE(loaded.problems.empty()) << text_of(loaded.problems);
    EXPECT_TRUE(loaded.options.calendars.empty());
}

TEST(Calendars, VersionsStandByDateAndRowsInTheirOrder) {
    const Loaded loaded = load_calendars_csv(kHeadings +
                                             "tariff,peak,,,18:00,22:00,2027-01-01\n"
                                             "shift,all,,,,,\n"
                                             "tariff,flat,,,,,2027/1/1\n"
                                             "tariff,flat,,,,,\n");

    ASSERT_TRUE(loaded.problems.empty()) << text_of(loaded.problems);
    const auto& calendars = loaded.options.calendars;
    ASSERT_EQ(calendars.size(), 2U);
    EXPECT_EQ(calendars[0].id, "tariff");
    EXPECT_EQ(calendars[0].slots, (std::vector<std::string>{"peak", "flat"}));
    ASSERT_EQ(calendars[0].versions.size(), 2U);
    EXPECT_EQ(calendars[0].versions[0].valid_from, UtcTime{});
    ASSERT_EQ(calendars[0].versions[1].rules.size(), 2U);
    EXPECT_EQ(calendars[0].versions[1].valid_from, sys_days{2026y / 12 / 31} + 16h) << "midnight at the site";
    EXPECT_EQ(calendars[0].versions[1].rules[0].slot, 0U);
    EXPECT_EQ(calendars[0].versions[1].rules[0].row.line(), 2);
}

TEST(Calendars, ANightBelongsToTheDayOnWhichItBegins) {
    const Loaded loaded = load_calendars_csv(kHeadings + "shift,night,,1-5,22:00,06:00,\nshift,day,,,,,\n");

    ASSERT_TRUE(loaded.problems.empty()) << text_of(loaded.problems);
    const CalendarVersion& version = loaded.options.calendars[0].versions[0];
    const auto saturday = stretches_of(version, sys_days{2026y / 11 / 21});
    ASSERT_EQ(saturday.size(), 2U) << "the night that began on Friday, and the rest";
    EXPECT_EQ(saturday[0].rule->slot, 0U);
    EXPECT_EQ(saturday[0].to, 6h);
    const auto monday = stretches_of(version, sys_days{2026y / 11 / 23});
    ASSERT_EQ(monday.size(), 2U);
    EXPECT_EQ(monday[0].rule->slot, 1U) << "Sunday has no night";
    EXPECT_EQ(monday[0].to, 22h);
}

TEST(Calendars, TimesAreMultiplesOfTheBoundaryOfTheSite) {
    const std::string rows = kHeadings + "shift,a,,,06:30,18:30,\nshift,b,,,18:30,06:30,\n";

    EXPECT_TRUE(load_calendars_csv(rows).ok());
    const Loaded hourly = load_calendars_csv(rows, "[site]\nboundary = \"1h\"\n" + plain_gateway());
    EXPECT_EQ(hourly.problems.size(), 4U) << text_of(hourly.problems);
    const std::string quick = kHeadings + "shift,a,,,00:00:10,00:00:30,\nshift,b,,,,,\n";
    EXPECT_TRUE(load_calendars_csv(quick, "[site]\nboundary = \"10s\"\n" + plain_gateway()).ok());
}

TEST(Calendars, HaveLimits) {
    const auto refuses = [](const std::string& rows, const std::string& why) {
        const std::string problems = text_of(load_calendars_csv(kHeadings + rows).problems);
        EXPECT_NE(problems.find(why), std::string::npos) << problems;
    };
    std::string slots;
    for (std::size_t i = 0; i <= kMostCalendarSlots; ++i) {
        slots += fmt::format("shift,s{},,,{:02}:{},{:02}:{},\n", i, i / 2, i % 2 * 3 * 10, i / 2, "45");
    }
    refuses(slots, "calendars.csv:26:2: slot: calendar shift has too many slots; allowed: at most 24");
    std::string versions;
    for (std::size_t i = 0; i <= kMostCalendarVersions; ++i) {
        versions += fmt::format("shift,all,,,,,{}-01-01\n", 2000 + i);
    }
    refuses(versions, "calendars.csv:52:7: valid_from: calendar shift has too many versions");
    std::string rules;
    for (std::size_t i = 0; i <= kMostCalendarRules; ++i) rules += "shift,all,,,,,\n";
    refuses(rules, "calendars.csv:202: valid_from: too many rows of one version");
    std::string rows;
    for (std::size_t i = 0; i <= kMostCalendarRows; ++i) rows += fmt::format("c{},all,,,,,\n", i % 100);
    refuses(rows, "calendars.csv:2002: too many rows");
}

TEST(Calendars, AreExplainedInChinese) {
    set_language(Language::zh);
    const std::string found = text_of(load_calendars_csv("日历,时段,月份,日期,开始时刻,结束时刻\n"
                                                         "tariff,尖,七月,,,\n"
                                                         "shift,早,7至8,1～5,06:00,14:00\n"
                                                         "shift,其余,,,14:00,06:00\n")
                                          .problems);
    set_language(Language::en);

    EXPECT_EQ(found,
              "calendars.csv:2:3: months: 不是月份；允许：1 … 12，如 7-8、11-2 或 \"1,12\"；实际：七月\n"
              "calendars.csv:3: 日历 shift：没有一行包含 7-8 月、星期 6-7 的 06:00 … 14:00；允许："
              "不靠日期的行盖满每个小时\n"
              "calendars.csv:3: 日历 shift：没有一行包含 1-6, 9-12 月、星期 1-7 的 06:00 … 14:00；允许："
              "不靠日期的行盖满每个小时\n");
}

TEST(CalendarCells, AreReadAsPeopleAndSpreadsheetsWriteThem) {
    EXPECT_EQ(parse_months("1,12"), 0b1000'0000'0001);
    EXPECT_EQ(parse_months("11-2"), 0b1100'0000'0011);
    EXPECT_EQ(parse_months("7至8、10"), 0b0010'1100'0000);
    EXPECT_EQ(parse_days("6-1")->weekdays, 0b110'0001);
    EXPECT_EQ(parse_time_of_day("24:00:00"), 24h);
    EXPECT_EQ(parse_time_of_day("8：05"), 8h + 5min);
    EXPECT_EQ(print_time_of_day(8h + 5min), "08:05");
    EXPECT_EQ(print_time_of_day(10s), "00:00:10");
    const auto mixed = parse_days("6,7,2026/10/1/2026/10/7；2024-02-29");
    ASSERT_TRUE(mixed);
    EXPECT_EQ(mixed->weekdays, 0b110'0000);
    EXPECT_EQ(mixed->dates,
              (std::vector<DateRange>{{2026y / 10 / 1, 2026y / 10 / 7}, {2024y / 2 / 29, 2024y / 2 / 29}}));
}

}  // namespace
}  // namespace mg
