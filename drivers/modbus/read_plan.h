#pragma once

#include <chrono>
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

/// What a request and a register more in it cost on this wire.
struct RequestCost {
    std::chrono::microseconds request{0};  ///< both frames without registers, silences, the meter's own time
    std::chrono::microseconds a_register{0};  ///< 0: the wire has no time of its own
};
/// How many registers nobody asked for are cheaper to read than another request is; at most `limit`.
std::uint16_t gap_worth_reading(const RequestCost& cost, std::uint16_t limit);

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

/// The same points in several requests, for a meter that refuses the one: without the registers that nobody
/// asked for, if the block has any, and else in two halves. The block must bring two points or more.
std::vector<Block> parts_of(const Block& block, std::span<const PointOptions> points, const ReadPlan& plan);

}  // namespace mg
