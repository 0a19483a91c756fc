#pragma once

#include <optional>
#include <stop_token>

#include "config/options.h"
#include "gateway/buffer/sample_store.h"

namespace mg {

/// What an uplink that the store has never seen has behind it by its configuration: everything up to this
/// place is not selected. nullopt: its time has not come, or `stop`. Blocks for the disk; with a time in the
/// past it looks for the first item of that time, which may take seconds where much is stored.
Result<std::optional<Sequence>> start_place(History& history, const StartOptions& start, UtcTime now,
                                            const std::stop_token& stop);

}  // namespace mg
