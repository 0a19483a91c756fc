#pragma once

#include <chrono>
#include <vector>

#include "gateway/accounting/books.h"
#include "gateway/base/result.h"
#include "gateway/completeness/due_subjects.h"
#include "gateway/completeness/fault_clock.h"

namespace mg {

/// A slot is asked for so long after its end: samples are stored and figures made by then.
inline constexpr std::chrono::minutes kTimeToStore{5};

struct FaultsAsked {
    UtcTime now{};
    std::chrono::minutes utc_offset{480};
};

/// The subjects of a kind that have no value now, in their order; not those that a record in force excuses.
/// Looks 62 days back. Errors are those of the books.
Result<std::vector<Fault>> faults_of(Books& books, const std::vector<DueSubject>& subjects, StripKind kind,
                                     const FaultsAsked& asked);

}  // namespace mg
