#include "gateway/commands/labels.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

TEST(Labels, ADurationShowsItsTwoLargestUnits) {
    EXPECT_EQ(duration_text(0s), "0 s");
    EXPECT_EQ(duration_text(59'999ms), "59 s");
    EXPECT_EQ(duration_text(65s), "1 min 5 s");
    EXPECT_EQ(duration_text(3h + 4min + 5s), "3 h 4 min");
    EXPECT_EQ(duration_text(49h), "2 d 1 h");
}

TEST(Labels, BytesAreShownInReadableUnits) {
    EXPECT_EQ(bytes_text(0), "0 B");
    EXPECT_EQ(bytes_text(1023), "1023 B");
    EXPECT_EQ(bytes_text(1536), "1.5 KiB");
    EXPECT_EQ(bytes_text(3ULL * 1024 * 1024 * 1024), "3.0 GiB");
}

TEST(Labels, AClockReasonOfANewerDaemonIsShownAsItIs) {
    EXPECT_EQ(clock_reason_label("ntp"), "kept by NTP");
    EXPECT_EQ(clock_reason_label("confirmed_by_li"), "confirmed_by_li");
}

TEST(Labels, SpeakChineseWhenAsked) {
    set_language(Language::zh);
    EXPECT_EQ(label(LineState::down), "中断");
    EXPECT_EQ(duration_text(65s), "1 分 5 秒");
    set_language(Language::en);
}

}  // namespace
}  // namespace mg
