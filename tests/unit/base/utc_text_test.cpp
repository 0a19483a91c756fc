#include "gateway/base/utc_text.h"

#include <chrono>
#include <string_view>

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;
using namespace std::chrono;

const UtcTime kMoment = sys_days{2026y / 11 / 22} + 12h + 45min + 34s + 250ms;

TEST(UtcText, ReadsBackWhatItWrote) {
    EXPECT_EQ(utc_text(kMoment), "2026-11-22T12:45:34.250Z");
    EXPECT_EQ(utc_from_text("2026-11-22T12:45:34.250Z"), kMoment);
    EXPECT_EQ(utc_text(UtcTime{}), "1970-01-01T00:00:00.000Z");
}

TEST(UtcText, ShowsPeopleTheSitesTime) {
    EXPECT_EQ(local_text(kMoment, 480min), "2026-11-22 20:45:34");
}

TEST(UtcText, AnythingElseIsNoTime) {
    for (const std::string_view text :
         {"", "2026-11-22", "2026-11-22T12:45:34Z", "2026-13-22T12:45:34.250Z", "2026-02-30T12:45:34.250Z",
          "2026-11-22T24:00:00.000Z", "2026-11-22 12:45:34.250Z", "2026-11-22T12:45:34.2x0Z"}) {
        EXPECT_FALSE(utc_from_text(text)) << text;
    }
}

TEST(UtcText, TimesFromPeopleCarryTheirOffset) {
    for (const std::string_view text :
         {"2026-11-22T12:45:34.250Z", "2026-11-22T20:45:34.25+08:00", "2026-11-22T07:15:34.250-05:30"}) {
        EXPECT_EQ(utc_from_iso(text), kMoment) << text;
    }
    EXPECT_EQ(utc_from_iso("2026-11-23T00:00+08:00"), sys_days{2026y / 11 / 22} + 16h);
    for (const std::string_view text :
         {"", "2026-11-22", "2026-11-22T12:45", "2026-11-22 12:45Z", "2026-11-22T12:45:60Z",
          "2026-11-22T12:45:34.Z", "2026-11-22T12:45:34.2501Z", "2026-11-22T12:45+8:00",
          "2026-11-22T12:45+08:00x", "2026-02-30T12:45Z", "2026-11-22T12:45:34.25"}) {
        EXPECT_FALSE(utc_from_iso(text)) << text;
    }
}

}  // namespace
}  // namespace mg
