#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace mg {

/// The bytes of one run, taken from the front: first what selects, then what is read. Past the end come
/// zeroes, so that every input means something. A view of the bytes, which must outlive it.
class FuzzInput {
public:
    FuzzInput(const std::uint8_t* bytes, std::size_t size) : rest_{bytes, size} {}

    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const auto first = rest_.front();
        rest_ = rest_.subspan(1);
        return first;
    }
    std::uint16_t word() {
        const auto high = byte();
        return static_cast<std::uint16_t>(high << 8U | byte());
    }
    std::uint64_t bits(int bytes) {
        std::uint64_t result = 0;
        for (int i = 0; i < bytes; ++i) result = result << 8U | byte();
        return result;
    }
    /// What is left up to the first of these bytes, which is taken as well.
    std::span<const std::uint8_t> until(std::uint8_t end) {
        const auto size = static_cast<std::size_t>(std::ranges::find(rest_, end) - rest_.begin());
        const auto found = rest_.first(size);
        rest_ = rest_.subspan(std::min(size + 1, rest_.size()));
        return found;
    }
    [[nodiscard]] std::span<const std::uint8_t> rest() const { return rest_; }

private:
    std::span<const std::uint8_t> rest_;
};

inline std::string_view text_of(std::span<const std::uint8_t> bytes) {
    // Bytes are text to a parser: the one place where they change their type.
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace mg
