#pragma once

#include <filesystem>
#include <optional>
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
    /// Removes what a power cut left of files that were being made or removed. A log whose file was set aside
    /// goes with it.
    void sweep() const;
    /// A running number that no file of this kind and day has or had.
    [[nodiscard]] int free_number(FileKind kind, std::chrono::local_days day) const;

private:
    std::filesystem::path path_;
    UniqueFd lock_;
};

/// The day files of a folder, in order.
std::vector<FileName> files_in(const std::filesystem::path& folder);

/// What the file was called before it was set aside; none: this is no such name. Logs that were set aside
/// with their file are not counted.
std::optional<FileName> set_aside_name(const std::string& name);

/// Who runs a command as root must not leave files that the daemon cannot open: gives `path` to the owner of
/// `folder`. Nothing happens for other users.
void give_to_owner_of(const std::filesystem::path& folder, const std::filesystem::path& path);

/// Renames a file that cannot be used, its log included, to <name>.corrupt-<time>, and says so in the log.
/// Nothing of it is deleted: people with more time may save what is in it.
void set_file_aside(const std::filesystem::path& path, const std::string& why, UtcTime now);

/// Behind the name of a day file: it is being made. What is left of such files at a start goes away.
inline constexpr std::string_view kHalfMade = ".new";

/// Of the accounting, in the same folder.
inline constexpr std::string_view kBooksName = "books.db";

/// For a start, before anybody opens a file of the folder, the books included: opening one lets SQLite play
/// its log into it. Says which logs have lost commits (log_scan.h), and keeps a copy of each beside its file.
void report_damaged_logs(const std::filesystem::path& folder, UtcTime now);

/// Removes a database file with its log, index and journal.
void remove_database(const std::filesystem::path& path);

}  // namespace mg
