#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "drivers/latency_watch.h"
#include "drivers/wire_tap.h"
#include "gateway/base/clock.h"
#include "gateway/reading/sample.h"

namespace mg {

/// What the exchanges with one instrument came to since start.
struct MeterFigures {
    std::uint64_t asked{0};
    std::uint64_t answered{0};    ///< with registers
    std::uint64_t exceptions{0};  ///< answered by "no"
    std::uint64_t timeouts{0};
    std::uint64_t corrupt{0};  ///< bad frames: checksum, length, function
    std::uint64_t foreign{0};  ///< frames of others, or late ones, thrown away while waiting for its answer
    std::optional<LatencyFigures> latency;
    bool operator==(const MeterFigures&) const = default;
};

/// What was heard on a line since start.
struct HearingFigures {
    std::uint64_t requests{0};  ///< for registers
    std::uint64_t answers{0};   ///< believed
    std::uint64_t exceptions{0};
    std::uint64_t doubtful{0};  ///< sound answers that were not believed: late, doubled, after damaged bytes
    std::uint64_t other{0};     ///< sound frames about no registers
    std::uint64_t bad_checksums{0};
    std::uint64_t resynchronisations{0};  ///< runs of bytes that are no frame
    bool operator==(const HearingFigures&) const = default;
    [[nodiscard]] std::uint64_t sound() const { return requests + answers + exceptions + doubtful + other; }
};

/// What is known of one instrument by what was heard since an instant.
struct HeardReadings {
    std::vector<std::vector<Reading>> readings;  ///< in layouts() order
    bool any{false};       ///< some point has a value, or the instrument said that it has none
    bool complete{false};  ///< each has
    SteadyTime newest{};   ///< when the last of them was heard; meaningless without any
};

/// Understands what another master and the meters of a line say to each other. Nothing in it can send. One
/// thread only; pure.
class Listener {
public:
    /// Called for each thing that passed, in order; for whoever watches the line.
    using Tell = std::function<void(WireFate, std::span<const std::uint8_t>)>;

    virtual ~Listener() = default;
    /// The stream begins, or begins again: what was said before is not known.
    virtual void begin(SteadyTime now) = 0;
    virtual void take(std::span<const std::uint8_t> bytes, SteadyTime at, const Tell& tell) = 0;
    /// Nothing more came until `now`. To be called now and then.
    virtual void settle(SteadyTime now, const Tell& tell) = 0;

    /// Of the instruments, in the order in which they were given.
    [[nodiscard]] virtual std::size_t instruments() const = 0;
    [[nodiscard]] virtual std::span<const LayoutRef> layouts(std::size_t instrument) const = 0;
    [[nodiscard]] virtual HeardReadings heard(std::size_t instrument, SteadyTime since) const = 0;
    /// Points that the other master has not asked for since start.
    [[nodiscard]] virtual std::vector<PointId> never_asked(std::size_t instrument) const = 0;
    [[nodiscard]] virtual MeterFigures figures(std::size_t instrument) const = 0;
    [[nodiscard]] virtual HearingFigures figures() const = 0;
};

}  // namespace mg
