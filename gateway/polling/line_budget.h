#pragma once

#include <optional>
#include <span>
#include <vector>

#include "drivers/driver.h"
#include "gateway/base/clock.h"

/// How much of a line's time its meters need. Pure arithmetic: nothing is asked for it.
namespace mg {

/// One instrument on the line.
struct InstrumentLoad {
    milliseconds every{60'000};
    PollCost cost;
    /// As measured; none: kAssumedLatency.
    std::optional<std::chrono::microseconds> latency;
};

/// A good poll of it, from the silence before its first request to its last byte.
std::chrono::microseconds poll_time(const InstrumentLoad& instrument);

struct LineBudget {
    /// The slots of one interval must be read while their windows are open.
    struct Interval {
        milliseconds every{0};
        milliseconds needs{0};  ///< of all that falls due in `has`, shorter intervals included
        milliseconds has{0};    ///< `every`, a minute at most
        bool operator==(const Interval&) const = default;
    };
    milliseconds sweep{0};  ///< all instruments once
    milliseconds sweep_has{
        60'000};  ///< 60 s: within 30 s of the boundary. Less for boundaries that follow faster
    std::vector<Interval> intervals;  ///< by length
    int percent{0};                   ///< of the line's time, on average
    bool operator==(const LineBudget&) const = default;

    [[nodiscard]] bool fits() const;
};

LineBudget budget_of(std::span<const InstrumentLoad> instruments, milliseconds boundary);

/// The shortest interval with which those of `budget`'s shortest that does not fit would: a divisor of a day
/// that people write. None: it is the boundary sweep alone, or no interval helps.
std::optional<milliseconds> interval_that_fits(std::span<const InstrumentLoad> instruments,
                                               milliseconds boundary);

}  // namespace mg
