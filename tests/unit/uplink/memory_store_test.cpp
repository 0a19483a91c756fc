#include "tests/support/memory_store.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

LayoutPoint point(std::string id, WireType type) {
    LayoutPoint made;
    made.id = {std::move(id)};
    made.type = type;
    return made;
}

const LayoutRef kLayout = std::make_shared<Layout>(
    Layout{{"m1"}, "two-points", {point("energy_import", WireType::u32), point("voltage_a", WireType::u16)}});

Slot slot(int second) {
    return Slot{UtcTime{std::chrono::seconds{1'800'000'000 + second}}};
}

Sample sample(int second, std::vector<Reading> readings, ClockEpoch epoch = 0) {
    return {.layout = kLayout,
            .slot = slot(second),
            .taken_at = slot(second).at,
            .epoch = epoch,
            .readings = std::move(readings)};
}

std::uint32_t revision_of(const StoredItem& item) {
    return std::get<StoredSample>(item).revision;
}

constexpr Reading kMissing{0, Quality::no_reply};

TEST(MemoryStore, PeekIsOrderedAndRepeatable) {
    MemoryStore store;
    store.append(sample(0, {{1, Quality::good}, {1, Quality::good}}));
    store.skip_sequences(100);
    store.append(sample(1, {{2, Quality::good}, {2, Quality::good}}));
    store.append(Gap{.meter = {"m1"}, .from = slot(2), .to = slot(9)});

    const auto first = store.peek(0, 2);
    const auto again = store.peek(0, 2);
    const auto rest = store.peek(first->through, 10);

    ASSERT_EQ(first->items.size(), 2U);
    EXPECT_EQ(sequence_of(first->items[1]), 102);
    EXPECT_EQ(first->through, again->through);
    ASSERT_EQ(rest->items.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<StoredGap>(rest->items[0]));
    EXPECT_EQ(rest->through, store.newest());
}

TEST(MemoryStore, SameSlotAgainIsIgnoredAndCounted) {
    MemoryStore store;
    store.append(sample(0, {{1, Quality::good}, {1, Quality::good}}));

    store.append(sample(0, {{9, Quality::good}, {9, Quality::good}}));
    store.append(sample(0, {kMissing, kMissing}));

    EXPECT_EQ(store.items().size(), 1U);
    EXPECT_EQ(store.stats().duplicates, 2U);
}

TEST(MemoryStore, ValueSupersedesMissing) {
    MemoryStore store;
    store.append(sample(0, {{1, Quality::good}, kMissing}));

    store.append(sample(0, {{1, Quality::good}, {2, Quality::good}}));

    ASSERT_EQ(store.items().size(), 2U);
    EXPECT_EQ(revision_of(store.items()[1]), 1U);
    EXPECT_EQ(store.stats().superseded, 1U);
}

TEST(MemoryStore, LaterEpochSupersedes) {
    MemoryStore store;
    store.append(sample(0, {{1, Quality::good}, {1, Quality::good}}, 0));

    store.append(sample(0, {{2, Quality::good}, {2, Quality::good}}, 1));
    store.append(sample(0, {{3, Quality::good}, {3, Quality::good}}, 0));

    ASSERT_EQ(store.items().size(), 2U);
    EXPECT_EQ(revision_of(store.items()[1]), 1U);
    EXPECT_EQ(store.last_epoch(), 1U);
}

TEST(MemoryStore, AckOnlyMovesForwardAndPerConsumer) {
    MemoryStore store;
    for (int i = 0; i < 5; ++i) store.append(sample(i, {{1, Quality::good}, {1, Quality::good}}));

    store.ack({"a"}, 4);
    store.ack({"a"}, 2);

    EXPECT_EQ(store.progress({"a"}), 4);
    EXPECT_EQ(store.backlog({"a"}), 1U);
    EXPECT_EQ(store.progress({"b"}), 0);
    EXPECT_EQ(store.backlog({"b"}), 5U);
}

TEST(MemoryStore, GapCoversItsSlots) {
    MemoryStore store;
    store.append(sample(0, {{1, Quality::good}, {1, Quality::good}}));
    store.append(Gap{.meter = {"m1"}, .from = slot(1), .to = slot(4)});

    const auto covered = store.covered_slots({"m1"}, slot(0), slot(10));

    EXPECT_EQ(*covered, (std::vector{slot(0), slot(1), slot(2), slot(3)}));
    EXPECT_GE(store.last_slot({"m1"})->at, slot(3).at);
    EXPECT_LT(store.last_slot({"m1"})->at, slot(4).at);
    EXPECT_FALSE(store.last_slot({"m2"}));
}

}  // namespace
}  // namespace mg
