#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "config/options.h"

namespace mg {

/// One request: `count` registers from `first`. It brings the points order[begin] … order[begin + size - 1]
/// of its plan.
struct Block {
    RegisterTable table{};
    std::uint16_t first{};
    std::uint16_t count{};
    std::size_t begin{};
    std::size_t size{};

    bool operator==(const Block&) const = default;
};

/// How much of its register map a model lets one request ask for.
struct ReadLimits {
    std::uint16_t max_registers{60};  ///< in one request
    std::uint16_t max_gap{0};         ///< registers nobody asked for that may be read to join two points
};

/// The requests of one poll. Every point belongs to exactly one block.
struct ReadPlan {
    std::vector<std::size_t> order;  ///< indexes of points, by table and address
    std::vector<Block> blocks;
};

/// Registers on the wire that a point takes.
std::uint16_t register_count(const PointOptions& point);

/// The fewest requests that read `wanted` (indexes into `points`) within the limits. A point is never split:
/// one that is longer than max_registers gets a block of its own.
ReadPlan plan_reads(std::span<const PointOptions> points, std::span<const std::size_t> wanted,
                    ReadLimits limits);

/// The same points in two requests, for a meter that refuses the one. The block must bring two points or
/// more.
std::array<Block, 2> halves_of(const Block& block, std::span<const PointOptions> points,
                               const ReadPlan& plan);

}  // namespace mg
