#pragma once

#include "config/options.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/stat_period.h"

namespace mg {

/// Whether a value is plausible by the limits of its item. They are those of a day; of longer periods, where
/// amounts add up, those of a mean day. A quarter-hour has none. Pure.
bool is_within_limits(const ItemOptions& item, const StatPeriod& period, const Decimal& value);

}  // namespace mg
