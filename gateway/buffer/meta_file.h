#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/base/sqlite.h"
#include "gateway/reading/ids.h"
#include "gateway/reading/sample.h"

namespace mg {

/// meta.db: what belongs to the store as a whole and to no day. Thread-safe; every write is on disk when it
/// returns and blocks for that long.
class MetaFile {
public:
    /// Made if absent. corrupt: it is there and cannot be used.
    [[nodiscard]] static Result<std::unique_ptr<MetaFile>> open(const std::filesystem::path& path);

    /// Who this store is: a cursor is (store id, sequence). Empty until set.
    [[nodiscard]] Result<std::string> store_id();
    Result<> set_store_id(const std::string& id);

    /// No sequence above this was ever given out.
    [[nodiscard]] Result<Sequence> reserved();
    /// Raises (or, at an orderly end, gives back down to) the mark.
    Result<> reserve(Sequence through);

    [[nodiscard]] Result<std::map<UplinkId, Sequence>> progress();
    Result<> save_progress(const std::map<UplinkId, Sequence>& progress);

    Result<> set_aside(const UplinkId& consumer, Sequence sequence, const std::string& why, UtcTime at);
    [[nodiscard]] Result<std::uint64_t> set_aside_count(const UplinkId& consumer);

    /// The clock was set back: when that was, and where in the store.
    Result<> note_epoch(ClockEpoch epoch, UtcTime at, Sequence from);
    [[nodiscard]] Result<ClockEpoch> last_epoch();

private:
    explicit MetaFile(sqlite::Database file) : file_{std::move(file)} {}
    Result<> tidied();

    // A mutex of its own instead of Guarded: it is held while the disk works, because the connection is what
    // it guards and one SQLite connection has one user at a time. append() and ack() never come here.
    std::mutex mutex_;
    sqlite::Database file_;
};

}  // namespace mg
