#include "drivers/modbus/read_plan.h"

#include <algorithm>
#include <tuple>

namespace mg {
namespace {

// One past the last register; 65536 for a point at the very end, so wider than an address.
std::uint32_t end_of(const PointOptions& point) {
    return std::uint32_t{point.address} + register_count(point);
}
std::uint32_t end_of(const Block& block) {
    return std::uint32_t{block.first} + block.count;
}

Block block_of(const PointOptions& point, std::size_t place) {
    return {point.table, point.address, register_count(point), place, 1};
}

Block extended(Block block, const PointOptions& point) {
    const auto end = std::max(end_of(block), end_of(point));
    block.count = static_cast<std::uint16_t>(end - block.first);
    ++block.size;
    return block;
}

bool joins(const Block& block, const PointOptions& point, ReadLimits limits) {
    return point.table == block.table && point.address <= end_of(block) + limits.max_gap &&
           std::max(end_of(block), end_of(point)) - block.first <= limits.max_registers;
}

// The block of a run of places in the plan's order, whatever the limits say.
Block block_of(std::span<const PointOptions> points, const ReadPlan& plan, std::size_t begin,
               std::size_t size) {
    auto block = block_of(points[plan.order[begin]], begin);
    for (auto place = begin + 1; place < begin + size; ++place) {
        block = extended(block, points[plan.order[place]]);
    }
    return block;
}

}  // namespace

std::uint16_t register_count(const PointOptions& point) {
    return static_cast<std::uint16_t>(size_of(point.type) / 2);
}

ReadPlan plan_reads(std::span<const PointOptions> points, std::span<const std::size_t> wanted,
                    ReadLimits limits) {
    ReadPlan plan{{wanted.begin(), wanted.end()}, {}};
    std::ranges::stable_sort(plan.order, {}, [&](std::size_t index) {
        return std::tuple{points[index].table, points[index].address};
    });

    for (std::size_t place = 0; place < plan.order.size(); ++place) {
        const auto& point = points[plan.order[place]];
        if (!plan.blocks.empty() && joins(plan.blocks.back(), point, limits)) {
            plan.blocks.back() = extended(plan.blocks.back(), point);
        } else {
            plan.blocks.push_back(block_of(point, place));
        }
    }
    return plan;
}

std::uint16_t gap_worth_reading(const RequestCost& cost, std::uint16_t limit) {
    if (cost.a_register.count() <= 0) return limit;
    return static_cast<std::uint16_t>(std::min<std::int64_t>(limit, cost.request / cost.a_register));
}

std::vector<Block> parts_of(const Block& block, std::span<const PointOptions> points, const ReadPlan& plan) {
    std::vector<Block> parts;
    for (auto place = block.begin; place < block.begin + block.size; ++place) {
        const auto& point = points[plan.order[place]];
        if (!parts.empty() && point.address <= end_of(parts.back())) {
            parts.back() = extended(parts.back(), point);
        } else {
            parts.push_back(block_of(point, place));
        }
    }
    if (parts.size() > 1) return parts;
    const auto lower = block.size / 2;
    return {block_of(points, plan, block.begin, lower),
            block_of(points, plan, block.begin + lower, block.size - lower)};
}

}  // namespace mg
