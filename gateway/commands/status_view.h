#pragma once

#include <string>

#include "gateway/control/status.h"

namespace mg {

/// The status as people read it, in their language. Meters are counted by state and named only when something
/// is wrong with them (at most kMostTroublesShown); `detail` meters or points lists them all.
std::string status_view(const GatewayStatus& status, StatusDetail detail);

inline constexpr std::size_t kMostTroublesShown = 20;

}  // namespace mg
