#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/reading/quality.h"
#include "gateway/reading/slot.h"

namespace mg {

/// Which slots an instrument owes: every one of its own interval, and every boundary whatever that interval
/// is.
struct SlotPlan {
    SlotGrid own;
    SlotGrid boundary;

    [[nodiscard]] Slot at_or_before(UtcTime time) const;
    [[nodiscard]] Slot after(UtcTime time) const;  ///< strictly after
    /// A slot may be read from its instant until its window closes: 60 s later or at the next slot, whichever
    /// is first.
    [[nodiscard]] UtcTime window_end(Slot slot) const;
    /// The earliest slot whose window is open at `time` or opens later.
    [[nodiscard]] Slot first_open(UtcTime time) const;
};

/// When to ask whom on one line. Pure: no clock inside, so a month runs in seconds.
///
/// Of all instruments with an open slot: those not yet asked before those to be asked again, boundary slots
/// first and in the order of configuration (so that each meter's skew stays constant), then the window that
/// closes first. After three slots without an answer an instrument is only asked at boundaries and at growing
/// intervals up to a minute, so that a dead meter does not eat the line.
class Schedule {
public:
    Schedule(std::span<const SlotPlan> plans, UtcTime now);

    /// Go on with this slot, because earlier ones are already stored (a start) or void (the clock was set
    /// back).
    void resume(std::size_t instrument, Slot slot);
    /// The clock was set back: every instrument goes on with the slots of the new time.
    void rewind(UtcTime now);

    struct Ask {
        std::size_t instrument{};
        Slot slot;
        bool boundary{false};
    };
    /// The window of `slot` closed without an answer; `gap_end` > next slot means that further slots passed
    /// unasked.
    struct Missed {
        std::size_t instrument{};
        Slot slot;
        bool boundary{false};
        Quality why{Quality::not_asked};  ///< of `slot` itself
        Slot next;                        ///< the slot after `slot`
        Slot gap_end;  ///< slots from `next` up to but without this one were never asked for
    };
    /// The windows that have closed by `now`, at most one entry an instrument. The schedule has moved on.
    std::vector<Missed> close_windows(UtcTime now);
    /// The most urgent instrument to ask now; none when nobody is due.
    [[nodiscard]] std::optional<Ask> next(UtcTime now) const;
    /// When something falls due or closes next.
    [[nodiscard]] UtcTime wake_at() const;

    void answered(std::size_t instrument);
    void failed(std::size_t instrument, Quality why, UtcTime now);
    /// The line could not be opened. That says nothing about the instrument: it is never silent for that, and
    /// asked again within seconds, so that a line that comes back loses no more slots than its own back-off.
    void unreachable(std::size_t instrument, UtcTime now);
    /// Three or more slots in a row went without an answer.
    [[nodiscard]] bool silent(std::size_t instrument) const;

    /// The most urgent thing that something else of that length would delay.
    enum class Delays : std::uint8_t { nothing, periodic, sweep };
    [[nodiscard]] Delays delays(UtcTime now, std::chrono::milliseconds length) const;

private:
    struct Turn {
        SlotPlan plan;
        Slot slot;
        UtcTime closes{};
        bool boundary{false};
        bool asked{false};
        UtcTime ask_from{};  ///< the slot's instant, or when to ask again
        Quality why{Quality::not_asked};
        int failures_in_slot{0};
        int failed_slots{0};
        UtcTime probe_from{};  ///< a silent instrument is left alone until then, boundaries excepted
        std::chrono::milliseconds probe_pause{0};
    };
    void move_to(Turn& turn, Slot slot);

    std::vector<Turn> turns_;
};

}  // namespace mg
