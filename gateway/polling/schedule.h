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

/// When to ask whom on one line. Pure: no clock inside, so years run in seconds.
///
/// In this order:
///  1. the boundary sweep: live instruments with an open boundary, in the order of configuration, so that the
///     skew of each stays constant; then those of them that failed in it once already;
///  2. other open slots of live instruments, the window that closes first before others, first tries before
///     further ones; who was passed over because the line has more to do than it can keeps his place in the
///     row;
///  3. silent instruments.
/// A sweep that is known to take longer than 27 s begins before its boundary (lead(), at most 30 s), so that
/// all indexes lie within 30 s of it; a shorter one begins at the boundary.
///
/// After three asks in a row without an answer an instrument is silent: it goes last in sweeps, and between
/// boundaries is left alone for pauses that grow from 5 to 60 s. One of these probes is never followed by
/// another while a live instrument waits, and takes no slot from a live one that could be read without it.
/// While live ones always wait all probes of the line together get kProbeShare of its time, and a single
/// silent instrument one a minute whatever it costs. So one that returns is read within 120 s, or at its next
/// slot if that is later, where the probes fit into the share or into idle time; and else at the next
/// boundary.
class Schedule {
public:
    static constexpr double kProbeShare = 0.07;
    static constexpr std::chrono::seconds kMostLead{30};

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
        bool probe{false};  ///< of a silent instrument
        bool again{false};  ///< it failed in this slot already
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
    /// When something falls due or closes next, after next(now) gave nobody.
    [[nodiscard]] UtcTime wake_at(UtcTime now) const;

    /// What became of the ask that next() gave last; it ended `now` and `took` that long.
    void answered(std::size_t instrument, UtcTime now, milliseconds took);
    void failed(std::size_t instrument, Quality why, UtcTime now, milliseconds took);
    /// The line could not be opened. That says nothing about the instrument: it is never silent for that, and
    /// asked again within seconds, so that a line that comes back loses no more slots than its own back-off.
    void unreachable(std::size_t instrument, UtcTime now);
    /// Three or more asks in a row went without an answer.
    [[nodiscard]] bool silent(std::size_t instrument) const;

    /// The most urgent thing that something else of that length would delay.
    enum class Delays : std::uint8_t { nothing, periodic, sweep };
    [[nodiscard]] Delays delays(UtcTime now, milliseconds length) const;
    /// How long a good poll of it takes, by those so far; none before the first.
    [[nodiscard]] std::optional<milliseconds> cost(std::size_t instrument) const;
    /// How long before its boundary a sweep begins; 0 unless it is known to take longer than 27 s.
    [[nodiscard]] milliseconds lead() const { return lead_; }

private:
    struct Turn {
        SlotPlan plan;
        Slot slot;
        UtcTime closes{};
        UtcTime deadline{};  ///< of its window, or of the first one that closed since it was asked
        bool boundary{false};
        bool asked{false};
        UtcTime asked_at{};  ///< last, in whichever slot
        UtcTime ask_from{};  ///< the slot's instant, or when to ask again
        Quality why{Quality::not_asked};
        int failures_in_slot{0};
        int failures{0};       ///< in a row
        UtcTime probe_from{};  ///< a silent instrument is left alone until then, boundaries excepted
        milliseconds probe_pause{0};
        milliseconds probe_cost{0};
        std::optional<milliseconds> cost;
    };
    void move_to(Turn& turn, Slot slot);
    void settle_lead();
    void charge(const Turn& turn, UtcTime now, milliseconds took);
    [[nodiscard]] static bool is_silent(const Turn& turn);
    [[nodiscard]] UtcTime starts(const Turn& turn) const;
    [[nodiscard]] bool is_due(const Turn& turn, UtcTime now) const;
    [[nodiscard]] const Turn* best_live(UtcTime now) const;
    [[nodiscard]] const Turn* best_silent(UtcTime now) const;
    [[nodiscard]] bool may_probe(const Turn& silent, bool live_waits, UtcTime now) const;
    [[nodiscard]] bool harms(UtcTime now, milliseconds length) const;
    [[nodiscard]] double credit(UtcTime now) const;
    [[nodiscard]] Ask ask_of(const Turn& turn) const;

    std::vector<Turn> turns_;
    milliseconds lead_{0};
    bool probed_last_{false};
    double credit_{0};  ///< milliseconds that probes may take from live instruments
    UtcTime credit_at_;
};

}  // namespace mg
