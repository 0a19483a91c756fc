#include "gateway/buffer/retention.h"

#include <gtest/gtest.h>

#include "gateway/buffer/forecast.h"

namespace mg::test {
namespace {

using std::chrono::days;
using std::chrono::local_days;

constexpr local_days kToday{days{20'000}};
constexpr RetentionRule kRule{
    .keep_boundary = days{800}, .keep_other = days{180}, .boundary_floor = days{792}};

SizedFile file(FileKind kind, int days_ago, SequenceRange held, bool closed = true) {
    return {{FileName{kind, kToday - days{days_ago}, 1},
             {.first = held.first, .last = held.last, .items = held.last - held.first + 1, .closed = closed}},
            1000};
}

std::vector<std::string> names(const std::vector<FileEntry>& files) {
    std::vector<std::string> all;
    for (const FileEntry& each : files) all.push_back(each.name.text());
    return all;
}

std::string name(FileKind kind, int days_ago) {
    return FileName{kind, kToday - days{days_ago}, 1}.text();
}

TEST(Retention, AClockTenYearsAheadTakesOnlyAFewFilesAtOnce) {
    std::vector<FileEntry> files;
    for (int day = 1; day <= 100; ++day) {
        files.push_back({FileName{FileKind::other, local_days{days{20'000 + day}}, 1}, {.closed = true}});
    }
    files.back().summary.closed = false;
    const auto due = overdue(files, local_days{days{24'000}}, kRule);
    ASSERT_EQ(due.size(), kMostDroppedAtOnce);
    EXPECT_EQ(due.front().name.day, local_days{days{20'001}});
}

TEST(Retention, DeliveredOthersGoFirstThenOthersThenBoundariesBeyondTheFloor) {
    const std::vector files{file(FileKind::boundary, 795, {1, 10}), file(FileKind::boundary, 791, {11, 20}),
                            file(FileKind::other, 9, {31, 40}),     file(FileKind::other, 8, {41, 50}),
                            file(FileKind::other, 7, {51, 60}),     file(FileKind::boundary, 1, {61, 70})};
    const std::vector consumers{Progress{.through = 50, .beyond = {}},
                                Progress{.through = 100, .beyond = {}}};

    EXPECT_EQ(names(make_room(files, 1'000'000, consumers, kToday, kRule)),
              (std::vector{name(FileKind::other, 9), name(FileKind::other, 8), name(FileKind::other, 7),
                           name(FileKind::boundary, 795)}));
    EXPECT_EQ(names(make_room(files, 1001, consumers, kToday, kRule)),
              (std::vector{name(FileKind::other, 9), name(FileKind::other, 8)}));
}

TEST(Retention, WhatOneConsumerHasNotSettledGoesAfterWhatAllHave) {
    // Given a consumer that has the newer day, live, and not yet the older one
    const std::vector files{file(FileKind::other, 9, {1, 10}), file(FileKind::other, 8, {11, 20})};
    const std::vector consumers{Progress{.through = 20, .beyond = {}},
                                Progress{.through = 3, .beyond = {{11, 25}}}};
    // Then the newer day makes room first
    EXPECT_EQ(names(make_room(files, 1, consumers, kToday, kRule)), std::vector{name(FileKind::other, 8)});
}

TEST(Retention, TheOpenFileAndBoundariesWithinTheFloorNeverMakeRoom) {
    const std::vector files{file(FileKind::boundary, 792, {1, 10}),
                            file(FileKind::other, 0, {11, 20}, false)};
    EXPECT_TRUE(make_room(files, 1'000'000, {}, kToday, kRule).empty());
}

TEST(Retention, ManyFilesMakeRoomInSeveralRoundsAndClassesKeepTheirOrder) {
    std::vector<SizedFile> files{file(FileKind::boundary, 900, {1, 10})};
    for (int day = 1; day <= 40; ++day) files.push_back(file(FileKind::other, day, {day * 10, day * 10 + 9}));
    const auto going = make_room(files, 1'000'000, {}, kToday, kRule);
    EXPECT_EQ(going.size(), kMostMadeRoomAtOnce);
    EXPECT_EQ(going.front().name.text(), name(FileKind::other, 40));
}

TEST(Retention, RoomIsWhatBudgetAndReserveLeave) {
    constexpr std::uint64_t kMiB = 1UL << 20U;
    const DiskUse use{.used = 100 * kMiB, .free = 500 * kMiB, .total = 10'000 * kMiB};
    EXPECT_EQ(room_left(use, {.budget = 0, .reserve = 200 * kMiB}), std::int64_t{300 * kMiB});
    EXPECT_EQ(room_left(use, {.budget = 150 * kMiB, .reserve = 200 * kMiB}), std::int64_t{50 * kMiB});
    EXPECT_EQ(room_left(use, {.budget = 80 * kMiB, .reserve = 0}), -std::int64_t{20 * kMiB});
    // A small disk is not given away to the reserve.
    const DiskUse small{.used = 10 * kMiB, .free = 90 * kMiB, .total = 200 * kMiB};
    EXPECT_EQ(room_left(small, {.budget = 0, .reserve = 256 * kMiB}), std::int64_t{70 * kMiB});
    EXPECT_LT(room_to_begin_again(small, {.budget = 0, .reserve = 256 * kMiB}), std::int64_t{70 * kMiB});
}

std::vector<FileUse> days_of(int count, std::uint64_t boundary, std::uint64_t other, bool packed) {
    std::vector<FileUse> files;
    for (int ago = 1; ago <= count; ++ago) {
        files.push_back({FileKind::boundary, kToday - days{ago}, boundary, packed});
        files.push_back({FileKind::other, kToday - days{ago}, other, packed});
    }
    return files;
}

TEST(ForecastOfTheDisk, SaysUntilWhenTheDiskLastsAtThePresentRate) {
    const auto made = forecast(days_of(10, 1, 9, true), kToday, kRule, 1430);
    EXPECT_EQ(made.days_left, 143);
    EXPECT_EQ(made.packed_bytes_per_day, 10U);
    EXPECT_EQ(made.hot_bytes_per_day, 0U);
}

TEST(ForecastOfTheDisk, RetentionByAgeGivesBackWhatItTakes) {
    // Today and 180 days of others, today and 800 of boundaries come to 2430; 100 are stored.
    EXPECT_EQ(forecast(days_of(10, 1, 9, true), kToday, kRule, 2430 - 100).days_left, std::nullopt);
    EXPECT_TRUE(forecast(days_of(10, 1, 9, true), kToday, kRule, 2430 - 100 - 1).days_left.has_value());
}

TEST(ForecastOfTheDisk, CountsHotAndPackedDaysApart) {
    std::vector<FileUse> files = days_of(7, 0, 10, true);
    files.push_back({FileKind::other, kToday - days{1}, 100, false});
    files.erase(files.begin() + 1);
    const auto made = forecast(files, kToday, kRule, 1000);
    EXPECT_EQ(made.hot_bytes_per_day, 100U);
    EXPECT_EQ(made.packed_bytes_per_day, 60U / 7U);
}

TEST(ForecastOfTheDisk, NothingStoredOnAWholeDayIsNoForecast) {
    EXPECT_EQ(forecast({{FileKind::other, kToday, 100, false}}, kToday, kRule, 1000), Forecast{});
}

TEST(ForecastOfTheDisk, NoRoomIsNoDays) {
    EXPECT_EQ(forecast(days_of(3, 1, 9, true), kToday, kRule, -5).days_left, 0);
}

}  // namespace
}  // namespace mg::test
