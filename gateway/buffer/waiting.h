#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/base/guarded.h"
#include "gateway/buffer/packing.h"
#include "gateway/reading/sample.h"

namespace mg {

/// A sample on its way to the disk, already packed: a quarter of the memory, and the packing is done by the
/// line's thread.
struct WaitingSample {
    LayoutRef layout;
    Slot slot;
    UtcTime taken_at{};
    ClockEpoch epoch{0};
    bool boundary{false};
    Packed packed;
};
struct WaitingItem {
    std::uint64_t arrival{0};
    std::variant<WaitingSample, Gap> what;

    /// Boundary samples and gaps: dropped last, and stored in the boundary file.
    [[nodiscard]] bool precious() const;
};

/// Samples and gaps that wait for the disk, in bounded memory. Thread-safe, never blocks longer than a copy.
///
/// Beyond `limit` bytes the oldest non-boundary sample is dropped, then the oldest boundary sample. Each
/// dropped sample becomes part of a gap (storage_lost) of its meter. A gap never reaches over a boundary
/// slot, where a sample may have been kept; only when the gaps themselves fill a quarter of the memory they
/// are joined, one a meter.
class Waiting {
public:
    Waiting(std::size_t limit, SlotGrid boundaries) : limit_{limit}, boundaries_{boundaries} {}

    /// True: nothing was waiting before.
    bool add(WaitingSample sample);
    bool add(Gap gap);

    /// There is no room for other samples: from now on they become gaps, one a meter and boundary interval.
    void refuse_others(bool refuse);

    /// The oldest items by arrival, at most `most`, and not more than half the memory. With `lost`, the gaps
    /// of what was dropped come too; while others are refused, only those that will not grow. They count as
    /// waiting until settled or put back.
    std::vector<WaitingItem> take(std::size_t most, bool lost);
    /// Everything taken is on disk.
    void settled();
    /// These of the taken items are not.
    void put_back(std::vector<WaitingItem> items);

    [[nodiscard]] std::uint64_t last_arrival() const;
    [[nodiscard]] std::size_t count() const;  ///< samples and gaps, taken ones included
    [[nodiscard]] bool empty() const;         ///< nothing to take
    [[nodiscard]] std::uint64_t lost() const;

private:
    struct State {
        std::deque<WaitingItem> precious;
        std::deque<WaitingItem> other;
        std::map<std::pair<MeterId, bool>, Gap>
            lost_runs;  ///< by meter and boundary: the run that may still grow
        std::size_t bytes{0};
        std::size_t taken_bytes{0};
        std::size_t taken{0};
        std::size_t gap_bytes{0};
        std::uint64_t arrivals{0};
        std::uint64_t lost{0};
        bool refusing{false};
    };
    bool push(WaitingItem item);
    void make_room(State& state) const;
    void lose(State& state, const WaitingSample& sample) const;
    static void join_gaps(State& state);

    std::size_t limit_;
    SlotGrid boundaries_;
    Guarded<State> state_;
};

}  // namespace mg
