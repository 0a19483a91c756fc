#include "gateway/inbound/drop_folder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "config/text_file.h"
#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/base/unique_fd.h"
#include "gateway/base/utc_text.h"
#include "gateway/inbound/values_table.h"

namespace mg {
namespace {

using std::filesystem::path;

/// Of one table: 10,000 values with long evidence.
constexpr off_t kMostBytes = 8 * 1024 * 1024;
/// Taken in at one look; the others at the next.
constexpr std::size_t kMostFiles = 1000;
/// Of one reason.
constexpr std::size_t kMostReasons = 500;
constexpr mode_t kFolderMode = 0770;
constexpr mode_t kReasonMode = 0660;

std::string system_text(int error) {
    return std::error_code(error, std::generic_category()).message();
}

tl::unexpected<Error> trouble(const path& place, int error) {
    const auto kind = error == ENOSPC || error == EDQUOT ? Failure::storage_full : Failure::transient;
    return fail(kind, trf("drop folder: {}: {}", "接收目录：{}：{}", place.string(), system_text(error)));
}

bool ends_in_csv(std::string_view name) {
    constexpr std::string_view kEnding = ".csv";
    return name.size() > kEnding.size() &&
           std::ranges::equal(name.substr(name.size() - kEnding.size()), kEnding, {},
                              [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
}

/// Neither what is being written nor what an open spreadsheet leaves beside its file.
bool is_table(std::string_view name) {
    return ends_in_csv(name) && !name.starts_with('.') && !name.starts_with('~');
}

/// For logs and records.
std::string readable(std::string name) {
    if (first_invalid_utf8(name) == std::string::npos) return name;
    std::ranges::replace_if(name, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    return name;
}

/// Not every file system of a network can promise that nothing is overwritten; then looking before must do.
int rename_without_replacing(const path& from, const path& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    if (::access(to.c_str(), F_OK) == 0) return EEXIST;
    return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

/// The whole text or an error number.
int write_new(const path& place, std::string_view text) {
    const UniqueFd file{
        ::open(place.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kReasonMode)};
    if (!file) return errno;
    while (!text.empty()) {
        const ssize_t written = ::write(file.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

std::string reasons(const std::vector<Problem>& problems) {
    std::string text{tr("Nothing of this file was entered:\n", "此文件未录入任何数值：\n")};
    std::size_t lines = 0;
    for (const Problem& problem : problems) {
        if (problem.severity != Severity::error) continue;
        if (++lines > kMostReasons) {
            return text += trf("… and more than {} others\n", "……其余超过 {} 处\n", kMostReasons);
        }
        text += problem.to_string() + '\n';
    }
    return text;
}

}  // namespace

std::size_t DropFolder::Findings::errors() const {
    return static_cast<std::size_t>(std::ranges::count(problems, Severity::error, &Problem::severity));
}

DropFolder::DropFolder(const InboundOptions& options, std::chrono::minutes utc_offset, EntryDesk& desk,
                       Clock& clock)
    : options_{options}, utc_offset_{utc_offset}, desk_{desk}, clock_{clock} {}

DropFolder::Stamp DropFolder::stamp_of(const struct stat& file) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    return {file.st_ino, file.st_size, file.st_mtim.tv_sec * kSecond + file.st_mtim.tv_nsec};
}

Result<> DropFolder::look() {
    auto looked = look_for_files();
    status_.with(
        [&](DropFolderStatus& status) { status.trouble = looked ? std::string{} : looked.error().what; });
    return looked;
}

/// What cannot be moved afterwards is not taken in.
Result<> DropFolder::prepare() const {
    for (const char* name : {"done", "refused"}) {
        const path folder = *options_.folder / name;
        if (::mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST) return trouble(folder, errno);
        if (::access(folder.c_str(), W_OK | X_OK) != 0) return trouble(folder, errno);
    }
    if (::access(options_.folder->c_str(), W_OK | X_OK) != 0) return trouble(*options_.folder, errno);
    return {};
}

Result<std::vector<DropFolder::Found>> DropFolder::list() const {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder{::opendir(options_.folder->c_str()), ::closedir};
    if (folder == nullptr) return trouble(*options_.folder, errno);
    std::vector<Found> files;
    errno = 0;
    while (const dirent* entry =
               ::readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe): a stream of ours
        const std::string name{entry->d_name};
        struct stat file{};
        const bool known = is_table(name) && files.size() < kMostFiles &&
                           ::fstatat(::dirfd(folder.get()), name.c_str(), &file, AT_SYMLINK_NOFOLLOW) == 0;
        if (known && S_ISREG(file.st_mode)) files.push_back({name, stamp_of(file)});
        errno = 0;
    }
    if (errno != 0) return trouble(*options_.folder, errno);
    std::ranges::sort(files, [](const Found& a, const Found& b) {
        return std::pair{a.stamp.modified_ns, a.name} < std::pair{b.stamp.modified_ns, b.name};
    });
    return files;
}

Result<> DropFolder::look_for_files() {
    auto files = list();
    if (!files) return pass_on(files.error());
    std::map<std::string, Stamp> now;
    for (const Found& file : *files) now[file.name] = file.stamp;
    std::swap(now, before_);
    std::erase_if(taken_, [&](const auto& taken) { return !before_.contains(taken.first); });
    if (files->empty()) return {};
    if (auto ready = prepare(); !ready) return ready;
    Result<> all;
    for (const Found& file : *files) {
        const auto before = now.find(file.name);
        if (before == now.end() || before->second != file.stamp) continue;
        // On a full disk no reason can be written, but a file that is right can still be moved.
        if (auto done = take(file); !done && all) all = done;
    }
    return all;
}

std::optional<std::string> DropFolder::read(const Found& file, Reporter& report) const {
    const path place = *options_.folder / file.name;
    const auto cannot = [&](int error) {
        report.error({}, {}, {trf("cannot be read: {}", "无法读取：{}", system_text(error)), {}});
        return std::string{};
    };
    if (file.stamp.size > kMostBytes) {
        report.error({}, {},
                     {std::string(tr("the file is too large", "文件过大")),
                      trf("at most {} MiB", "不超过 {} MiB", kMostBytes >> 20U)});
        return std::string{};
    }
    const UniqueFd opened{::open(place.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (!opened && errno == ENOENT) return {};
    if (!opened) return cannot(errno);
    std::string bytes(static_cast<std::size_t>(file.stamp.size), '\0');
    std::size_t size = 0;
    while (size < bytes.size()) {
        const ssize_t got = ::read(opened.get(), bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return cannot(errno);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    struct stat after{};
    if (::fstat(opened.get(), &after) != 0) return cannot(errno);
    if (size < bytes.size() || stamp_of(after) != file.stamp) return {};
    return bytes;
}

Result<> DropFolder::enter(const std::string& name, std::string bytes, EntryTaking taking, Findings& findings,
                           Reporter& report) {
    const auto text = decode_text(std::move(bytes), report);
    if (!text) return {};
    const auto rows = read_values(*text, report);
    const EntrySource source{.way = WayIn::machine,
                             .author = options_.source,
                             .remark = readable(name),
                             .input_type = options_.input_type};
    auto answers =
        desk_.take(values_of(rows), source, findings.errors() == 0 ? taking : EntryTaking::check_only);
    if (!answers) return pass_on(answers.error());
    report_answers(rows, *answers, report);
    sort_by_position(findings.problems);
    findings.answers = std::move(*answers);
    return {};
}

Result<std::optional<DropFolder::Findings>> DropFolder::examine(const Found& file, EntryTaking taking) {
    Findings findings;
    Reporter report{readable(file.name), findings.problems};
    auto bytes = read(file, report);
    if (!bytes) return std::nullopt;
    if (findings.errors() == 0) {
        if (auto entered = enter(file.name, std::move(*bytes), taking, findings, report); !entered) {
            return pass_on(entered.error());
        }
    }
    return findings;
}

Result<> DropFolder::take(const Found& file) {
    const auto taken = taken_.find(file.name);
    if (taken != taken_.end() && taken->second == file.stamp) return move(file, free_name("done", file.name));
    const auto found = examine(file, EntryTaking::all_or_none);
    if (!found) return pass_on(found.error());
    if (!*found) return {};
    const Findings& findings = **found;
    if (findings.errors() > 0) return refuse(file);
    taken_[file.name] = file.stamp;
    const auto accepted = static_cast<std::size_t>(
        std::ranges::count(findings.answers, EntryFate::accepted, &EntryAnswer::fate));
    status_.with([&](DropFolderStatus& status) {
        ++status.files_taken;
        status.values_accepted += accepted;
    });
    log::info("{}", trf("drop folder: {}: {} values entered, {} were there already",
                        "接收目录：{}：录入 {} 个值，{} 个已存在", readable(file.name), accepted,
                        findings.answers.size() - accepted));
    return move(file, free_name("done", file.name));
}

/// The reason first: a refused file never stands without one.
Result<> DropFolder::refuse(const Found& file) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // else Windows takes it for GB18030
    std::string text{kByteOrderMark};
    for (const Language spoken : {Language::zh, Language::en}) {
        const SpokenLanguage speaking{spoken};
        const auto again = examine(file, EntryTaking::check_only);
        if (!again) return pass_on(again.error());
        if (!*again) return {};
        text += reasons((*again)->problems) + '\n';
    }
    const path target = free_name("refused", file.name);
    const path reason = target.string() + ".txt";
    if (const int error = write_new(reason, text); error != 0) {
        ::unlink(reason.c_str());
        return trouble(reason, error);
    }
    if (auto moved = move(file, target); !moved) {
        ::unlink(reason.c_str());
        return moved;
    }
    status_.with([](DropFolderStatus& status) { ++status.files_refused; });
    log::warning("{}", trf("drop folder: {} is refused, nothing of it was entered: see {}",
                           "接收目录：{} 被拒收，未录入任何数值：见 {}", readable(file.name),
                           readable(reason.string())));
    return {};
}

/// "20261122-120500-values.csv": by the time at the site, and counted where that is not enough.
path DropFolder::free_name(const char* in, const std::string& name) const {
    const path folder = *options_.folder / in;
    std::string time = local_text(clock_.utc(), utc_offset_);
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    std::ranges::replace(time, ' ', '-');
    for (int count = 1;; ++count) {
        const path free = folder / (count == 1 ? fmt::format("{}-{}", time, name)
                                               : fmt::format("{}-{}-{}", time, count, name));
        const path reason = free.string() + ".txt";
        if (::access(free.c_str(), F_OK) != 0 && ::access(reason.c_str(), F_OK) != 0) return free;
    }
}

Result<> DropFolder::move(const Found& file, const path& target) {
    const int error = rename_without_replacing(*options_.folder / file.name, target);
    if (error != 0 && error != ENOENT) return trouble(target, error);
    taken_.erase(file.name);
    before_.erase(file.name);
    return {};
}

}  // namespace mg
