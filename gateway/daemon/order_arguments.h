#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/control/control_server.h"

/// What the requests about uplinks have in common.
namespace mg {

/// rejected: it is not a time as on the control socket.
Result<UtcTime> time_argument(const ControlRequest& request, const std::string& name);
/// "most" of the request, `limit` at most and where it is left out.
std::size_t most_of(const ControlRequest& request, std::size_t limit);
/// "m1 m2": ids have no spaces.
std::vector<std::string> words_of(const std::string& text);

}  // namespace mg
