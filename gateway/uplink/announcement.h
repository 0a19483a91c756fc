#pragma once

#include <string>
#include <string_view>

#include "config/options.h"
#include "gateway/base/clock.h"

/// The messages that a destination keeps: what a meter is, and whether the gateway is there. Pure.
namespace mg {

/// `metergate.meter.1`: one metering point with its points and its row of the ledger.
std::string meter_description(const Options& options, const MeterOptions& meter);

enum class Presence : std::uint8_t {
    online,
    stopped,  ///< offline, in good order
    lost,     ///< offline; left with the destination as last will, hence without a time
};

/// `metergate.status.1`. `since` is not used for `lost`.
std::string status_message(const SiteOptions& site, Presence presence, UtcTime since);

}  // namespace mg
