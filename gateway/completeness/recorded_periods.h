#pragma once

#include <optional>

#include "gateway/accounting/books.h"
#include "gateway/base/result.h"
#include "gateway/completeness/completeness.h"
#include "gateway/completeness/due_subjects.h"

namespace mg {

/// The days and months of an item, from its records. What it is given outlives it.
class RecordedPeriods {
public:
    /// `site_begin`: what begins before it is not due.
    RecordedPeriods(const DueSubject& due, const SiteCalendar& calendar, UtcTime site_begin);

    /// Of an item without real-time periods: each day (each month where it has no days) that has ended.
    Result<> count(Books& books, const Completeness& asked, SubjectCompleteness& out) const;
    /// Where its months come from elsewhere than its days: what the days come to.
    Result<> compare_months(Books& books, const Completeness& asked, SubjectCompleteness& out) const;

private:
    [[nodiscard]] std::optional<StatPeriod> period_ending_with(UtcTime day, StatType type, UtcTime now) const;

    const DueSubject& due_;
    const SiteCalendar& calendar_;
    UtcTime site_begin_;
};

}  // namespace mg
