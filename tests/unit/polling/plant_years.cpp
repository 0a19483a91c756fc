#include "tests/unit/polling/plant_years.h"

#include <algorithm>
#include <array>

namespace mg {

using namespace std::chrono_literals;

/// Before the first phase it was as in the first.
const SimulatedLife::Phase& SimulatedLife::at(UtcTime time) const {
    const auto after = std::ranges::upper_bound(phases, time, {}, &Phase::from);
    return after == phases.begin() ? *after : *std::prev(after);
}

bool SimulatedLife::alive(UtcTime from, UtcTime to) const {
    return !at(from).dead && std::ranges::none_of(phases, [&](const Phase& phase) {
        return phase.dead && from < phase.from && phase.from <= to;
    });
}

SimulatedLives::SimulatedLives(std::uint32_t seed, UtcTime from, UtcTime to) {
    std::mt19937 dice{seed};
    const auto drawn = [&](std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>{least, most}(dice);
    };
    constexpr std::array kIntervals{30s, 60s, 60s, 300s, 900s, 900s, 3600s};
    const auto shortest = kIntervals[static_cast<std::size_t>(drawn(0, 6))];
    const auto count = static_cast<std::size_t>(shortest >= 300s ? drawn(3, 60) : drawn(3, 20));
    probe = milliseconds{drawn(200, 1000)};
    in_vain = 2 * probe;
    for (std::size_t i = 0; i < count; ++i) {
        const auto every =
            std::max<milliseconds>(shortest, kIntervals[static_cast<std::size_t>(drawn(0, 6))]);
        SimulatedLife meter;
        meter.plan = {.own = {.every = every, .utc_offset = 8h},
                      .boundary = {.every = 15min, .utc_offset = 8h}};
        // Slow, all of them together take 40 % of the shortest interval, and what several deaths at once cost
        // has room in the rest.
        const auto most = std::max<std::int64_t>(
            30, std::min<std::int64_t>(55'000, shortest.count() * 400) / static_cast<std::int64_t>(count));
        meter.slow = milliseconds{drawn(most / 2, most)};
        meter.good = meter.slow * drawn(6, 9) / 10;
        UtcTime time = from;
        bool dead = drawn(0, 9) == 0;
        while (time < to) {
            meter.phases.push_back({time, dead, drawn(0, 4) == 0});
            time += dead ? milliseconds{drawn(10, 2 * 86'400) * 1000}
                         : milliseconds{drawn(60, 20 * 86'400) * 1000};
            dead = !dead;
        }
        meters.push_back(std::move(meter));
    }
}

std::vector<SlotPlan> SimulatedLives::plans() const {
    std::vector<SlotPlan> all;
    for (const auto& meter : meters) all.push_back(meter.plan);
    return all;
}

}  // namespace mg
