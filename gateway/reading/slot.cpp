#include "gateway/reading/slot.h"

namespace mg {
namespace {

milliseconds since_slot(const SlotGrid& grid, UtcTime time) {
    const auto rest = (time.time_since_epoch() + grid.utc_offset) % grid.every;
    return rest < milliseconds{0} ? rest + grid.every : rest;
}

}  // namespace

Slot SlotGrid::at_or_before(UtcTime time) const {
    return {time - since_slot(*this, time)};
}

Slot SlotGrid::after(UtcTime time) const {
    return {at_or_before(time).at + every};
}

bool SlotGrid::contains(Slot slot) const {
    return since_slot(*this, slot.at) == milliseconds{0};
}

}  // namespace mg
