#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/buffer/drop_tally.h"
#include "gateway/buffer/meta_file.h"

namespace mg {

/// What retention and damage took, since the store began. Thread-safe; writing blocks for the disk.
class DropBook {
public:
    explicit DropBook(MetaFile& meta) : meta_{meta} {}

    /// For a start.
    Result<> load();
    /// For a start, before the folder is looked at: removes what was counted and not yet removed.
    void finish_removals(const std::filesystem::path& folder);
    /// On disk when it returns ok, together with the mark that `file` is going. A disk that has no room even
    /// for that (storage_full) does not hold the removal up: the counts are kept and written with the next
    /// ones. Any other failure: nothing was noted.
    Result<> note(const std::optional<GoingFile>& file, const DropTally& tally);
    /// Removes the file that note() marked.
    void remove(const std::filesystem::path& folder, const std::string& file);
    /// Writes what note() could not.
    void catch_up();

    /// Since the store began.
    [[nodiscard]] std::uint64_t items() const;

private:
    struct State {
        DropTally unwritten;
        std::uint64_t items{0};
    };
    MetaFile& meta_;
    Guarded<State> state_;
};

}  // namespace mg
