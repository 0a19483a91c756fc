#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mg {

/// "ledger.meteringType": every field of what platforms are told of the plant, by the object it stands in. A
/// profile may give it another name.
std::span<const std::string_view> message_names();
/// The one that is most like it.
std::string nearest_message_name(std::string_view name);

}  // namespace mg
