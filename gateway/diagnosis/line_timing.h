#pragma once

#include <cstdint>
#include <optional>

#include "config/options.h"
#include "drivers/modbus/exchange.h"

namespace mg {

/// The metering point of the table that this unit of the line belongs to; nullptr: it is in no table. Of
/// circuits behind one address the first.
const MeterOptions* meter_at(const Options& options, const LineOptions& line, std::uint8_t unit);

/// How long to wait for a unit and how long to be silent before: as its model needs it, where it is in the
/// table.
ExchangeTiming timing_for(const Options& options, const LineOptions& line, std::uint8_t unit);

/// The same for units that nobody knows, between the meters of the line: none of them hears less silence than
/// its model needs.
ExchangeTiming timing_between_meters(const Options& options, const LineOptions& line);

}  // namespace mg
