#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/polling/errand.h"
#include "gateway/polling/schedule.h"

namespace mg {

/// The errands of one line, one after the other. A step waits while a poll is due, for 10 s at most, and for
/// a boundary sweep 90 s at most: a line that is never idle still gets one exchange of an errand that often.
/// add() from any thread, the rest from the line's.
class ErrandQueue {
public:
    explicit ErrandQueue(Clock& clock) : clock_{clock}, last_step_{clock.steady()} {}

    /// False: eight wait already.
    bool add(std::unique_ptr<Errand> errand);
    /// The first one, when its turn has come; it stays the first until finished(). nullptr: nothing to do
    /// now. Without a schedule nothing else is asked.
    Errand* due(const Schedule* schedule, UtcTime now);
    /// A step was made.
    void stepped() { last_step_ = clock_.steady(); }
    void finished();

private:
    struct Waiting {
        std::unique_ptr<Errand> errand;
        SteadyTime since;
    };

    Clock& clock_;
    SteadyTime last_step_;
    std::unique_ptr<Errand> current_;
    SteadyTime waits_since_{};
    Guarded<std::deque<Waiting>> waiting_;
};

}  // namespace mg
