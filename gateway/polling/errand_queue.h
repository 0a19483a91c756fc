#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/polling/errand.h"
#include "gateway/polling/schedule.h"

namespace mg {

/// The errands of one line, a step of each in turn. A step waits while a poll is due, but no longer than 10 s
/// since it was asked for or its errand's last step, and where it would delay a boundary sweep no longer than
/// 90 s; then it goes before them, with a poll between two such steps. So a line that is never idle still
/// gives each errand a step that often, and a search that takes hours holds up no short question. An errand
/// that pauses polling waits for boundary sweeps only.
///
/// add() from any thread, the rest from the line's.
class ErrandQueue {
public:
    explicit ErrandQueue(Clock& clock) : clock_{clock} {}

    /// False: eight wait already.
    bool add(std::unique_ptr<Errand> errand);
    /// The next one whose turn has come; nullptr: nothing to do now. After each step whoever is due for a
    /// poll (`poll_due`, a silent instrument too) has a turn. Without a schedule nothing is polled.
    Errand* due(const Schedule* schedule, UtcTime now, bool poll_due);
    /// What due() gave last has made a step, and makes more of them or is over.
    void stepped(bool more);

private:
    struct Waiting {
        std::unique_ptr<Errand> errand;
        SteadyTime since;
    };
    struct Added {
        std::deque<Waiting> news;
        std::size_t known{0};  ///< news and older ones
    };
    [[nodiscard]] bool may_go(const Waiting& waiting, const Schedule& schedule, UtcTime now,
                              bool turn_of_polls) const;

    Clock& clock_;
    std::deque<Waiting> row_;  ///< who goes next stands first
    bool stepped_last_{false};
    Guarded<Added> added_;
};

}  // namespace mg
