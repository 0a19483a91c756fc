#pragma once

#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/item_record.h"
#include "gateway/base/result.h"

namespace mg {

/// All versions of an item of the configuration, by date; rejected with the nearest where there is none of
/// this id.
Result<std::vector<const ItemOptions*>> versions_of(const Options& options, const std::string& id);

/// The one that a record was computed by; where the configuration has it no longer, the one in force when the
/// period ended. nullptr: none was.
const ItemOptions* version_of(const ItemRecord& record, const std::vector<const ItemOptions*>& versions);

}  // namespace mg
