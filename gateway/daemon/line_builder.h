#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/options.h"
#include "drivers/channel/dtu_acceptor.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/polling/clock_watch.h"
#include "gateway/polling/line_thread.h"

namespace mg {

/// A line or meter that this build cannot poll, and why. The rest runs.
struct NotPolled {
    LineId line;
    MeterId meter;
    std::string why;
};

struct BuiltLines {
    std::vector<std::unique_ptr<LineThread>> workers;  ///< one for each line with at least one instrument
    std::vector<NotPolled> not_polled;
    const DtuAcceptor* modems{};  ///< who calls the lines
};

/// Makes the sign of life of one line.
using LineProgress = std::function<std::function<void()>(const LineOptions&)>;

/// invalid_config when a model or an address does not fit its
/// driver. `modems` must outlive the lines.
Result<BuiltLines> build_lines(const Options& options, const DtuAcceptor& modems, SampleStore& store,
                               ClockWatch& watch, Clock& clock, const LineProgress& progress);

}  // namespace mg
