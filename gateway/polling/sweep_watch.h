#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/reading/slot.h"

namespace mg {

/// How far from its boundary each instrument of a line was read, and how long the whole sweep took. Pure.
class SweepWatch {
public:
    explicit SweepWatch(std::size_t instruments) : skews_(instruments) {}

    /// An instrument was asked for a boundary at `began` and had answered at `taken_at`.
    void answered(std::size_t instrument, Slot slot, UtcTime began, UtcTime taken_at);

    struct Skew {
        milliseconds at_last{0};  ///< taken_at minus slot, at the last boundary that it was read at
        std::optional<milliseconds> change;  ///< against the one read before
    };
    [[nodiscard]] std::optional<Skew> skew(std::size_t instrument) const { return skews_[instrument]; }
    /// From the first question to the last answer of the newest boundary; none before the first.
    [[nodiscard]] std::optional<milliseconds> duration() const;

private:
    std::vector<std::optional<Skew>> skews_;
    std::optional<Slot> newest_;
    UtcTime began_{};
    UtcTime ended_{};
};

}  // namespace mg
