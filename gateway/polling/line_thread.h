#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "drivers/driver.h"
#include "gateway/base/clock.h"
#include "gateway/base/counters.h"
#include "gateway/polling/errand.h"
#include "gateway/polling/line_budget.h"
#include "gateway/polling/read_errand.h"
#include "gateway/polling/sweep_watch.h"
#include "gateway/reading/sample.h"

namespace mg {

/// What another master and the meters were heard to say; of a line that is listened to.
struct LineHearing {
    HearingFigures figures;
    std::string trouble;  ///< nothing is heard: what to check; empty: fine
    /// What the other master has not asked for since start.
    struct NeverAsked {
        MeterId meter;
        bool everything{false};
        std::vector<PointId> points;
        bool operator==(const NeverAsked&) const = default;
    };
    std::vector<NeverAsked> never_asked;
};

/// What status shows of a line; a copy, consistent in itself.
struct LineSnapshot {
    bool down{false};              ///< the channel cannot be opened
    std::optional<UtcTime> since;  ///< of up or down; none before the first poll
    std::string last_error;        ///< of the last failed poll
    struct Point {
        Sample last;  ///< the last sample with a value; layout is null before the first
        bool silent{false};
        std::string last_error;  ///< of the last poll; empty when it was good
        std::optional<SweepWatch::Skew> skew;
        MeterFigures figures;  ///< of the whole instrument
    };
    std::vector<Point> points;  ///< one a metering point, in the order of instruments and their layouts
    std::optional<milliseconds> sweep;   ///< how long the newest boundary sweep took, or takes by now
    milliseconds sweep_lead{0};          ///< how long before its boundary a sweep begins
    LineBudget budget;                   ///< by measured latencies as far as they are known
    std::optional<LineHearing> hearing;  ///< only of a line that is listened to
};

struct LineCounters {
    Counter polls;
    Counter answered;
    Counter failed;
    Counter missed_slots;  ///< windows that closed without an answer, gaps counted slot by slot excluded
    Counter busy_milliseconds;
};

/// The thread that owns one line, whatever it does there, as the rest of the program sees it. Its methods may
/// be called from any thread and return at once, but for join().
class LineThread {
public:
    virtual ~LineThread() = default;

    /// Starts the thread "line-<id>".
    virtual void start() = 0;
    virtual void request_stop() = 0;
    virtual void join() = 0;

    /// A read of the instrument that carries `meter`, for run_errand(); nullptr when it is not on this line,
    /// or nothing is ever asked on it.
    [[nodiscard]] virtual std::unique_ptr<Errand> read_of(const MeterId& meter, ReadDone done) = 0;
    /// False: too many wait already, or nothing is ever asked on it.
    virtual bool run_errand(std::unique_ptr<Errand> errand) = 0;
    /// What passes on the line from now on.
    virtual void watch_wire(WireTap::Watcher watcher) = 0;

    [[nodiscard]] virtual const LineOptions& line() const = 0;
    [[nodiscard]] virtual LineSnapshot snapshot() const = 0;
    [[nodiscard]] virtual const LineCounters& counters() const = 0;
    [[nodiscard]] virtual const ChannelCounters& channel_counters() const = 0;
    /// In the order of the snapshot's points.
    [[nodiscard]] virtual std::vector<MeterId> meters() const = 0;
};

}  // namespace mg
