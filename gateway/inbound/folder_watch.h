#pragma once

#include <thread>

#include "gateway/base/clock.h"
#include "gateway/inbound/drop_folder.h"

namespace mg {

/// Looks into the drop folder, again and again, in a thread of its own: a share that hangs holds up nothing
/// else. Trouble is logged when it begins and when it ends.
class FolderWatch {
public:
    /// As DropFolder.
    FolderWatch(const InboundOptions& options, std::chrono::minutes utc_offset, EntryDesk& desk,
                Clock& clock);
    FolderWatch(const FolderWatch&) = delete;
    FolderWatch& operator=(const FolderWatch&) = delete;
    /// Waits for the file under way.
    ~FolderWatch() = default;

    [[nodiscard]] DropFolderStatus status() const { return folder_.status(); }

private:
    void watch(const std::stop_token& stop);

    milliseconds pause_;
    Clock& clock_;
    DropFolder folder_;
    std::jthread thread_;
};

}  // namespace mg
