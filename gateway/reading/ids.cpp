#include "gateway/reading/ids.h"

#include <algorithm>

namespace mg {

bool is_valid_id(std::string_view text) {
    constexpr std::size_t kLongestId = 64;
    return !text.empty() && text.size() <= kLongestId && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

}  // namespace mg
