#include "gateway/buffer/disk_use.h"

#include <string>
#include <system_error>

namespace mg {

std::uint64_t bytes_in(const std::filesystem::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code problem;
    for (const auto& each : std::filesystem::directory_iterator(folder, problem)) {
        std::error_code gone;
        if (!each.is_regular_file(gone)) continue;
        const auto size = each.file_size(gone);
        if (!gone) bytes += size;
    }
    return bytes;
}

std::uint64_t bytes_of(const std::filesystem::path& folder, const FileName& name) {
    std::uint64_t bytes = 0;
    for (const char* part : {"", "-wal"}) {
        std::error_code gone;
        const auto size = std::filesystem::file_size(folder / (name.text() + part), gone);
        if (!gone) bytes += size;
    }
    return bytes;
}

DiskUse disk_use(const std::filesystem::path& folder) {
    std::error_code problem;
    const auto space = std::filesystem::space(folder, problem);
    // Nothing known: no reason to drop anything.
    if (problem) return {.used = bytes_in(folder), .free = INT64_MAX, .total = INT64_MAX};
    return {.used = bytes_in(folder), .free = space.available, .total = space.capacity};
}

}  // namespace mg
