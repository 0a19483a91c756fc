#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace mg {

/// "01 03 c4 0b"; empty: no bytes.
std::string hex_text(std::span<const std::uint8_t> bytes);

}  // namespace mg
