#include "gateway/completeness/fault_clock.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::minutes kSite{480};
constexpr UtcTime kMonday{1'795'363'200'000ms};  // 2026-11-23 00:00 at the site

TEST(FaultClock, CountsNeitherSaturdayNorSunday) {
    EXPECT_EQ(working_days_after(kMonday + 10h, 3, kSite), kMonday + 72h + 10h);               // Thursday
    EXPECT_EQ(working_days_after(kMonday + 72h + 10h, 3, kSite), kMonday + 168h + 24h + 10h);  // Tuesday
    EXPECT_EQ(working_days_after(kMonday - 30h, 3, kSite),
              kMonday + 72h);  // from Saturday 18:00: Thursday 00:00
}

TEST(FaultClock, PassesItsThresholdsToTheMinute) {
    Fault fault{.id = "hv_in", .name = {}};
    fault.lasts = 24h - 1min;
    EXPECT_EQ(fault.hours_passed(), 0);
    fault.lasts = 24h;
    EXPECT_EQ(fault.hours_passed(), 24);
    fault.lasts = 71h;
    EXPECT_EQ(fault.hours_passed(), 48);
    fault.lasts = 300h;
    EXPECT_EQ(fault.hours_passed(), 72);
}

}  // namespace
}  // namespace mg
