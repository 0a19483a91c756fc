#include "gateway/inbound/entry_period.h"

#include <string_view>

#include <gtest/gtest.h>

namespace mg {
namespace {

constexpr SiteCalendar kSite;

TEST(EntryPeriod, IsReadHoweverASpreadsheetWritesIt) {
    struct Case {
        std::string_view written;
        std::string_view meant;
    };
    for (const auto& [written, meant] :
         {Case{"2026-11-22", "2026-11-22"}, Case{"2026/11/22", "2026-11-22"}, Case{"2026/1/5", "2026-01-05"},
          Case{"2026年1月5日", "2026-01-05"}, Case{"2026-11", "2026-11"}, Case{"2026/1", "2026-01"},
          Case{"2026年11月", "2026-11"}, Case{"2026", "2026"}, Case{"2026年", "2026"}}) {
        const auto period = written_period(written, kSite);
        ASSERT_TRUE(period) << written;
        EXPECT_EQ(kSite.text(period->period), meant) << written;
    }
}

TEST(EntryPeriod, WhatIsNoneIsNone) {
    for (const std::string_view text :
         {"", "-", "26-11", "2026-13", "2026-11-31", "2026-02-29", "Nov-26", "11/22/2026", "2026-11-22 10:15",
          "2026-11-22-", "2026--11", "2026-", "20261122", "2026/11/22/1", "二〇二六年", "2026年11月22日x"}) {
        EXPECT_FALSE(written_period(text, kSite)) << text;
    }
}

TEST(EntryPeriod, AMonthThatMayHaveBecomeItsFirstDayIsDoubtful) {
    EXPECT_TRUE(written_period("2026/11/1", kSite)->may_be_longer);
    EXPECT_TRUE(written_period("2026年11月1日", kSite)->may_be_longer);
    EXPECT_FALSE(written_period("2026/11/2", kSite)->may_be_longer);
    EXPECT_FALSE(written_period("2026-11-01", kSite)->may_be_longer)
        << "no spreadsheet writes this by itself";
}

TEST(EntryPeriod, ItsTypeMakesTheFirstDayWhatWasMeant) {
    const auto as = [](std::string_view written, StatType type) {
        const auto period = as_type(written_period(written, kSite)->period, type, kSite);
        return period ? kSite.text(*period) : "none";
    };
    EXPECT_EQ(as("2026/11/1", StatType::month), "2026-11");
    EXPECT_EQ(as("2026/1/1", StatType::year), "2026");
    EXPECT_EQ(as("2026/11/1", StatType::day), "2026-11-01");
    EXPECT_EQ(as("2026-11", StatType::month), "2026-11");
    EXPECT_EQ(as("2026/11/2", StatType::month), "none");
    EXPECT_EQ(as("2026/11/1", StatType::year), "none");
    EXPECT_EQ(as("2026-11", StatType::day), "none");
    EXPECT_EQ(as("2026", StatType::month), "none");
}

}  // namespace
}  // namespace mg
