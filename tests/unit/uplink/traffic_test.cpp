#include "gateway/uplink/traffic.h"

#include <gtest/gtest.h>

#include "gateway/uplink/gzip.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

constexpr auto kChina = 8h;
constexpr std::uint64_t kMB = 1'000'000;

/// In the site's time.
UtcTime at(int month, int day, std::chrono::minutes time = 0min) {
    return UtcTime{sys_days{year{2026} / month / day}} + time - kChina;
}

TEST(Traffic, CountsFromTheFirstOfTheMonthInTheSitesTime) {
    Traffic traffic{{.bytes = 500 * kMB, .period = BudgetPeriod::month}, kChina, {}};
    traffic.add(7, at(10, 31, 23h + 59min));
    traffic.add(100, at(11, 1));
    traffic.add(20, at(11, 30, 23h));

    const BudgetState state = traffic.state(at(11, 30, 23h));

    EXPECT_EQ(state.sent, 120U);
    EXPECT_EQ(state.begin, at(11, 1));
    EXPECT_EQ(state.end, at(12, 1));
    EXPECT_EQ(traffic.state(at(12, 1)).sent, 0U);
}

TEST(Traffic, ABudgetIsUsedUpUntilThePeriodEnds) {
    Traffic traffic{{.bytes = 1000, .period = BudgetPeriod::day}, kChina, {}};
    traffic.add(999, at(11, 5, 12h));
    EXPECT_FALSE(traffic.used_up(at(11, 5, 12h)));
    traffic.add(1, at(11, 5, 13h));
    EXPECT_TRUE(traffic.used_up(at(11, 5, 23h + 59min)));
    EXPECT_FALSE(traffic.used_up(at(11, 6)));
}

TEST(Traffic, WithoutABudgetNothingIsEverUsedUp) {
    Traffic traffic{{}, kChina, {}};
    traffic.add(1'000'000 * kMB, at(11, 5));
    EXPECT_FALSE(traffic.used_up(at(11, 5)));
    EXPECT_FALSE(traffic.state(at(11, 5)).used_up());
}

TEST(Traffic, SaysWhatItWillComeToAtThisRate) {
    // 20 MB a day since the 1st; on the 16th at noon 310 MB have gone
    Traffic traffic{{.bytes = 500 * kMB, .period = BudgetPeriod::month}, kChina, {}};
    for (int day = 1; day <= 16; ++day) {
        for (int hour = 0; hour < (day == 16 ? 12 : 24); ++hour) {
            traffic.add(20 * kMB / 24, at(11, day, std::chrono::hours{hour}));
        }
    }

    const BudgetState state = traffic.state(at(11, 16, 12h));

    EXPECT_NEAR(static_cast<double>(state.sent), 310.0 * kMB, kMB);
    ASSERT_TRUE(state.forecast);
    EXPECT_NEAR(static_cast<double>(*state.forecast), 600.0 * kMB, 6 * kMB);
}

TEST(Traffic, AnOutageThatWasCaughtUpDoesNotRaiseTheForecast) {
    // 20 MB a day; nothing from the 10th to the 12th, all of it on the 13th
    Traffic traffic{{.bytes = 500 * kMB, .period = BudgetPeriod::month}, kChina, {}};
    for (int day = 1; day <= 16; ++day) {
        if (day < 10 || day > 12) traffic.add((day == 13 ? 80 : 20) * kMB, at(11, day, 6h));
    }

    const BudgetState state = traffic.state(at(11, 16, 23h + 59min));

    EXPECT_EQ(state.sent, 320 * kMB);
    ASSERT_TRUE(state.forecast);
    EXPECT_NEAR(static_cast<double>(*state.forecast), 600.0 * kMB, 6 * kMB);
}

TEST(Traffic, SaysNothingAboutTheFutureInTheFirstHour) {
    Traffic traffic{{.bytes = kMB}, kChina, {}};
    traffic.add(500, at(11, 16, 12h));
    EXPECT_FALSE(traffic.state(at(11, 16, 12h + 59min)).forecast);
    EXPECT_TRUE(traffic.state(at(11, 16, 13h)).forecast);
}

TEST(Traffic, GoesOnAfterARestartWhereItWas) {
    const BudgetOptions budget{.bytes = 1000, .period = BudgetPeriod::month};
    Traffic first{budget, kChina, {}};
    const TrafficDay kept = first.add(600, at(11, 5));
    Traffic second{budget, kChina, {kept}};
    second.add(400, at(11, 6));
    EXPECT_TRUE(second.used_up(at(11, 6)));
}

TEST(Gzip, IsWhatGzipReads) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += R"({"seq":)" + std::to_string(i) + R"(,"quality":"good"})";
    const auto packed = gzip(text);
    ASSERT_TRUE(packed);
    EXPECT_LT(packed->size(), text.size() / 5);
    EXPECT_EQ(packed->substr(0, 2), "\x1f\x8b");
}

}  // namespace
}  // namespace mg
