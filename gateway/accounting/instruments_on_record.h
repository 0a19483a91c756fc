#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/base/clock.h"

/// Which instrument is at a metering point and by which ratio it counts: what is on record decides, and
/// meters.csv has to agree with it. Pure.
namespace mg {

/// For each meter with a line that nothing of the kind is on record for: what meters.csv says of it now. Also
/// where the serial number is stated for the first time. To be put into the books; signed "meters.csv".
std::vector<DatedRecord> initial_instruments(const Options& options, std::span<const DatedRecord> records,
                                             UtcTime now);

/// A cell of meters.csv that says something else than what is on record.
struct InstrumentProblem {
    std::size_t meter{0};  ///< in Options::meters
    std::string field;
    std::string what;
    bool is_warning{false};
};

/// Serial numbers and ratios that changed in meters.csv without a replacement or a change of the ratio on
/// record are errors. What the table has not yet taken over from the records is a warning.
std::vector<InstrumentProblem> instrument_problems(const Options& options,
                                                   std::span<const DatedRecord> records, UtcTime now);

}  // namespace mg
