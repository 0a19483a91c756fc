#include "gateway/completeness/fault_watch.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::minutes kSite{480};
constexpr UtcTime kMonday{1'795'363'200'000ms};  // 2026-11-23 00:00 at the site

Fault silent(const std::string& id, UtcTime now) {
    Fault fault{.kind = StripKind::meter, .id = id, .name = {}};
    fault.since = kMonday;
    fault.lasts = now - kMonday;
    fault.reason = Quality::no_reply;
    fault.repair_until = kMonday + 72h;
    return fault;
}

TEST(FaultWatch, SaysEachThresholdOnceAndThatItIsOver) {
    FaultWatch watch;
    std::vector<int> said_at;
    for (int hour = 1; hour <= 100; ++hour) {
        const UtcTime now = kMonday + hour * 1h + 1min;
        const auto lines = watch.look({silent("hv_kiln", now)}, now, kSite);
        ASSERT_LE(lines.size(), 1U);
        if (!lines.empty()) said_at.push_back(hour);
    }
    const std::vector<int> thresholds{24, 48, 72};
    EXPECT_EQ(said_at, thresholds);
    const auto over = watch.look({}, kMonday + 101h, kSite);
    ASSERT_EQ(over.size(), 1U);
    EXPECT_NE(over[0].find("hv_kiln"), std::string::npos);
    EXPECT_TRUE(watch.look({}, kMonday + 102h, kSite).empty());
}

TEST(FaultWatch, NamesSubjectReasonAndDeadline) {
    FaultWatch watch;
    const UtcTime now = kMonday + 30h;
    const auto lines = watch.look({silent("hv_kiln", now)}, now, kSite);
    ASSERT_EQ(lines.size(), 1U);
    for (const char* part : {"hv_kiln", "30 h", "2026-11-23 00:00", "2026-11-26 00:00"})
        EXPECT_NE(lines[0].find(part), std::string::npos) << part << ": " << lines[0];
    FaultWatch after_a_restart;
    EXPECT_EQ(after_a_restart.look({silent("hv_kiln", now)}, now, kSite), lines);
}

TEST(FaultWatch, SaysADeadLineOfTwoHundredMetersInAFewLines) {
    FaultWatch watch;
    std::vector<Fault> faults;
    for (int i = 0; i < 200; ++i) faults.push_back(silent("em_" + std::to_string(i), kMonday + 25h));
    const auto lines = watch.look(faults, kMonday + 25h, kSite);
    ASSERT_EQ(lines.size(), 11U);
    EXPECT_NE(lines.back().find("190"), std::string::npos);
}

}  // namespace
}  // namespace mg
