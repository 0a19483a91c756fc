#pragma once

#include <cstddef>
#include <set>
#include <variant>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/sample.h"

namespace mg {

/// A committed sample. (slot, meter, revision) is its identity for every consumer, end to end.
struct StoredSample {
    Sequence sequence{};
    std::uint32_t revision{
        0};  ///< 0 first; higher supersedes: a value that came later, or a newer clock epoch
    Sample sample;
};
struct StoredGap {
    Sequence sequence{};
    Gap gap;
};
using StoredItem = std::variant<StoredSample, StoredGap>;
inline Sequence sequence_of(const StoredItem& item) {
    return std::visit([](const auto& i) { return i.sequence; }, item);
}

struct Peeked {
    std::vector<StoredItem> items;  ///< by sequence, oldest first
    /// Everything up to here has been looked at: the place to go on from, also where items is empty.
    Sequence through{0};
};

/// Which of the stored items: those of the meters (empty: of all) with a slot in [from, to); a gap that
/// reaches into it counts.
struct HistoryQuery {
    Slot from{UtcTime::min()};
    Slot to{UtcTime::max()};
    std::set<MeterId> meters;
    bool boundary_only{false};  ///< samples of boundary slots and no gaps: the other files stay closed

    [[nodiscard]] bool matches(const StoredItem& item) const;
};

/// What was stored, for reading. Thread-safe.
class History {
public:
    virtual ~History() = default;

    /// Items of the query with sequence > after, in order, at most `most`. Looks at a bounded number of items
    /// and may return none although more follow: go on from `through` until it reaches newest(). Blocks for
    /// the disk.
    virtual Result<Peeked> read(const HistoryQuery& query, Sequence after, std::size_t most) = 0;
    /// Sequence of the newest committed item; 0 when empty. Never blocks.
    [[nodiscard]] virtual Sequence newest() const = 0;
};

}  // namespace mg
