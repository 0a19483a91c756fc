#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>

#include "gateway/base/result.h"
#include "gateway/buffer/catalogue.h"
#include "gateway/buffer/layout_cache.h"

namespace mg {

struct RepackHooks {
    std::stop_token stop{};
    /// How much is done, 0 to 1; called a few times a second at the most.
    std::function<void(double)> progress{};
};

/// Turns a closed day file into a packed one of the same name, which holds the same items and gives the same
/// answers (docs/adr/0008). Entries that are packed already come back as they are.
///
/// The packed file is built beside the original as <name>.new, synced, read back from the disk and
/// compared with the original item by item, then renamed over it. Whoever has the original open goes on
/// reading it; a crash or power cut leaves the one or the other, and the rest goes
/// away at the next start. After success the caller updates the
/// catalogue with the entry that comes back and calls FileReaders::forget(), so that no reader keeps the room
/// of the original.
///
/// Blocks for the disk; for a caller that has time, since it takes some seconds for a day of a large site.
/// Needs room for the packed file beside the original, which is never larger by more than 64 KiB. Memory: at
/// most 16 MiB besides SQLite's caches, whatever the size of the file. Looks at `stop` several times a
/// second.
///
/// transient: stopped, or the log of the original is still in use, or trouble with the disk. storage_full.
/// corrupt: the original cannot be read. Whatever fails, the original is as it was and the rest is removed.
[[nodiscard]] Result<FileEntry> repack(const std::filesystem::path& folder, const FileEntry& entry,
                                       LayoutCache& layouts, const RepackHooks& hooks = {});

}  // namespace mg
