#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "gateway/reading/ids.h"

namespace mg {

/// A run of sequences, both ends included.
struct SequenceRange {
    Sequence first{1};
    Sequence last{0};
    bool operator==(const SequenceRange&) const = default;
};

/// How far a consumer is: everything up to `through` is settled, and so is what lies in `beyond`. Pure.
///
/// `beyond` is ascending, its ranges neither overlap nor touch, and all lie after `through` + 1.
struct Progress {
    /// A consumer in order has no range; one that sends live data beside a backlog has one for each outage
    /// that came before the backlog was through. Bounded, so that the worst link cannot grow it for ever.
    static constexpr std::size_t kMostRanges = 64;

    Sequence through{0};
    std::vector<SequenceRange> beyond;

    /// Settles a run, in any order and with any overlap. False, and nothing changed: it would be one range
    /// more than kMostRanges.
    bool settle(SequenceRange run);
    [[nodiscard]] bool is_settled(Sequence sequence) const;
    /// The first run after `after` that is not settled; `last` of the final one is the largest Sequence.
    [[nodiscard]] SequenceRange next_open(Sequence after) const;
    bool operator==(const Progress&) const = default;
};

}  // namespace mg
