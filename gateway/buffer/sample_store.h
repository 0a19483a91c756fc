#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/clock_book.h"
#include "gateway/buffer/deliveries.h"
#include "gateway/buffer/history.h"
#include "gateway/buffer/progress.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/sample.h"

namespace mg {

struct StoreStats {
    Sequence newest{0};           ///< last committed
    std::uint64_t committed{0};   ///< samples and gaps since start
    std::uint64_t commits{0};     ///< transactions since start
    std::uint64_t duplicates{0};  ///< same slot and meter with nothing new: ignored
    std::uint64_t superseded{0};
    std::uint64_t lost{0};     ///< samples that there was no room for, on disk or in memory: became gaps
    std::uint64_t dropped{0};  ///< by retention and damage since the store began, not delivered ones included
    std::uint64_t damaged{0};  ///< items on disk that could not be read and were passed over
    std::uint64_t files_away{0};  ///< that the disk would not give at the start; tried again
    std::uint64_t waiting{0};     ///< in memory, not yet committed
    std::uint64_t bytes_on_disk{0};
    std::uint64_t free_on_disk{0};  ///< as of the last look, at most a minute ago; 0: not yet looked
    /// Until the first sample must go to make room; none: never, or not known yet.
    std::optional<int> days_left;
    std::uint64_t hot_bytes_per_day{0};     ///< of the last days, as first written; 0: none
    std::uint64_t packed_bytes_per_day{0};  ///< after repacking
    bool boundary_only{false};              ///< no room: other samples become gaps until there is
    std::string trouble;                    ///< why the disk does not take samples now; empty: it does
};

/// The append-only, on-disk store of samples and gaps. Thread-safe.
///
/// Promises:
///  - append() never blocks on the disk. One thread commits in groups; only committed items are visible to
///  anybody.
///  - What was committed survives a power cut.
///  - peek() is oldest first, repeatable, and the same after a restart. Nothing leaves but by retention,
///  counted.
///  - Sequences increase strictly over both kinds of files and all restarts, and are never reused.
///  - A sample for a (slot, meter) already stored is ignored and counted, unless it brings values where there
///  were none,
///    or has a later clock epoch: then it is stored with the next revision and a new sequence.
///  - Trouble with the disk never reaches the caller of append(): newest samples wait in bounded memory,
///  beyond that the
///    oldest non-boundary ones are dropped first and become gaps (storage_lost).
class SampleStore : public History {
public:
    /// Its own for ever, also of its copies and of what is restored from them. Never blocks.
    [[nodiscard]] virtual std::string id() const = 0;

    /// Hands over; returns at once. `urgent` asks for a commit now instead of at the end of the interval
    /// (end of a boundary sweep).
    virtual void append(Sample sample) = 0;
    virtual void append(Gap gap) = 0;
    virtual void commit_soon() = 0;
    /// Blocks until everything appended so far is on disk or could not be put there; false on time-out.
    virtual bool flush(SteadyTime deadline) = 0;

    /// Up to `most` committed items with sequence > after, in order. Blocks for the disk.
    virtual Result<Peeked> peek(Sequence after, std::size_t most) = 0;
    /// `signal` is raised after each commit, until removed. The signal must outlive the registration.
    virtual void notify(Signal& signal) = 0;
    virtual void forget(Signal& signal) = 0;

    /// False for a consumer that was never here.
    virtual bool knows(const UplinkId& consumer) = 0;
    /// A new consumer begins after `done`; a known one stays where it is. One that is not known because
    /// the store lost its memory begins with the oldest. On disk before it returns.
    virtual Result<> begin(const UplinkId& consumer, Sequence done) = 0;
    /// Where a consumer stands: all up to and including this is done. 0 for a new one, which starts at the
    /// oldest item still stored. ack() only moves forward and returns at once; it is on disk within a second.
    virtual Sequence progress(const UplinkId& consumer) = 0;
    virtual void ack(const UplinkId& consumer, Sequence through) = 0;
    /// The same for a consumer that works in more than one place: what is settled beyond its progress.
    /// ack_run() is ignored when it would be one range more than Progress::kMostRanges: those items are
    /// offered again.
    virtual Progress settled(const UplinkId& consumer) = 0;
    virtual void ack_run(const UplinkId& consumer, SequenceRange run) = 0;
    /// The destination will never accept this item: kept, listed, not sent again. On disk before it returns.
    virtual Result<> set_aside(const UplinkId& consumer, Sequence sequence, const std::string& why) = 0;
    virtual std::uint64_t set_aside_count(const UplinkId& consumer) = 0;
    /// Items not settled; an upper bound (sequences may have holes).
    virtual std::uint64_t backlog(const UplinkId& consumer) = 0;

    /// What people ordered of the consumers, and what their destinations answered. Lives as long as the
    /// store.
    virtual Deliveries& deliveries() = 0;
    /// What is known about the wall clock that dated the items. Lives as long as the store.
    virtual ClockBook& clock_book() = 0;

    /// For a start: the slots of `meter` in [from, to) that are covered by a sample or a gap. The store does
    /// not know the meter's interval: a gap gives its start and every full second after it.
    virtual Result<std::vector<Slot>> covered_slots(const MeterId& meter, Slot from, Slot to) = 0;
    /// The newest slot covered by a sample or gap of this meter (a gap counts up to the slot before its end).
    virtual std::optional<Slot> last_slot(const MeterId& meter) = 0;
    /// Latest taken_at of any committed sample, and the highest epoch; for trust in the clock.
    [[nodiscard]] virtual UtcTime last_taken_at() = 0;
    [[nodiscard]] virtual ClockEpoch last_epoch() = 0;

    [[nodiscard]] virtual StoreStats stats() = 0;
};

}  // namespace mg
