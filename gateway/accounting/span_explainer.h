#pragma once

#include <vector>

#include "gateway/accounting/explanation.h"
#include "gateway/accounting/rerun.h"

namespace mg {

/// What a register counted in [from, to), from index to index. Readings that go on from one another cancel
/// out and are put together. Pure.
std::vector<ExplainedSpan> explain_spans(const Rerun& rerun, const RegisterKey& key, UtcTime from,
                                         UtcTime to);

/// The record that says the multiplier of a meter at an instant; 0: its table.
DatedId multiplier_record(const MeterId& meter, UtcTime at, const std::vector<DatedRecord>& records);

}  // namespace mg
