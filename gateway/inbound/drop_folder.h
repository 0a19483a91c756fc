#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "config/options.h"
#include "config/problem.h"
#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/base/result.h"
#include "gateway/inbound/entry_desk.h"

namespace mg {

struct DropFolderStatus {
    std::string trouble;  ///< empty: it can be used
    std::uint64_t files_taken{0};
    std::uint64_t files_refused{0};
    std::uint64_t values_accepted{0};
};

/// A folder where other systems put tables like values.csv (docs/inbound.md). Each is taken in as a whole, in
/// one transaction, and moved to done/; one with a mistake is moved to refused/ beside a text that says why
/// in both languages, and nothing of it is entered. Nothing is ever overwritten or deleted. A crash between
/// transaction and move does no harm: what is there already is not entered twice.
///
/// One thread, status() from any. Blocks for the folder, which may be on a network, and for the disk.
class DropFolder {
public:
    /// All given outlive this. `options.folder` is there.
    DropFolder(const InboundOptions& options, std::chrono::minutes utc_offset, EntryDesk& desk, Clock& clock);

    /// Takes in what is the same as at the look before, oldest first. An error is one of the folder or of the
    /// books: the next look tries again.
    Result<> look();
    [[nodiscard]] DropFolderStatus status() const { return status_.copy(); }

private:
    /// By which a file is recognised as unchanged.
    struct Stamp {
        ino_t inode{};
        off_t size{};
        std::int64_t modified_ns{};
        bool operator==(const Stamp&) const = default;
    };
    struct Found {
        std::string name;
        Stamp stamp;
    };
    struct Findings {
        std::vector<Problem> problems;
        std::vector<EntryAnswer> answers;
        [[nodiscard]] std::size_t errors() const;
    };
    static Stamp stamp_of(const struct stat& file);
    Result<> look_for_files();
    Result<> prepare() const;
    [[nodiscard]] Result<std::vector<Found>> list() const;
    Result<> take(const Found& file);
    Result<> refuse(const Found& file);
    /// Everything that is wrong with it, in the language of the thread. None: it changed meanwhile, or is
    /// gone.
    Result<std::optional<Findings>> examine(const Found& file, EntryTaking taking);
    [[nodiscard]] std::optional<std::string> read(const Found& file, Reporter& report) const;
    Result<> enter(const std::string& name, std::string bytes, EntryTaking taking, Findings& findings,
                   Reporter& report);
    [[nodiscard]] std::filesystem::path free_name(const char* in, const std::string& name) const;
    Result<> move(const Found& file, const std::filesystem::path& target);

    const InboundOptions& options_;
    std::chrono::minutes utc_offset_;
    EntryDesk& desk_;
    Clock& clock_;
    std::map<std::string, Stamp> before_;
    /// Taken in, but they could not be moved: they are not taken again.
    std::map<std::string, Stamp> taken_;
    Guarded<DropFolderStatus> status_;
};

}  // namespace mg
