#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/platter.h"

namespace mg::test {

/// What a disk is asked for, as far as it can refuse.
enum class DiskOp : std::uint8_t { open, read, write, truncate, sync, remove, shared_memory };
inline constexpr std::size_t kDiskOps = 7;
std::string to_string(DiskOp op);

struct DiskFault {
    DiskOp op{};
    std::uint64_t nth{1};  ///< counted from the call of fail()
    bool lasting{false};   ///< every later one too, until heal()
    bool full{false};      ///< SQLITE_FULL instead of the I/O error of the operation
    std::string part{};    ///< only for files with this in their path
};

/// A SQLite file system layer over real files, the default of this process once installed, so that the
/// product needs no hook. It fails operations, is slow, and cuts the power: then of everything that was not
/// synced it keeps what chance leaves (see Platter), and every call fails until power_on(). Real files carry
/// what the program sees; nothing of the host's own syncing matters, so a folder in memory is fine.
///
/// Thread-safe. One watched folder at a time; files elsewhere are passed through, and so are the lock and
/// unlock of a file. What the product does without SQLite: renames and removals are seen at the next look, an
/// fsync() of the folder as it happens.
class CrashVfs {
public:
    static CrashVfs& install();

    /// Watches this folder; what is in it now is taken as surely on disk. Nothing fails any more.
    void watch(const std::filesystem::path& folder);

    void power_cut(std::uint64_t seed);
    /// Cuts before the n-th operation from now that changes something (open, write, truncate, sync, remove).
    void cut_before(std::uint64_t nth, std::uint64_t seed);
    /// Puts what the cut left into the folder. All files must have been closed by then.
    void power_on();
    [[nodiscard]] bool powered() const;
    /// Such operations since watch().
    [[nodiscard]] std::uint64_t operations() const;
    /// Operations of this kind since watch().
    [[nodiscard]] std::uint64_t count(DiskOp op) const;

    void fail(DiskFault fault);
    /// Beside what fails already.
    void fail_too(DiskFault fault);
    /// Syncs of all files wait so long first.
    void slow_sync(std::chrono::milliseconds by);
    /// Everything works again. A cut that is to come stays.
    void heal();
    /// Did a fault hit since the last fail()?
    [[nodiscard]] bool has_failed() const;

    /// For fsync(): what the program's call shall answer if this is the folder; nothing if it is not.
    static std::optional<int> known_sync_of_folder(int descriptor);

private:
    std::optional<int> sync_of_folder(int descriptor);
    friend struct CrashVfsCalls;
    CrashVfs() = default;
    [[nodiscard]] bool watches(const char* path) const;
    /// The code that `act` answers with, or what this layer answers in its place.
    template <class Act, class Refuse>
    int run(DiskOp op, const char* path, const Act& act, const Refuse& refuse);
    [[nodiscard]] const DiskFault* hit_by(DiskOp op, const char* path);
    void cut(std::uint64_t seed);

    mutable std::mutex mutex_;
    std::filesystem::path folder_;
    std::unique_ptr<Platter> platter_;
    std::optional<std::map<std::string, Bytes>> left_;  ///< there while the power is off
    std::uint64_t operations_{0};
    std::array<std::uint64_t, kDiskOps> counts_{};
    std::optional<std::uint64_t> cut_at_;
    std::uint64_t cut_seed_{0};
    struct Armed {
        DiskFault fault;
        std::uint64_t seen{0};
    };
    std::vector<Armed> faults_;
    bool has_failed_{false};
    bool folder_synced_{false};
    std::atomic<std::chrono::milliseconds> sync_delay_{std::chrono::milliseconds{0}};
    int open_files_{0};
};

}  // namespace mg::test
