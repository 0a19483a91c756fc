#pragma once

#include "gateway/accounting/books.h"
#include "gateway/accounting/doctor.h"
#include "gateway/accounting/reckoning.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"

namespace mg {

/// What all registers and items showed in the last seven full days before `now`. Reads the boundary samples
/// of that time from the store and the records from the books: some seconds for a large site.
Result<DoctorEvidence> gather_evidence(const AccountingBasis& basis, Books& books, History& store,
                                       UtcTime now);

}  // namespace mg
