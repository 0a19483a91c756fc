#include "gateway/reading/stat_period.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

/// Beijing time.
UtcTime at(int y, unsigned m, unsigned d, std::chrono::minutes time = 0min) {
    return sys_days{year{y} / static_cast<int>(m) / static_cast<int>(d)} - 8h + time;
}

TEST(StatPeriod, BeginsAndEndsAtTheSitesMidnight) {
    const SiteCalendar calendar;
    const UtcTime time = at(2026, 11, 22, 10h + 20min);
    EXPECT_EQ(
        calendar.containing(StatType::real_time, time),
        (StatPeriod{StatType::real_time, at(2026, 11, 22, 10h + 15min), at(2026, 11, 22, 10h + 30min)}));
    EXPECT_EQ(calendar.containing(StatType::day, time),
              (StatPeriod{StatType::day, at(2026, 11, 22), at(2026, 11, 23)}));
    EXPECT_EQ(calendar.containing(StatType::month, time),
              (StatPeriod{StatType::month, at(2026, 11, 1), at(2026, 12, 1)}));
    EXPECT_EQ(calendar.containing(StatType::year, time),
              (StatPeriod{StatType::year, at(2026, 1, 1), at(2027, 1, 1)}));
}

TEST(StatPeriod, AnInstantBelongsToThePeriodThatItBegins) {
    const SiteCalendar calendar;
    for (const auto type : {StatType::real_time, StatType::day, StatType::month, StatType::year}) {
        EXPECT_EQ(calendar.containing(type, at(2027, 1, 1)).from, at(2027, 1, 1)) << to_string(type);
    }
}

TEST(StatPeriod, PeriodsFollowWithoutHolesThroughLeapDayAndYearEnd) {
    const SiteCalendar calendar;
    auto day = calendar.containing(StatType::day, at(2027, 12, 30));
    int days = 0;
    for (; day.from < at(2028, 3, 2); ++days) {
        const auto following = calendar.after(day);
        ASSERT_EQ(following.from, day.to);
        ASSERT_EQ(calendar.before(following), day);
        day = following;
    }
    EXPECT_EQ(days, 2 + 31 + 29 + 1);
    EXPECT_EQ(calendar.containing(StatType::month, at(2028, 2, 10)).to, at(2028, 3, 1));
}

TEST(StatPeriod, TextReadsBack) {
    const SiteCalendar calendar;
    for (const char* text : {"2026", "2026-11", "2026-11-22", "2028-02-29", "2026-11-22 10:15"}) {
        const auto period = calendar.parse(text);
        ASSERT_TRUE(period) << text;
        EXPECT_EQ(calendar.text(*period), text);
    }
    EXPECT_EQ(calendar.parse("2026/11/22"), calendar.parse("2026-11-22"));
}

TEST(StatPeriod, WhatIsNoPeriodIsRefused) {
    const SiteCalendar calendar;
    for (const char* text :
         {"", "26", "2026-13", "2026-00", "2027-02-29", "2026-11-22 10:14", "2026-11-22 24:00",
          "2026-11-22 10", "2026-1-2", "2026-11-22 10:15:01", "2026-11-22x"}) {
        EXPECT_FALSE(calendar.parse(text)) << text;
    }
}

TEST(StatPeriod, ShortPeriodsOfADemonstrationHaveSeconds) {
    const SiteCalendar calendar{.utc_offset = 8h, .real_time = 5s};
    const auto period = calendar.containing(StatType::real_time, at(2026, 11, 22, 10h) + 12s);
    EXPECT_EQ(calendar.text(period), "2026-11-22 10:00:10");
    EXPECT_EQ(calendar.parse("2026-11-22 10:00:10"), period);
}

}  // namespace
}  // namespace mg
