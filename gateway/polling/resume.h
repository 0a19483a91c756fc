#pragma once

#include <vector>

#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/polling/schedule.h"

namespace mg {

/// Where one metering point goes on after a start, and what was missed meanwhile.
struct Resumption {
    std::vector<Gap> gaps;  ///< the slots of the stop, in order
    bool is_first{false};   ///< nothing was stored of it before
    Slot next;              ///< the first slot still to be read: its window is open, or it lies ahead
};

/// Finds the slots that fell due between the last stored one and now. Looks kLookBack behind the last stored
/// slot as well: a power cut between the commits of the two kinds of files can lose a slot before one that
/// was kept; and a boundary may be stored up to Schedule::kMostLead before its time. Blocks for the disk.
///
/// A metering point without history has one gap, `before_start`, over the slot before the first. On disk
/// before anything is polled, it is what a later start counts from: otherwise a crash before the very first
/// commit would leave no trace of the slots between.
///
/// `why`: what the stop was (stopped; clock_step: nothing could be dated).
Result<Resumption> resume_after_stop(SampleStore& store, const MeterId& meter, const SlotPlan& plan,
                                     UtcTime now, ClockEpoch epoch, Quality why = Quality::stopped);

inline constexpr std::chrono::seconds kLookBack{90};

}  // namespace mg
