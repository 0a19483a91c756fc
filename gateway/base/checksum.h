#pragma once

#include <filesystem>
#include <string>

#include "gateway/base/result.h"

namespace mg {

/// SHA-256 of a file's bytes, in lower-case hexadecimal. Blocks for the disk. transient: cannot be read.
Result<std::string> sha256_of(const std::filesystem::path& path);

}  // namespace mg
