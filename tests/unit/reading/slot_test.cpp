#include "gateway/reading/slot.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

TEST(SlotGrid, LocalMidnightIsASlotWhateverTheInterval) {
    const UtcTime midnight_in_beijing = sys_days{year{2026} / 11 / 21} + 16h;
    for (const auto every : {100ms, 1000ms, 60'000ms, 900'000ms, 86'400'000ms}) {
        const SlotGrid grid{.every = every, .utc_offset = 8h};
        EXPECT_TRUE(grid.contains({midnight_in_beijing})) << every.count();
    }
}

TEST(SlotGrid, TheNextSlotIsStrictlyLater) {
    const SlotGrid grid{.every = 15min, .utc_offset = 8h};
    const UtcTime quarter = sys_days{year{2026} / 11 / 22} + 1h + 15min;
    EXPECT_EQ(grid.at_or_before(quarter).at, quarter);
    EXPECT_EQ(grid.after(quarter).at, quarter + 15min);
    EXPECT_EQ(grid.at_or_before(quarter + 1ms).at, quarter);
    EXPECT_EQ(grid.at_or_before(quarter - 1ms).at, quarter - 15min);
}

TEST(SlotGrid, WorksBeforeTheEpoch) {
    const SlotGrid grid{.every = 1h, .utc_offset = -3h};
    const UtcTime early = UtcTime{} - 90min;
    EXPECT_LE(grid.at_or_before(early).at, early);
    EXPECT_GT(grid.after(early).at, early);
}

}  // namespace
}  // namespace mg
