#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "config/problem.h"

namespace mg {

/// The largest configuration file that is read.
inline constexpr std::size_t kMostFileBytes = 64UL * 1024 * 1024;

/// The whole file as UTF-8 without byte order mark. UTF-8 and GB18030 (what Chinese Windows calls ANSI) are
/// read; anything else, or no regular file, is one reported problem and nothing. Blocks for the disk; never
/// throws.
std::optional<std::string> read_text_file(const std::filesystem::path& path, Reporter& report);

/// The same for bytes that were read already; for tests and fuzzing.
std::optional<std::string> decode_text(std::string bytes, Reporter& report);

/// Offset of the first byte that is not well-formed UTF-8 (RFC 3629), or npos.
std::size_t first_invalid_utf8(std::string_view text);

}  // namespace mg
