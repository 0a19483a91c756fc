#pragma once

#include "gateway/control/json_fields.h"
#include "gateway/control/status.h"

namespace mg::control_json {

/// The clock of the status. For the .cpp files of this folder only.
Json to_json(const ClockStatus& clock);
ClockStatus clock_from(const Json& json);

}  // namespace mg::control_json
