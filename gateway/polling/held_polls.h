#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/buffer/sample_store.h"
#include "gateway/polling/resume.h"

namespace mg {

/// What a metering point owes after a time without a date: gaps and samples in the order of their slots.
struct PlacedPolls {
    struct Item {
        Slot slot;
        std::optional<Gap> gap;             ///< else:
        const HeldReadings* held{nullptr};  ///< points into what was given
        UtcTime taken_at{};                 ///< of `held`
    };
    std::vector<Item> items;
    Slot next;  ///< the first slot still to be read
};

/// Pure. `utc_at_boot` is the true time at which steady time was 0. A poll belongs to the slot in whose
/// window it was made; the first of several in one window counts, and one whose slot is stored already does
/// not. Slots after the first poll that have none are missed because of the clock (clock_step).
PlacedPolls place_held(const MeterId& meter, const SlotPlan& plan, const Resumption& resumed,
                       ClockEpoch epoch, std::span<const HeldReadings> held, UtcTime utc_at_boot);

/// When to ask whom while nobody knows the time: every instrument at its own interval, but at least once a
/// minute, so that a boundary's window always holds a poll. Pure.
class HeldTurns {
public:
    explicit HeldTurns(std::span<const SlotPlan> plans);
    [[nodiscard]] std::optional<std::size_t> due(SteadyTime now) const;
    void asked(std::size_t instrument, SteadyTime now);

private:
    struct Turn {
        milliseconds every{};
        SteadyTime at{};
    };
    std::vector<Turn> turns_;
};

}  // namespace mg
