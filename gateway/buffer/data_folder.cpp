#include "gateway/buffer/data_folder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/buffer/log_scan.h"

namespace mg {
namespace {

constexpr auto kFolderMode = std::filesystem::perms::owner_all | std::filesystem::perms::group_read |
                             std::filesystem::perms::group_exec;  // 0750

constexpr std::string_view kSetAside = ".corrupt-";

tl::unexpected<Error> unusable(const std::filesystem::path& path, std::string_view why_en,
                               std::string_view why_zh) {
    return fail(Failure::invalid_config,
                trf("data folder {0}: {1}", "数据目录 {0}：{2}", path.native(), why_en, why_zh));
}

tl::unexpected<Error> unusable(const std::filesystem::path& path, int error) {
    const std::string why = std::generic_category().message(error);
    return fail(Failure::invalid_config, trf("data folder {0} cannot be made or written: {1}",
                                             "数据目录 {0} 无法创建或写入：{1}", path.native(), why));
}

std::string set_aside_mark(UtcTime now) {
    return fmt::format("{}{:%Y%m%dT%H%M%S}Z", kSetAside, std::chrono::floor<std::chrono::seconds>(now));
}

/// The power failed while a file was set aside, before its log was renamed as well. True: it has now been.
bool follow_set_aside(const std::filesystem::path& log) {
    constexpr std::string_view kLog = "-wal";
    const std::string name = log.filename().native();
    if (!name.ends_with(kLog)) return false;
    const std::string file = name.substr(0, name.size() - kLog.size());
    std::error_code problem;
    for (const auto& each : std::filesystem::directory_iterator(log.parent_path(), problem)) {
        const std::string other = each.path().filename().native();
        const std::filesystem::path its_log = each.path().native() + std::string{kLog};
        if (!set_aside_name(other) || !other.starts_with(file) || std::filesystem::exists(its_log, problem))
            continue;
        std::filesystem::rename(log, its_log, problem);
        return !problem;
    }
    return false;
}

std::string pid_in(int lock) {
    std::array<char, 24> text{};
    const auto size = ::pread(lock, text.data(), text.size(), 0);
    std::string pid{text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    pid.erase(std::ranges::find_if_not(pid, [](char c) { return c >= '0' && c <= '9'; }), pid.end());
    return pid.empty() ? "?" : pid;
}

Result<UniqueFd> lock_in(const std::filesystem::path& folder) {
    UniqueFd lock{::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)};
    if (!lock) return unusable(folder, errno);
    give_to_owner_of(folder, folder / "lock");
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return unusable(folder, errno);
        return fail(Failure::invalid_config,
                    trf("data folder {0} is in use by process {1}", "数据目录 {0} 正被进程 {1} 使用",
                        folder.native(), pid_in(lock.get())));
    }
    // Only for people: the lock is the flock. A full disk may refuse the number, and that must not stop the
    // gateway.
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock.get(), 0) != 0 || ::pwrite(lock.get(), pid.data(), pid.size(), 0) < 0) {
        log::warning("{}", trf("data folder {}: the pid could not be written into lock",
                               "数据目录 {}：无法把进程号写入 lock", folder.native()));
    }
    return lock;
}

}  // namespace

Result<DataFolder> DataFolder::open(const StorageOptions& options) {
    DataFolder folder;
    folder.path_ = options.path;
    std::error_code problem;
    if (!std::filesystem::exists(options.path, problem)) {
        std::filesystem::create_directories(options.path, problem);
        if (problem) return unusable(options.path, problem.value());
        std::filesystem::permissions(options.path, kFolderMode, problem);
    }
    if (!std::filesystem::is_directory(options.path, problem)) {
        return unusable(options.path, "is not a folder", "不是目录");
    }
    struct statfs system{};
    if (!options.allow_tmpfs && ::statfs(options.path.c_str(), &system) == 0 &&
        system.f_type == TMPFS_MAGIC) {
        return unusable(options.path, "lies in memory (tmpfs): nothing stored there survives a power cut",
                        "位于内存文件系统（tmpfs），断电后数据全部丢失");
    }
    auto lock = lock_in(options.path);
    if (!lock) return tl::unexpected<Error>(lock.error());
    folder.lock_ = std::move(*lock);
    return folder;
}

std::vector<FileName> DataFolder::files() const {
    return files_in(path_);
}

std::vector<FileName> files_in(const std::filesystem::path& folder) {
    std::vector<FileName> names;
    std::error_code problem;
    for (const auto& each : std::filesystem::directory_iterator(folder, problem)) {
        if (const auto name = FileName::from(each.path().filename().native())) names.push_back(*name);
    }
    std::ranges::sort(names);
    return names;
}

std::optional<FileName> set_aside_name(const std::string& name) {
    const auto mark = name.find(kSetAside);
    if (mark == std::string::npos || name.ends_with("-wal") || name.ends_with("-shm")) return std::nullopt;
    return FileName::from(name.substr(0, mark));
}

void report_damaged_logs(const std::filesystem::path& folder, UtcTime now) {
    std::vector<std::filesystem::path> databases{folder / "meta.db", folder / kBooksName};
    for (const FileName& name : files_in(folder)) databases.push_back(folder / name.text());
    for (const auto& path : databases) {
        const auto lost = scan_log(path).lost_commits();
        if (lost == 0) continue;
        const std::string copy = path.native() + set_aside_mark(now) + "-wal";
        std::error_code problem;
        std::filesystem::copy_file(path.native() + "-wal", copy,
                                   std::filesystem::copy_options::overwrite_existing, problem);
        give_to_owner_of(folder, copy);
        const std::string kept = problem ? problem.message() : copy;
        if (path.filename() == kBooksName) {
            log::error("{}",
                       trf("{0}-wal is damaged: at least {1} commits that were on the disk are lost. Figures "
                           "are computed again; look whether what people put on record last is still there. "
                           "The log is kept as {2}",
                           "{0}-wal 已损坏：至少 {1} "
                           "次已落盘的提交丢失。核算数据将重新计算；请核对最近的人工记录是否仍在。"
                           "日志保留为 {2}",
                           path.native(), lost, kept));
            continue;
        }
        log::error(
            "{}",
            trf("{0}-wal is damaged: at least {1} commits that were on the disk are lost, their slots "
                "become gaps as far as they are seen; the log is kept as {2}",
                "{0}-wal 已损坏：至少 {1} 次已落盘的提交丢失，其时刻在可识别的范围内记为缺口；日志保留为 {2}",
                path.native(), lost, kept));
    }
}

void give_to_owner_of(const std::filesystem::path& folder, const std::filesystem::path& path) {
    struct stat owner{};
    if (::geteuid() != 0 || ::stat(folder.c_str(), &owner) != 0) return;
    if (::lchown(path.c_str(), owner.st_uid, owner.st_gid) != 0) {
        log::warning("{}", trf("{}: its owner could not be set", "{}：无法设置属主", path.native()));
    }
}

void DataFolder::sweep() const {
    std::vector<std::filesystem::path> half_made;
    std::vector<std::filesystem::path> orphans;
    std::error_code problem;
    for (const auto& each : std::filesystem::directory_iterator(path_, problem)) {
        const std::string name = each.path().filename().native();
        const auto end = name.find(".db");
        if (end == std::string::npos || !FileName::from(name.substr(0, end + 3))) continue;
        const std::string_view part = std::string_view{name}.substr(end + 3);
        if (part.starts_with(kHalfMade)) half_made.push_back(each.path());
        const bool beside = part == "-wal" || part == "-shm" || part == "-journal";
        if (beside && !std::filesystem::exists(path_ / name.substr(0, end + 3), problem))
            orphans.push_back(each.path());
    }
    for (const auto& path : half_made) std::filesystem::remove(path, problem);
    for (const auto& path : orphans) {
        if (!follow_set_aside(path)) std::filesystem::remove(path, problem);
    }
}

int DataFolder::free_number(FileKind kind, std::chrono::local_days day) const {
    int highest = 0;
    std::error_code problem;
    for (const auto& each : std::filesystem::directory_iterator(path_, problem)) {
        // Files set aside keep their name as a prefix, and their number.
        std::string text = each.path().filename().native();
        if (const auto end = text.find(".db"); end != std::string::npos) text.resize(end + 3);
        const auto name = FileName::from(text);
        if (name && name->kind == kind && name->day == day) highest = std::max(highest, name->number);
    }
    return highest + 1;
}

void set_file_aside(const std::filesystem::path& path, const std::string& why, UtcTime now) {
    const std::string mark = set_aside_mark(now);
    std::error_code problem;
    std::filesystem::rename(path, path.native() + mark, problem);
    std::error_code ignored;
    std::filesystem::rename(path.native() + "-wal", path.native() + mark + "-wal", ignored);
    std::filesystem::remove(path.native() + "-shm", ignored);
    log::error("{}", problem
                         ? trf("{0} cannot be used ({1}) and not be renamed: {2}",
                               "{0} 无法使用（{1}），也无法改名：{2}", path.native(), why, problem.message())
                         : trf("{0} cannot be used ({1}); kept as {0}{2}",
                               "{0} 无法使用（{1}），已保留为 {0}{2}", path.native(), why, mark));
}

void remove_database(const std::filesystem::path& path) {
    std::error_code ignored;
    for (const char* part : {"", "-wal", "-shm", "-journal"})
        std::filesystem::remove(path.native() + part, ignored);
}

}  // namespace mg
