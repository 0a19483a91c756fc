#pragma once

#include <span>
#include <utility>
#include <vector>

#include "gateway/accounting/dated_record.h"
#include "gateway/reading/stat_period.h"

namespace mg {

/// The periods that are closed, by the locks in force. A lock closes the records of its period and of
/// everything within: that of a month its month, days and quarter-hours, not its year. Pure.
class PeriodLocks {
public:
    PeriodLocks() = default;
    explicit PeriodLocks(std::span<const DatedRecord> records);

    [[nodiscard]] bool is_closed(const StatPeriod& period) const;

private:
    /// By begin; and how far those that begin until then reach.
    std::vector<std::pair<UtcTime, UtcTime>> reach_;
};

}  // namespace mg
