#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/base/stop_event.h"

/// Waiting for a descriptor and for the stop at once. A condition variable can't do that, so these are the
/// only waits of the drivers that are not the Clock's own.
namespace mg {

enum class Event : std::uint8_t { readable, writable };

/// Blocks until the event, `due`, or stop. transient on time-out and stop; session_lost when nothing can come
/// any more.
Result<> wait_for(int descriptor, Event event, SteadyTime due, const StopEvent& stop, const Clock& clock);

/// Blocks until `due` or stop.
void stay_silent(SteadyTime due, const StopEvent& stop, const Clock& clock);

/// Costs one system call.
bool is_stopped(const StopEvent& stop);

}  // namespace mg
