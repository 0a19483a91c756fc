#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/polling/schedule.h"

namespace mg {

/// Which slot of each instrument waits for what another master reads. The windows are those of polling; the
/// other master knows nothing of boundaries, so a boundary that was not heard in full kReach after it also
/// takes what was heard up to kReach before. Pure.
class HeardSlots {
public:
    /// How far from its boundary an index may be read.
    static constexpr std::chrono::seconds kReach{30};

    HeardSlots(std::span<const SlotPlan> plans, UtcTime now);

    /// Go on with this slot, because earlier ones are already stored.
    void resume(std::size_t instrument, Slot slot);
    /// The clock was set back: every instrument goes on with the slots of the new time.
    void rewind(UtcTime now);

    struct Waiting {
        Slot slot;
        bool boundary{false};
        UtcTime hears_from{};  ///< what was heard since then belongs to it
        bool over{false};      ///< its window has closed
        Slot next;             ///< the slot after it
        Slot gap_end;          ///< when over: slots from `next` up to but without this one passed unheard
    };
    /// None while its next slot lies ahead.
    [[nodiscard]] std::optional<Waiting> waiting(std::size_t instrument, UtcTime now) const;
    /// It was stored; on to the first slot that is still to come.
    void stored(std::size_t instrument, const Waiting& slot);
    /// Some other instrument waits for this boundary.
    [[nodiscard]] bool is_awaited(Slot boundary) const;

private:
    struct Turn {
        SlotPlan plan;
        Slot slot;
    };
    std::vector<Turn> turns_;
};

}  // namespace mg
