#pragma once

#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/period_locks.h"
#include "gateway/base/result.h"
#include "gateway/control/control_server.h"
#include "gateway/control/dated_report.h"

namespace mg {

/// The requests of one type (all but real time when none is given) for periods that begin in [from, to), of
/// figures that the items report. At most `most` are read.
Result<std::vector<ChangeRequest>> reported_requests(const Options& options, Books& books, RecordQuery query);

/// Which periods are open, reported or closed, and which changes the closed ones do not take;
/// docs/control-socket.md, periods. Blocks for the disk; thread-safe as the books are.
class PeriodAnswers {
public:
    /// All given outlive this.
    PeriodAnswers(const Options& options, Books& books) : options_{options}, books_{books} {}

    Result<std::string> periods(const ControlRequest& request);

private:
    Result<std::vector<PeriodStateReport>> states(StatType type, UtcTime from, UtcTime to,
                                                  const PeriodLocks& locks);

    const Options& options_;
    Books& books_;
};

}  // namespace mg
