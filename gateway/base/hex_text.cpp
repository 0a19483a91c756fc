#include "gateway/base/hex_text.h"

#include <iterator>

#include <fmt/format.h>

namespace mg {

std::string hex_text(std::span<const std::uint8_t> bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) {
        if (!text.empty()) text += ' ';
        fmt::format_to(std::back_inserter(text), "{:02x}", byte);
    }
    return text;
}

}  // namespace mg
