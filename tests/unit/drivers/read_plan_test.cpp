#include "drivers/modbus/read_plan.h"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace mg {
namespace {

PointOptions point(std::uint16_t address, WireType type, RegisterTable table = RegisterTable::holding) {
    PointOptions made;
    made.table = table;
    made.address = address;
    made.type = type;
    return made;
}

std::vector<std::size_t> all_of(const std::vector<PointOptions>& points) {
    std::vector<std::size_t> indexes(points.size());
    std::iota(indexes.begin(), indexes.end(), 0U);
    return indexes;
}

ReadPlan plan_of(const std::vector<PointOptions>& points, ReadLimits limits) {
    return plan_reads(points, all_of(points), limits);
}

TEST(ReadPlan, NeighboursAreReadTogether) {
    const std::vector points{point(0, WireType::f32), point(2, WireType::f32), point(4, WireType::u16)};

    const auto plan = plan_of(points, {60, 0});

    ASSERT_EQ(plan.blocks.size(), 1U);
    EXPECT_EQ(plan.blocks[0], (Block{RegisterTable::holding, 0, 5, 0, 3}));
}

TEST(ReadPlan, AGapBeyondTheLimitSeparates) {
    const std::vector points{point(0, WireType::u16), point(3, WireType::u16)};

    EXPECT_EQ(plan_of(points, {60, 1}).blocks.size(), 2U);
    EXPECT_EQ(plan_of(points, {60, 2}).blocks.size(), 1U);
}

TEST(ReadPlan, APointIsNeverSplit) {
    const std::vector points{point(0, WireType::u64), point(4, WireType::u64)};

    const auto plan = plan_of(points, {6, 0});

    ASSERT_EQ(plan.blocks.size(), 2U);
    EXPECT_EQ(plan.blocks[1], (Block{RegisterTable::holding, 4, 4, 1, 1}));
}

TEST(ReadPlan, TablesAreNeverMixed) {
    const std::vector points{point(0, WireType::u16, RegisterTable::input),
                             point(1, WireType::u16, RegisterTable::holding)};

    EXPECT_EQ(plan_of(points, {60, 10}).blocks.size(), 2U);
}

TEST(ReadPlan, PointsMayShareRegisters) {
    const std::vector points{point(10, WireType::u32), point(11, WireType::u16), point(10, WireType::u16)};

    const auto plan = plan_of(points, {60, 0});

    ASSERT_EQ(plan.blocks.size(), 1U);
    EXPECT_EQ(plan.blocks[0].count, 2);
}

TEST(ReadPlan, TheLastRegisterCanBeRead) {
    const std::vector points{point(0xFFFE, WireType::u32), point(0xFFFD, WireType::u16)};

    const auto plan = plan_of(points, {60, 0});

    ASSERT_EQ(plan.blocks.size(), 1U);
    EXPECT_EQ(plan.blocks[0].first, 0xFFFD);
    EXPECT_EQ(plan.blocks[0].count, 3);
}

TEST(ReadPlan, NothingWantedIsNothingAsked) {
    EXPECT_TRUE(plan_of({}, {60, 0}).blocks.empty());
}

TEST(ReadPlan, ABlockWithoutHolesIsHalved) {
    const std::vector points{point(0, WireType::u16), point(1, WireType::u16), point(2, WireType::u32)};
    const auto plan = plan_of(points, {60, 10});
    ASSERT_EQ(plan.blocks.size(), 1U);

    EXPECT_EQ(
        parts_of(plan.blocks[0], points, plan),
        (std::vector{Block{RegisterTable::holding, 0, 1, 0, 1}, Block{RegisterTable::holding, 1, 3, 1, 2}}));
}

TEST(ReadPlan, ABlockWithHolesIsSplitAtAllOfThemFirst) {
    const std::vector points{point(0, WireType::u16), point(1, WireType::u16), point(9, WireType::u32),
                             point(20, WireType::u16)};
    const auto plan = plan_of(points, {60, 10});
    ASSERT_EQ(plan.blocks.size(), 1U);

    EXPECT_EQ(
        parts_of(plan.blocks[0], points, plan),
        (std::vector{Block{RegisterTable::holding, 0, 2, 0, 2}, Block{RegisterTable::holding, 9, 2, 2, 1},
                     Block{RegisterTable::holding, 20, 1, 3, 1}}));
}

TEST(ReadPlan, AHoleIsReadWhereItCostsLessThanARequest) {
    using namespace std::chrono_literals;
    EXPECT_EQ(gap_worth_reading({.request = 40ms, .a_register = 2ms}, 100), 20);
    EXPECT_EQ(gap_worth_reading({.request = 40ms, .a_register = 2ms}, 8), 8) << "the model's limit";
    EXPECT_EQ(gap_worth_reading({.request = 1ms, .a_register = 2ms}, 8), 0);
    EXPECT_EQ(gap_worth_reading({.request = 20ms, .a_register = 0us}, 8), 8) << "no wire";
}

// ---- properties over any map of points ----

rc::Gen<PointOptions> any_point() {
    return rc::gen::map(
        rc::gen::tuple(rc::gen::inRange(0, 300), rc::gen::inRange(0, 15), rc::gen::arbitrary<bool>()),
        [](auto drawn) {
            const auto [address, type, input] = drawn;
            return point(static_cast<std::uint16_t>(address), static_cast<WireType>(type),
                         input ? RegisterTable::input : RegisterTable::holding);
        });
}

struct Case {
    std::vector<PointOptions> points;
    ReadLimits limits;
    ReadPlan plan;
};

Case any_case() {
    Case made;
    made.points = *rc::gen::container<std::vector<PointOptions>>(any_point());
    made.limits = {static_cast<std::uint16_t>(*rc::gen::inRange(4, 126)),
                   static_cast<std::uint16_t>(*rc::gen::inRange(0, 20))};
    made.plan = plan_of(made.points, made.limits);
    return made;
}

void holds(const char* what, const std::function<void(const Case&)>& property) {
    EXPECT_TRUE(rc::check(what, [&] { property(any_case()); }));
}

TEST(ReadPlanProperty, EachPointIsCoveredExactlyOnce) {
    holds("covered once", [](const Case& c) {
        auto order = c.plan.order;
        std::ranges::sort(order);
        RC_ASSERT(order == all_of(c.points));
        std::size_t place = 0;
        for (const auto& block : c.plan.blocks) {
            RC_ASSERT(block.begin == place);
            place += block.size;
            for (auto i = block.begin; i < place; ++i) {
                const auto& inside = c.points[c.plan.order[i]];
                RC_ASSERT(inside.table == block.table);
                RC_ASSERT(inside.address >= block.first);
                RC_ASSERT(inside.address + register_count(inside) <= block.first + block.count);
            }
        }
        RC_ASSERT(place == c.points.size());
    });
}

TEST(ReadPlanProperty, NoRequestIsLongerThanTheMeterAllows) {
    holds("length", [](const Case& c) {
        for (const auto& block : c.plan.blocks) RC_ASSERT(block.count <= c.limits.max_registers);
    });
}

TEST(ReadPlanProperty, NoGapIsWiderThanAllowed) {
    holds("gap", [](const Case& c) {
        for (const auto& block : c.plan.blocks) {
            int end = block.first;
            for (auto i = block.begin; i < block.begin + block.size; ++i) {
                const auto& inside = c.points[c.plan.order[i]];
                RC_ASSERT(inside.address - end <= c.limits.max_gap);
                end = std::max(end, inside.address + register_count(inside));
            }
        }
    });
}

TEST(ReadPlanProperty, NeverMoreRequestsThanPoints) {
    holds("count", [](const Case& c) { RC_ASSERT(c.plan.blocks.size() <= c.points.size()); });
}

TEST(ReadPlanProperty, NoTwoRequestsCouldHaveBeenOne) {
    holds("fewest", [](const Case& c) {
        for (std::size_t i = 1; i < c.plan.blocks.size(); ++i) {
            const auto& before = c.plan.blocks[i - 1];
            const auto& after = c.plan.blocks[i];
            if (before.table != after.table) continue;
            const auto& next = c.points[c.plan.order[after.begin]];
            const bool far = next.address - (before.first + before.count) > c.limits.max_gap;
            const bool full = next.address + register_count(next) - before.first > c.limits.max_registers;
            RC_ASSERT(far || full);
        }
    });
}

}  // namespace
}  // namespace mg
