#pragma once

#include "gateway/control/json_fields.h"
#include "gateway/control/status.h"

namespace mg::control_json {

Json point_json(const PointStatus& point);
PointStatus point_from(const Json& json);

}  // namespace mg::control_json
