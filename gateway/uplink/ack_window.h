#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "gateway/base/clock.h"
#include "gateway/reading/ids.h"

namespace mg {

/// Names one submitted message within an uplink; never reused.
using Ticket = std::uint64_t;

/// Messages under way and which of them have arrived. Progress is the contiguous prefix only: a message that
/// is confirmed before an earlier one waits for it. Pure; one thread.
class AckWindow {
public:
    struct Entry {
        Ticket ticket{};
        Sequence through{0};  ///< everything up to here is done once this and all before it are
        SteadyTime sent{};
        std::size_t samples{0};
        std::size_t gaps{0};
        std::size_t items{0};
        UtcTime oldest_slot{};
        enum class Fate : std::uint8_t { under_way, confirmed, not_taken };
        Fate fate{Fate::under_way};
    };

    /// Tickets and sequences only grow.
    void sent(const Entry& entry);
    /// The message of this ticket, with its fate settled; nullptr when it is not under way (of an earlier
    /// session).
    const Entry* settle(Ticket ticket, Entry::Fate fate);
    /// Removes the confirmed prefix and returns where it ends; nullopt when the oldest is not confirmed.
    std::optional<Sequence> take_progress();

    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t under_way() const { return under_way_; }
    /// After take_progress(): the oldest that has not arrived.
    [[nodiscard]] const Entry* oldest() const { return entries_.empty() ? nullptr : &entries_.front(); }
    void clear();

private:
    std::deque<Entry> entries_;
    std::size_t under_way_{0};
};

}  // namespace mg
