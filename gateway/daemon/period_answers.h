#pragma once

#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/base/result.h"
#include "gateway/control/control_server.h"

namespace mg {

/// The requests of one type (all but real time when none is given) for periods that begin in [from, to), of
/// figures that the items report. At most `most` are read.
Result<std::vector<ChangeRequest>> reported_requests(const Options& options, Books& books, RecordQuery query);

/// Which periods are closed, and which changes they do not take; docs/control-socket.md, periods. Blocks for
/// the disk; thread-safe as the books are.
class PeriodAnswers {
public:
    /// All given outlive this.
    PeriodAnswers(const Options& options, Books& books) : options_{options}, books_{books} {}

    Result<std::string> periods(const ControlRequest& request);

private:
    const Options& options_;
    Books& books_;
};

}  // namespace mg
