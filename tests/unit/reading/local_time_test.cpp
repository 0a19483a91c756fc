#include "gateway/reading/local_time.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr minutes kChina{480};
/// 10:00 there.
constexpr UtcTime kMorning{std::chrono::sys_days{std::chrono::November / 22 / 2026} + hours{2}};

TEST(LocalTime, IsReadAsPeopleWriteIt) {
    EXPECT_EQ(moment_from("2026-11-22 10:00", PeriodEnd::begin, kChina), Slot{kMorning});
    EXPECT_EQ(moment_from("2026-11-22T10:00:30", PeriodEnd::end, kChina), Slot{kMorning + seconds{30}});
    EXPECT_EQ(moment_from("2026-11-22", PeriodEnd::begin, kChina), Slot{kMorning - hours{10}});
    EXPECT_EQ(moment_from("2026-11-22", PeriodEnd::end, kChina), Slot{kMorning + hours{14}})
        << "a date alone includes the day";
    EXPECT_EQ(moment_from("2026-11-22 24:00", PeriodEnd::end, kChina), Slot{kMorning + hours{14}});
    for (const char* text : {"", "2026", "2026-13-01", "2026-02-30", "2026-11-22 25:00", "2026-11-22 10",
                             "2026-11-22 10:60", "22.11.2026", "2026-11-22 10:00:00Z", "2026-11-22x10:00"}) {
        EXPECT_EQ(moment_from(text, PeriodEnd::begin, kChina), std::nullopt) << text;
    }
}

TEST(LocalTime, IsWrittenWithItsOffset) {
    EXPECT_EQ(iso_local(kMorning, kChina), "2026-11-22T10:00:00+08:00");
    EXPECT_EQ(iso_local(kMorning + milliseconds{40}, minutes{-210}), "2026-11-21T22:30:00.040-03:30");
}

TEST(LocalTime, AnOffsetHasItsSign) {
    EXPECT_EQ(offset_text(kChina), "+08:00");
    EXPECT_EQ(offset_text(minutes{-210}), "-03:30");
    EXPECT_EQ(offset_text(minutes{0}), "+00:00");
}

}  // namespace
}  // namespace mg
