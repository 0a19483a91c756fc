#pragma once

#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/polling/line_budget.h"

/// The budgets of the configured lines, in words.
namespace mg {

struct LineLoad {
    LineId line;
    std::size_t instruments{0};
    LineBudget budget;
    std::optional<milliseconds> longer;  ///< with this interval its slots would fit
};

/// Of each line with instruments that this build can poll and that are not only listened to, by the wire
/// arithmetic alone: no meter is asked.
std::vector<LineLoad> line_loads(const Options& options, Clock& clock);

/// Of lines that are only listened to, which have no budget: one sentence each.
std::vector<std::string> listening_texts(const Options& options);

/// "line press-shop: boundary sweep 23.4 s of 60 s; every 10 s: 4.1 s; 41 % of its time"
std::string load_text(const LineLoad& load);
/// What does not fit and what to change; none when all fits. A warning and no error, for check and daemon: it
/// rests on an estimate, and boundaries are read first whatever else is asked for.
std::optional<std::string> overload_text(const LineLoad& load);

}  // namespace mg
