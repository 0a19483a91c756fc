#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"

/// Whether what somebody wants to put on record can be meant at this site. Pure.
namespace mg {

/// What it is held against.
struct DatedGround {
    const Options& options;
    std::span<const DatedRecord> records;  ///< those in force
    UtcTime now{};
};

/// rejected, in one line that says what is allowed: no such meter, point, item or coefficient (with the
/// nearest); an old serial number that is not the one in place; a replacement without the indexes of all
/// registers, or at the time of another; a multiplier of a meter whose registers have none; a unit that is
/// not that of the coefficient; a time that lies ahead, or between boundaries where an index is ruled upon; a
/// period that has not ended or is closed already.
Result<> fits(const DatedBody& body, const DatedGround& ground);

/// The index points that the display of this metering point has; none of one that is in the ledger only.
std::vector<const PointOptions*> index_points_of(const Options& options, const MeterOptions& meter);
/// Of the instrument that is in place at `at`; empty: nobody said.
std::string serial_at(const MeterOptions& meter, std::span<const DatedRecord> records, UtcTime at);

}  // namespace mg
