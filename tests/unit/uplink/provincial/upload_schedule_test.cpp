#include "gateway/uplink/provincial/upload_schedule.h"

#include <gtest/gtest.h>

#include "gateway/base/utc_text.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

/// At a site in China: its clock is 8 hours ahead of UTC.
UtcTime at(std::string_view local) {
    return utc_from_text(std::string(local) + ".000Z").value() - 8h;
}

UploadSchedule schedule(RealTimeUpload real_time = RealTimeUpload::as_they_come) {
    return {.calendar = {},
            .real_time = real_time,
            .time_of_day = 1h + 38min,
            .jitter = std::chrono::seconds{20}};
}

TEST(UploadSchedule, TheDayIsSentAtTheAssignedTimeAndNotBefore) {
    const auto before = at("2026-03-02T01:38:19");
    const auto after = at("2026-03-02T01:38:20");

    EXPECT_EQ(schedule().begins_before(StatType::day, before), at("2026-03-01T00:00:00"));
    EXPECT_EQ(schedule().begins_before(StatType::day, after), at("2026-03-02T00:00:00"));
}

TEST(UploadSchedule, RealTimeRecordsGoAsTheyComeOrWithTheDay) {
    const auto now = at("2026-03-02T10:16:00");

    EXPECT_EQ(schedule().begins_before(StatType::real_time, now), at("2026-03-02T10:15:00"));
    EXPECT_EQ(schedule(RealTimeUpload::daily).begins_before(StatType::real_time, now),
              at("2026-03-02T01:30:00"));
}

TEST(UploadSchedule, AMonthAndAYearGoWithTheFirstUploadAfterTheirEnd) {
    EXPECT_EQ(schedule().begins_before(StatType::month, at("2026-03-01T01:00:00")),
              at("2026-02-01T00:00:00"));
    EXPECT_EQ(schedule().begins_before(StatType::month, at("2026-03-01T02:00:00")),
              at("2026-03-01T00:00:00"));
    EXPECT_EQ(schedule().begins_before(StatType::year, at("2026-01-01T02:00:00")), at("2026-01-01T00:00:00"));
}

TEST(UploadSchedule, TheNextUploadIsTodayOrTomorrow) {
    EXPECT_EQ(schedule().next(at("2026-03-02T00:10:00")), at("2026-03-02T01:38:20"));
    EXPECT_EQ(schedule().next(at("2026-03-02T01:38:20")), at("2026-03-03T01:38:20"));
}

TEST(UploadSchedule, AnUploadOfTheLastMinuteMayFallIntoTheNextDay) {
    UploadSchedule late = schedule();
    late.time_of_day = 23h + 59min + 50s;

    EXPECT_EQ(late.next(at("2026-03-02T00:00:05")), at("2026-03-02T00:00:10"));
    EXPECT_EQ(late.begins_before(StatType::day, at("2026-03-02T00:00:05")), at("2026-03-01T00:00:00"));
}

TEST(UploadSchedule, WithoutATimeOfDayEverythingGoesAsItComes) {
    UploadSchedule at_once = schedule(RealTimeUpload::daily);
    at_once.time_of_day.reset();
    const auto now = at("2026-03-02T00:00:30");

    EXPECT_EQ(at_once.begins_before(StatType::day, now), at("2026-03-02T00:00:00"));
    EXPECT_EQ(at_once.begins_before(StatType::real_time, now), at("2026-03-02T00:00:00"));
    EXPECT_FALSE(at_once.next(now));
}

TEST(UploadSchedule, EachBoxHasItsOwnSecondWithinTheMinute) {
    const auto one = UploadSchedule::jitter_of("91130000XXXXXXXX0Yprovince");

    EXPECT_EQ(one, UploadSchedule::jitter_of("91130000XXXXXXXX0Yprovince"));
    EXPECT_NE(one, UploadSchedule::jitter_of("91130000XXXXXXXX0Ycity"));
    EXPECT_LE(one, UploadSchedule::kMostJitter);
}

}  // namespace
}  // namespace mg
