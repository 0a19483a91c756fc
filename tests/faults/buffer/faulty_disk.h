#pragma once

#include <atomic>
#include <chrono>
#include <string>

namespace mg::test {

/// A SQLite file system layer that passes everything on, but for files whose name contains `only` it fails
/// writes or syncs, or is slow. Installed as the default of this process; set from any thread.
struct FaultyDisk {
    static FaultyDisk& install();
    /// Everything works again.
    void heal();
    /// From now on: SQLITE_FULL for each write to files with `part` in their name.
    void fill_up(const std::string& part);
    /// From now on: an I/O error for each sync of files with `part` in their name.
    void fail_sync(const std::string& part);
    void slow_sync(std::chrono::milliseconds by);

    [[nodiscard]] bool write_fails(const std::string& file) const;
    [[nodiscard]] bool sync_fails(const std::string& file) const;
    [[nodiscard]] std::chrono::milliseconds sync_delay() const { return sync_delay_; }

private:
    enum class Which : int { none, boundary, other, all };
    static Which which(const std::string& part);
    static bool matches(Which which, const std::string& file);
    std::atomic<Which> full_{Which::none};
    std::atomic<Which> unsyncable_{Which::none};
    std::atomic<std::chrono::milliseconds> sync_delay_{std::chrono::milliseconds{0}};
};

}  // namespace mg::test
