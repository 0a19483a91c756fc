#pragma once

#include <cstdint>
#include <filesystem>

#include "gateway/buffer/day_file.h"
#include "gateway/buffer/retention.h"

namespace mg {

/// Bytes of all files in the data folder. Blocks for the disk; counts what it can see.
std::uint64_t bytes_in(const std::filesystem::path& folder);
/// Of one day file, its log included.
std::uint64_t bytes_of(const std::filesystem::path& folder, const FileName& name);
/// `free` is what an ordinary process may use. Blocks for the disk.
DiskUse disk_use(const std::filesystem::path& folder);

}  // namespace mg
