#pragma once

#include "gateway/base/clock.h"
#include "gateway/reading/ids.h"

namespace mg {

/// Where the sequences go on when nobody knows how many were given out after `known`: meta.db was lost, or a
/// backup is restored. Pure.
///
/// A consumer that was ahead must never meet an old number on a new item, so the jump is larger than all that
/// a store gives out in years (a plant of 10,000 meters read each second: 10^12 in three years). And it grows
/// with the clock, by more than any store gives out in the same time: one backup restored twice does not lead
/// to the same numbers twice. 2^53, which JSON readers can still count to, is reached after hundreds of
/// restores.
Sequence mark_beyond(Sequence known, UtcTime now);

}  // namespace mg
