#include <fstream>
#include <stdexcept>

#include "tests/support/crash_vfs.h"

// What a test orders of the disk. What SQLite gets of it is in crash_vfs.cpp.
namespace mg::test {

void CrashVfs::watch(const std::filesystem::path& folder) {
    const std::scoped_lock lock{mutex_};
    folder_ = std::filesystem::canonical(folder);
    platter_ = std::make_unique<Platter>(folder_);
    left_.reset();
    operations_ = 0;
    counts_ = {};
    cut_at_.reset();
    faults_.clear();
    has_failed_ = false;
    sync_delay_ = std::chrono::milliseconds{0};
}

void CrashVfs::cut(std::uint64_t seed) {
    left_ = platter_->after_cut(seed);
    cut_at_.reset();
}

void CrashVfs::power_cut(std::uint64_t seed) {
    const std::scoped_lock lock{mutex_};
    if (!left_) cut(seed);
}

void CrashVfs::cut_before(std::uint64_t nth, std::uint64_t seed) {
    const std::scoped_lock lock{mutex_};
    cut_at_ = operations_ + nth;
    cut_seed_ = seed;
}

void CrashVfs::power_on() {
    const std::scoped_lock lock{mutex_};
    if (!left_) throw std::logic_error("power_on without a cut");
    if (open_files_ != 0) throw std::logic_error("power_on with files still open");
    for (const auto& each : std::filesystem::directory_iterator(folder_))
        std::filesystem::remove_all(each.path());
    for (const auto& [name, bytes] : *left_) {
        std::ofstream file{folder_ / name, std::ios::binary};
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    left_.reset();
    platter_ = std::make_unique<Platter>(folder_);
}

bool CrashVfs::powered() const {
    const std::scoped_lock lock{mutex_};
    return !left_;
}

std::uint64_t CrashVfs::operations() const {
    const std::scoped_lock lock{mutex_};
    return operations_;
}

std::uint64_t CrashVfs::count(DiskOp op) const {
    const std::scoped_lock lock{mutex_};
    return counts_[static_cast<std::size_t>(op)];
}

void CrashVfs::fail(DiskFault fault) {
    const std::scoped_lock lock{mutex_};
    faults_.clear();
    faults_.push_back({std::move(fault)});
    has_failed_ = false;
}

void CrashVfs::fail_too(DiskFault fault) {
    const std::scoped_lock lock{mutex_};
    faults_.push_back({std::move(fault)});
}

void CrashVfs::slow_sync(std::chrono::milliseconds by) {
    sync_delay_ = by;
}

void CrashVfs::heal() {
    const std::scoped_lock lock{mutex_};
    faults_.clear();
    sync_delay_ = std::chrono::milliseconds{0};
}

bool CrashVfs::has_failed() const {
    const std::scoped_lock lock{mutex_};
    return has_failed_;
}

}  // namespace mg::test
