#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/reading/ids.h"

namespace mg {

/// Names one submitted message within an uplink; never reused.
using Ticket = std::uint64_t;

/// The messages of one lane that are under way, and which of them have arrived. Progress is the contiguous
/// prefix only: a message that is confirmed before an earlier one waits for it. Pure; one thread.
class AckWindow {
public:
    struct Entry {
        Ticket ticket{};
        Lane lane{Lane::live};
        Sequence first{0};    ///< after what the message before it covered
        Sequence last{0};     ///< its last item
        Sequence through{0};  ///< everything up to here is done once this and all before it are
        SteadyTime sent{};
        std::size_t samples{0};
        std::size_t gaps{0};
        std::size_t items{0};
        std::uint64_t passed_over{0};  ///< items before `through` that the uplink does not carry
        UtcTime oldest_slot{};
        std::vector<Sequence> listed;  ///< every item in it, where somebody asked for them
        std::string answer;            ///< once confirmed, in the destination's words
        enum class Fate : std::uint8_t { under_way, confirmed, not_taken };
        Fate fate{Fate::under_way};
    };

    /// Tickets and sequences only grow.
    void sent(Entry entry);
    /// The message of this ticket, with its fate settled; nullptr when it is not under way (of an earlier
    /// session).
    const Entry* settle(Ticket ticket, Entry::Fate fate, std::string answer = {});
    /// Removes the oldest if it is confirmed.
    std::optional<Entry> take_confirmed();

    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::size_t under_way() const { return under_way_; }
    /// After take_confirmed(): the oldest that has not arrived.
    [[nodiscard]] const Entry* oldest() const { return entries_.empty() ? nullptr : &entries_.front(); }
    void clear();

private:
    std::deque<Entry> entries_;
    std::size_t under_way_{0};
};

}  // namespace mg
