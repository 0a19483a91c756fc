#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "gateway/base/result.h"

namespace mg {

/// SHA-256 of a file's bytes, in lower-case hexadecimal. Blocks for the disk. transient: cannot be read.
Result<std::string> sha256_of(const std::filesystem::path& path);

/// CRC-32 (the one of zlib and Ethernet) of what is added, in that order. Finds every damage of up to four
/// bits in a row of a day file, every one that lies within 32 bits, and all but one in 4 thousand million
/// others. Pure.
class Crc32 {
public:
    /// Each as 8 bytes, little-endian; at most 16 at once.
    Crc32& add(std::initializer_list<std::int64_t> numbers);
    Crc32& add(std::span<const std::uint8_t> bytes);
    Crc32& add(std::string_view text);
    [[nodiscard]] std::uint32_t value() const { return value_; }

private:
    std::uint32_t value_{0};
};

}  // namespace mg
