#include "gateway/uplink/provincial/platform_time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/uplink/provincial/platform.h"

namespace mg {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(PlatformTime, IsLocalAndInTheFormOfTheProfile) {
    EXPECT_EQ(platform_time(kSendTime, hours{8}, DateForm::dashes), "2026-03-02 10:30:05");
    EXPECT_EQ(platform_time(kSendTime, hours{8}, DateForm::slashes), "2026/03/02 10:30:05");
    EXPECT_EQ(platform_time(kSendTime, hours{8}, DateForm::iso), "2026-03-02T10:30:05");
    EXPECT_EQ(platform_time(kSendTime, hours{8}, DateForm::digits), "20260302103005");
    EXPECT_EQ(platform_time(kSendTime + milliseconds{999}, minutes{-210}, DateForm::dashes),
              "2026-03-01 23:00:05");
}

RC_GTEST_PROP(PlatformTime, IsReadBackFromEveryForm, ()) {
    const auto seconds = *rc::gen::inRange<std::int64_t>(0, 4'102'444'800);
    const auto offset = minutes{*rc::gen::inRange(-720, 841)};
    const UtcTime time{std::chrono::seconds{seconds}};
    for (const DateForm form : {DateForm::dashes, DateForm::slashes, DateForm::iso, DateForm::digits}) {
        RC_ASSERT(platform_time_from(platform_time(time, offset, form), offset) == time);
    }
}

TEST(PlatformTime, ReadsTheMillisecondsOfATokensEnd) {
    EXPECT_EQ(platform_time_from("2026-03-02 10:30:05 250", hours{8}), kSendTime + milliseconds{250});
    EXPECT_EQ(platform_time_from("2026-03-02 10:30:05.250", hours{8}), kSendTime + milliseconds{250});
}

TEST(PlatformTime, IsNoneOfWhatIsNoTime) {
    for (const std::string_view text :
         {"", "3600", "2026-02-29 00:00:00", "2026-13-01 00:00:00", "2026-03-02 24:00:00", "2026-03-02",
          "2026-03-02 10:30:60", "2026-03-02 10:30:05x", "2026-03-02 10:30:05 25", "2026030210300",
          "二〇二六"}) {
        EXPECT_FALSE(platform_time_from(text, hours{8})) << text;
    }
}

TEST(PlatformTime, ReadsATimeOfDay) {
    EXPECT_EQ(time_of_day_from("01:38:00"), minutes{98});
    EXPECT_EQ(time_of_day_from("23:59"), minutes{1439});
    for (const std::string_view text : {"", "1:38", "24:00:00", "01:60:00", "01:38:00 ", "01-38-00"}) {
        EXPECT_FALSE(time_of_day_from(text)) << text;
    }
}

}  // namespace
}  // namespace mg
