#pragma once

#include <string>
#include <string_view>

namespace mg {

/// Why a figure was computed again, as the reader says it: "replacement 17 revoked" is 换表 17 已撤销. The
/// cause as the books have it where this program does not know it; empty: it was not. Several have "; "
/// between them.
std::string cause_text(std::string_view causes);

}  // namespace mg
