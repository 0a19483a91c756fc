#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gateway/buffer/sample_store.h"
#include "gateway/control/status.h"

/// Uplinks as people read them, in their language.
namespace mg {

/// Two or three lines beside the table of all uplinks: budget, orders, alarm. Empty when there is nothing to
/// say.
std::string uplink_notes(const UplinkStatus& uplink, std::chrono::minutes utc_offset);
/// Everything about one that goes to a broker.
std::string uplink_view(const UplinkStatus& uplink, const ClockStatus& clock);
std::string receipts_view(const std::vector<Receipt>& receipts, std::chrono::minutes utc_offset);
std::string set_aside_view(const std::vector<SetAside>& items, std::chrono::minutes utc_offset);
/// "order 3: 2026-11-22 08:00:00 to … · 25 % · ordered by li".
std::string resend_line(const Resend& order, std::chrono::minutes utc_offset);

}  // namespace mg
