#pragma once

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/polling/errand.h"

namespace mg {

/// With the gateway stopped, or holding nothing open there, the line is free: this process opens it and makes
/// the errand's steps one after the other.
Result<> run_directly(const LineOptions& line, Errand& errand, Clock& clock);

}  // namespace mg
