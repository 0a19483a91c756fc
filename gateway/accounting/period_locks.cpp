#include "gateway/accounting/period_locks.h"

#include <algorithm>

namespace mg {

PeriodLocks::PeriodLocks(std::span<const DatedRecord> records) {
    for (const DatedRecord& record : records) {
        const auto* lock = std::get_if<PeriodLock>(&record.body);
        if (lock != nullptr && record.in_force()) reach_.emplace_back(lock->period.from, lock->period.to);
    }
    std::ranges::sort(reach_);
    UtcTime furthest = UtcTime::min();
    for (auto& [from, to] : reach_) to = furthest = std::max(furthest, to);
}

bool PeriodLocks::is_closed(const StatPeriod& period) const {
    // Of the locks that begin at or before it, one reaches beyond its end exactly when the furthest does.
    const auto later = std::ranges::upper_bound(reach_, period.from, {}, &std::pair<UtcTime, UtcTime>::first);
    return later != reach_.begin() && std::prev(later)->second >= period.to;
}

}  // namespace mg
