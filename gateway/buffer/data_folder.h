#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/base/unique_fd.h"
#include "gateway/buffer/day_file.h"

namespace mg {

/// The folder of the store: made if absent, checked, and locked against a second process for as long as this
/// lives. The lock goes with the process, however it ends.
class DataFolder {
public:
    /// invalid_config: cannot be made or written, lies in memory (tmpfs), or another process (named by its
    /// pid) has it.
    [[nodiscard]] static Result<DataFolder> open(const StorageOptions& options);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// The day files that are there.
    [[nodiscard]] std::vector<FileName> files() const;
    /// Removes what a power cut left of files that were being made.
    void sweep_half_made() const;
    /// A running number that no file of this kind and day has or had.
    [[nodiscard]] int free_number(FileKind kind, std::chrono::local_days day) const;

private:
    std::filesystem::path path_;
    UniqueFd lock_;
};

/// Renames a file that cannot be used, its log included, to <name>.corrupt-<time>, and says so in the log.
/// Nothing of it is deleted: people with more time may save what is in it.
void set_file_aside(const std::filesystem::path& path, const std::string& why, UtcTime now);

/// Behind the name of a day file: it is being made. What is left of such files at a start goes away.
inline constexpr std::string_view kHalfMade = ".new";

/// Removes a database file with its log, index and journal.
void remove_database(const std::filesystem::path& path);

}  // namespace mg
