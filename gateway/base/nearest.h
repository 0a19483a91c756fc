#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mg {

/// The most similar of `names`, to be offered for a misspelt one; empty when there are none.
std::string nearest_of(std::string_view text, const std::vector<std::string>& names);

}  // namespace mg
