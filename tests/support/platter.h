#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "gateway/base/unique_fd.h"

namespace mg::test {

using Bytes = std::vector<unsigned char>;

/// What would be found in one folder if the power failed now. It is told what is done to the files; the names
/// it reads from the folder itself, so that renames and removals by anybody are seen.
///
/// Sure to survive: bytes that were synced, and names as they were when the folder was last synced. All else
/// is left to chance: each write survives whole, not at all or in some of its sectors; a new name may be
/// missing, a removed one be back, a renamed file have either name. A failed sync leaves its writes to chance
/// for good, as Linux does (the pages count as clean afterwards): only the same bytes written and synced
/// again are sure. Not thread-safe.
class Platter {
public:
    /// Everything in the folder is taken as surely there.
    explicit Platter(std::filesystem::path folder);

    /// After an open that may have made the file.
    void opened(const std::filesystem::path& file);
    void wrote(ino_t file, std::int64_t at, std::span<const unsigned char> bytes);
    void truncated(ino_t file, std::int64_t size);
    void synced(ino_t file);
    void sync_failed(ino_t file);
    void synced_folder();

    /// By name, what a cut leaves. The same seed gives the same.
    [[nodiscard]] std::map<std::string, Bytes> after_cut(std::uint64_t seed) const;

private:
    struct Change {
        bool is_truncate{false};
        bool forsaken{false};  ///< its sync failed
        std::int64_t at{0};    ///< or the new size
        Bytes bytes;
        std::uint64_t order{0};  ///< over all files
    };
    struct File {
        UniqueFd held;          ///< keeps the number of a removed file from being given to another
        std::string made_as{};  ///< its first name; empty: it was there before
        Bytes sure;
        std::vector<Change> unsure;
    };
    /// How one cut goes.
    struct Luck {
        enum class Style : std::uint8_t { nothing, everything, up_to, scattered };
        Style style{};
        std::int64_t sector{512};
        std::uint64_t last_order{0};
        mutable std::mt19937_64 random;
        [[nodiscard]] bool coin() const { return random() % 2 == 0; }
    };
    using Names = std::map<std::string, ino_t>;

    [[nodiscard]] Names names_now() const;
    [[nodiscard]] bool was_renamed(const std::string& name, ino_t number) const;
    [[nodiscard]] Names names_after(const Names& now, const Luck& luck) const;
    [[nodiscard]] static Bytes bytes_after(const File& file, const Luck& luck);
    static void apply(Bytes& to, const Change& change);
    static void apply_torn(Bytes& to, const Change& change, const Luck& luck);
    static void cut_out(std::vector<Change>& changes, std::int64_t from, std::int64_t to);

    std::filesystem::path folder_;
    std::map<ino_t, File> files_;
    Names sure_names_;
    std::uint64_t order_{0};
};

}  // namespace mg::test
