#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/ids.h"

namespace mg {

/// Called before each file and at the end: files and bytes done, of how many.
struct CopyProgress {
    std::size_t files{0};
    std::size_t of_files{0};
    std::uint64_t bytes{0};
    std::uint64_t of_bytes{0};
    std::string file;  ///< empty at the end
};
using OnCopy = std::function<void(const CopyProgress&)>;

struct BackedUp {
    std::size_t files{0};
    std::uint64_t bytes{0};
    Sequence newest{0};
    std::vector<std::string> left_out;  ///< that could not be read, with the reason
};

/// Copies the store in `folder` to the empty or new folder `to`, while a daemon runs on it or without one,
/// through SQLite's backup, so that each file is as of one moment. The books are copied first, then meta.db:
/// neither the books nor a consumer in the backup are ahead of the samples in it. A manifest with checksums
/// is written last; without it the backup is not complete and cannot be restored. Files that were set aside
/// are not taken along. Blocks for reading and writing all of it; on disk when it returns ok. invalid_config:
/// no store there, or `to` is not empty.
Result<BackedUp> back_up(const std::filesystem::path& folder, const std::filesystem::path& to, UtcTime now,
                         const OnCopy& progress = {});

struct RestoreOptions {
    bool force{false};  ///< what lies in the folder is moved into a folder replaced-<time> in it
};
struct Restored {
    std::size_t files{0};
    std::uint64_t bytes{0};
    Sequence newest{0};      ///< of the backup
    Sequence goes_on_at{0};  ///< the first sequence that will be given out
    std::string moved_to;    ///< where what was there lies now; empty: there was nothing
};

/// Puts a backup into the data folder, after its checksums were verified. Without a daemon: takes the data
/// lock. The sequences go on far above anything that the backed-up store may have given out since
/// (lost_mark.h), because its consumers may have seen those.
/// invalid_config: a daemon has the folder, it is not empty, or the backup is not complete. corrupt: a file
/// of the backup is not what its manifest says; then nothing was changed.
Result<Restored> restore(const std::filesystem::path& from, const StorageOptions& options, UtcTime now,
                         const RestoreOptions& how = {}, const OnCopy& progress = {});

}  // namespace mg
