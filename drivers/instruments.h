#pragma once

#include <vector>

#include "config/options.h"
#include "drivers/driver.h"
#include "gateway/base/result.h"

/// Which metering points are one instrument: those that share an address on a line, by their circuits. Pure;
/// the results point into `options`.
namespace mg {

/// All instruments of one line, in the order of the table.
std::vector<InstrumentOptions> instruments_on(const Options& options, const LineOptions& line);

/// The instrument that `meter` is on. invalid_config: the row has no line or no model.
Result<InstrumentOptions> instrument_of(const Options& options, const MeterOptions& meter);

}  // namespace mg
