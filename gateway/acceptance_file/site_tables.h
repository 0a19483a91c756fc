#pragma once

#include "config/options.h"
#include "gateway/document/document.h"

/// What the system consists of, as tables for a description. From the configuration alone. Pure.
namespace mg {

Table line_table(const Options& options);
Table meter_table(const Options& options);
/// Versions that are valid at `at`.
Table item_table(const Options& options, UtcTime at);
Table destination_table(const Options& options);

}  // namespace mg
