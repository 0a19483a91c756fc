#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"

/// What the daemon answers about one uplink besides its status; docs/control-socket.md. Reading gives corrupt
/// when the text is something else.
namespace mg {

std::string receipts_to_json(const std::vector<Receipt>& receipts);
Result<std::vector<Receipt>> receipts_from_json(std::string_view json);

std::string set_aside_to_json(const std::vector<SetAside>& items);
Result<std::vector<SetAside>> set_aside_from_json(std::string_view json);

/// The order that was given, pausing and the like included: by its number, or 0 where it has none.
std::string order_to_json(std::uint64_t order);
Result<std::uint64_t> order_from_json(std::string_view json);

}  // namespace mg
