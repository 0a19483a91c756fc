#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "gateway/polling/schedule.h"

namespace mg {

/// One simulated meter: when it is dead and how long its polls take.
struct SimulatedLife {
    SlotPlan plan;
    milliseconds good{0};  ///< a poll that is answered
    milliseconds slow{0};  ///< while it is slow
    struct Phase {
        UtcTime from{};
        bool dead{false};
        bool slow{false};
    };
    std::vector<Phase> phases;  ///< by time; the first begins with the simulation

    [[nodiscard]] const Phase& at(UtcTime time) const;
    /// Alive through all of [from, to].
    [[nodiscard]] bool alive(UtcTime from, UtcTime to) const;
};

/// A line of 3 … 60 meters with random intervals, deaths, returns and slow times, that has room for all it is
/// asked to do: half of each interval is free, and a boundary sweep takes 55 s at most.
struct SimulatedLives {
    SimulatedLives(std::uint32_t seed, UtcTime from, UtcTime to);

    std::vector<SimulatedLife> meters;
    milliseconds in_vain{0};  ///< a poll that nobody answers, with its retries
    milliseconds probe{0};    ///< the same without
    [[nodiscard]] std::vector<SlotPlan> plans() const;
};

}  // namespace mg
