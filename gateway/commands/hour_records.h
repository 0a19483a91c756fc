#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/control/item_report.h"

namespace mg {

/// Hours out of real-time records: what platforms do not ask for and people do.
///
/// `quarters`: newest revisions of one item whose amounts add up, by period. Whole hours at the site only, in
/// order; one with a period that is missing or has no value has none either. Marks as Marks::followed_by()
/// has them, and those of a part without a value; revision and computed_at are the latest of the parts.
/// corrupt: beyond 37 digits. Pure.
Result<std::vector<RecordReport>> hours_of(const std::vector<RecordReport>& quarters,
                                           std::chrono::minutes utc_offset);

}  // namespace mg
