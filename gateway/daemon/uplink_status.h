#pragma once

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/control/status.h"
#include "gateway/uplink/forwarder_status.h"
#include "gateway/uplink/provincial/provincial_status.h"

/// What the threads of uplinks say of themselves, as status shows it. Pure.
namespace mg {

UplinkStatus uplink_status(const ForwarderStatus& forwarder);
UplinkStatus uplink_status(const ProvincialStatus& platform);
/// Of a platform that is configured, where nothing can be reported because there are no books.
UplinkStatus status_without_books(const ProvincialOptions& uplink, UtcTime since);

}  // namespace mg
