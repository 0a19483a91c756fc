#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gateway/accounting/outbox.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/ids.h"

namespace mg {

/// What was set aside of these items waits again; gives how many records. Some hundreds are one transaction,
/// because hundreds of thousands may have been set aside for one wrong code; an error leaves what was
/// released before it.
Result<std::size_t> release_items(Outbox& outbox, const UplinkId& uplink,
                                  const std::vector<std::string>& items, UtcTime now);

}  // namespace mg
