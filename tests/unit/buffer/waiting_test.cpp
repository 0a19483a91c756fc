#include "gateway/buffer/waiting.h"

#include <gtest/gtest.h>

#include "tests/unit/buffer/store_fixture.h"

namespace mg::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr SlotGrid kQuarters{minutes{15}, std::chrono::hours{8}};
constexpr std::size_t kAll = 1'000'000;

WaitingSample waiting(const LayoutRef& layout, UtcTime slot, bool boundary = false) {
    const Sample from = sample(layout, slot, 1, boundary);
    return {.layout = layout,
            .slot = from.slot,
            .taken_at = from.taken_at,
            .epoch = 0,
            .boundary = boundary,
            .packed = pack(*layout, from.readings)};
}

struct Counted {
    int boundary{0};
    int other{0};
    std::vector<Gap> gaps;
};
Counted counted(const std::vector<WaitingItem>& items) {
    Counted all;
    for (const WaitingItem& item : items) {
        if (const auto* gap = std::get_if<Gap>(&item.what)) {
            all.gaps.push_back(*gap);
        } else {
            ++(std::get<WaitingSample>(item.what).boundary ? all.boundary : all.other);
        }
    }
    return all;
}

TEST(Waiting, KeepsTheOrderOfArrivalOverBothKinds) {
    Waiting queue{1 << 20, kQuarters};
    const auto m1 = layout("m1");
    for (int i = 0; i < 10; ++i) queue.add(waiting(m1, kMorning + seconds{i}, i % 3 == 0));

    auto items = queue.take(kAll, true);
    ASSERT_EQ(items.size(), 10U);
    for (std::size_t i = 1; i < items.size(); ++i) EXPECT_GT(items[i].arrival, items[i - 1].arrival);
    queue.put_back(std::move(items));
    const auto again = queue.take(kAll, true);
    ASSERT_EQ(again.size(), 10U);
    for (std::size_t i = 1; i < again.size(); ++i) EXPECT_GT(again[i].arrival, again[i - 1].arrival);
}

TEST(Waiting, DropsOthersBeforeBoundariesAndSaysSoInGaps) {
    Waiting queue{64 * 1024, kQuarters};
    const auto m1 = layout("m1");
    for (int i = 0; i < 3600; ++i) queue.add(waiting(m1, kMorning + seconds{i}, i % 900 == 0));

    EXPECT_GT(queue.lost(), 1000U);
    Counted all;
    while (!queue.empty()) {
        const Counted some = counted(queue.take(kAll, true));
        queue.settled();
        all.boundary += some.boundary;
        all.other += some.other;
        all.gaps.insert(all.gaps.end(), some.gaps.begin(), some.gaps.end());
    }
    EXPECT_EQ(all.boundary, 4);
    EXPECT_EQ(static_cast<std::uint64_t>(all.other) + queue.lost() + 4, 3600U);
    // One gap a quarter of an hour, none over a boundary slot that was kept.
    EXPECT_LE(all.gaps.size(), 4U);
    std::uint64_t covered = 0;
    for (const Gap& gap : all.gaps) {
        EXPECT_EQ(gap.reason, Quality::storage_lost);
        for (int quarter = 0; quarter < 4; ++quarter) {
            const UtcTime boundary = kMorning + minutes{15 * quarter};
            EXPECT_FALSE(gap.from.at <= boundary && boundary < gap.to.at);
        }
        covered += static_cast<std::uint64_t>((gap.to.at - gap.from.at) / seconds{1}) + 1;
    }
    EXPECT_EQ(covered, queue.lost());
}

TEST(Waiting, MemoryStaysBoundedThroughAMonthOfTrouble) {
    Waiting queue{256 * 1024, kQuarters};
    std::vector<LayoutRef> layouts;
    for (int i = 0; i < 20; ++i) layouts.push_back(layout("meter_" + std::to_string(i)));
    for (int minute = 0; minute < 30 * 24 * 60; minute += 5) {
        for (const auto& each : layouts)
            queue.add(waiting(each, kMorning + minutes{minute}, minute % 15 == 0));
    }
    // 256 KiB hold no more than this many items of any kind.
    EXPECT_LT(queue.count(), 2600U);
    EXPECT_GT(queue.lost(), 100'000U);
}

}  // namespace
}  // namespace mg::test
