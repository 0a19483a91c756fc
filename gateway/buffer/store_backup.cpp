#include "gateway/buffer/store_backup.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "gateway/base/checksum.h"
#include "gateway/base/language.h"
#include "gateway/base/sqlite.h"
#include "gateway/base/unique_fd.h"
#include "gateway/buffer/data_folder.h"
#include "gateway/buffer/lost_mark.h"
#include "gateway/buffer/meta_file.h"
#include "gateway/buffer/store_view.h"

namespace mg {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kManifest = "manifest.json";
constexpr const char* kMeta = "meta.db";
constexpr int kManifestFormat = 1;

tl::unexpected<Error> unusable(const fs::path& path, std::string_view en, std::string_view zh) {
    return fail(Failure::invalid_config, trf("{0}: {1}", "{0}：{2}", path.native(), en, zh));
}
tl::unexpected<Error> trouble(const fs::path& path, const std::error_code& why) {
    const bool full = why == std::errc::no_space_on_device;
    return fail(full ? Failure::storage_full : Failure::transient,
                fmt::format("{}: {}", path.native(), why.message()));
}

/// Syncs a file or a folder.
Result<> sync(const fs::path& path) {
    const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file || ::fsync(file.get()) != 0) return trouble(path, {errno, std::generic_category()});
    return {};
}

struct Listed {
    std::string name;
    std::uint64_t bytes{0};
    std::string sha256;
    Sequence last{0};  ///< only while the backup is made
};
struct Manifest {
    Sequence newest{0};
    std::vector<Listed> files;
};

std::string text_of(const Manifest& manifest, UtcTime now) {
    Json files = Json::array();
    for (const Listed& file : manifest.files) {
        files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    }
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    return Json{{"format", kManifestFormat},
                {"made_at", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", seconds)},
                {"newest", manifest.newest},
                {"files", std::move(files)}}
               .dump(2) +
           '\n';
}

Result<Manifest> read_manifest(const fs::path& folder) {
    std::ifstream file{folder / kManifest};
    if (!file) {
        return unusable(folder, "no backup, or one that was not finished: manifest.json is missing",
                        "不是备份，或备份未完成：缺少 manifest.json");
    }
    const Json json = Json::parse(file, nullptr, false);
    try {
        if (json.at("format").get<int>() != kManifestFormat) {
            return unusable(folder / kManifest, "written by a later version", "由更新的版本写入");
        }
        Manifest manifest{.newest = json.at("newest").get<Sequence>(), .files = {}};
        for (const Json& each : json.at("files")) {
            Listed listed{each.at("name").get<std::string>(), each.at("bytes").get<std::uint64_t>(),
                          each.at("sha256").get<std::string>(), 0};
            // A name from a file becomes a path: only the names that a backup writes.
            if (listed.name != kMeta && listed.name != kBooksName && !FileName::from(listed.name)) {
                return fail(Failure::corrupt, (folder / kManifest).native() + ": " + listed.name);
            }
            manifest.files.push_back(std::move(listed));
        }
        return manifest;
    } catch (const Json::exception& error) {
        return fail(Failure::corrupt, (folder / kManifest).native() + ": " + error.what());
    }
}

Result<Listed> copy_database(const fs::path& from, const fs::path& to) {
    const auto found = FileName::from(from.filename().native());
    const auto inspected = found ? inspect_from_outside(from, *found) : Result<Inspected>{Inspected{}};
    if (!inspected) return pass_on(inspected.error());
    const bool closed = found && inspected->summary.closed;
    auto file = sqlite::Database::open(from, closed ? sqlite::Access::immutable : sqlite::Access::query);
    if (!file) return pass_on(file.error());
    if (auto copied = file->copy_to(to); !copied) return pass_on(copied.error());
    Sequence last = 0;
    if (found) {
        // What came while it was copied is in the copy as well.
        auto copy = sqlite::Database::open(to, sqlite::Access::immutable);
        const auto held = copy ? inspect(*copy, *found) : Result<Inspected>{pass_on(copy.error())};
        if (!held) return pass_on(held.error());
        last = held->summary.last;
    }
    auto sum = sha256_of(to);
    if (!sum) return pass_on(sum.error());
    std::error_code problem;
    return Listed{to.filename().native(), fs::file_size(to, problem), std::move(*sum), last};
}

Result<> prepare_target(const fs::path& to) {
    std::error_code problem;
    fs::create_directories(to, problem);
    if (!fs::is_directory(to)) return trouble(to, problem);
    if (!fs::is_empty(to, problem)) return unusable(to, "is not empty", "目录不为空");
    return {};
}

Result<> write_manifest(const fs::path& to, const Manifest& manifest, UtcTime now) {
    {
        std::ofstream file{to / kManifest};
        file << text_of(manifest, now);
        file.close();
        if (!file) return trouble(to / kManifest, std::make_error_code(std::errc::io_error));
    }
    if (auto synced = sync(to / kManifest); !synced) return synced;
    return sync(to);
}

}  // namespace

Result<BackedUp> back_up(const fs::path& folder, const fs::path& to, UtcTime now, const OnCopy& progress) {
    std::error_code problem;
    if (!fs::exists(folder / kMeta, problem)) return unusable(folder, "holds no store", "没有存储数据");
    if (auto prepared = prepare_target(to); !prepared) return pass_on(prepared.error());
    Manifest manifest;
    BackedUp done;
    // First: what the books have counted is in the samples that are copied after them, so that every figure
    // of the backup can be computed again from it, and the books go on with what came since.
    std::optional<Listed> books;
    if (fs::exists(folder / kBooksName, problem)) {
        auto copied = copy_database(folder / kBooksName, to / kBooksName);
        if (copied) {
            books = std::move(*copied);
        } else if (copied.error().kind == Failure::storage_full) {
            return pass_on(copied.error());
        } else {
            remove_database(to / kBooksName);
            done.left_out.push_back(copied.error().what);
        }
    }
    auto meta = copy_database(folder / kMeta, to / kMeta);
    if (!meta) return pass_on(meta.error());
    manifest.files.push_back(std::move(*meta));
    // Behind meta.db, because a restore goes through the list from its end: books that were not restored yet
    // must not be taken for books that never were.
    if (books) manifest.files.push_back(std::move(*books));
    // Only now: what a consumer in meta.db has passed is in the files that are seen from here on.
    auto view = StoreView::open(folder);
    if (!view) return pass_on(view.error());
    for (const UnusableFile& file : (*view)->unusable()) done.left_out.push_back(file.name + ": " + file.why);
    const auto files = (*view)->files();
    CopyProgress at{.files = 0, .of_files = files.size(), .bytes = 0, .of_bytes = 0, .file = {}};
    for (const ViewedFile& file : files) at.of_bytes += file.bytes;
    for (const ViewedFile& file : files) {
        at.file = file.entry.name.text();
        if (progress) progress(at);
        auto copied = copy_database(folder / at.file, to / at.file);
        if (!copied && copied.error().kind == Failure::storage_full) return pass_on(copied.error());
        if (copied) {
            manifest.newest = std::max(manifest.newest, copied->last);
            manifest.files.push_back(std::move(*copied));
        } else {
            remove_database(to / at.file);
            // Retention may have taken it meanwhile; then it is missed by nobody.
            if (fs::exists(folder / at.file, problem)) {
                done.left_out.push_back(at.file + ": " + copied.error().what);
            }
        }
        ++at.files;
        at.bytes += file.bytes;
    }
    if (auto written = write_manifest(to, manifest, now); !written) return pass_on(written.error());
    at.file.clear();
    if (progress) progress(at);
    done.files = manifest.files.size();
    for (const Listed& file : manifest.files) done.bytes += file.bytes;
    done.newest = manifest.newest;
    return done;
}

namespace {

Result<> verify(const fs::path& from, const Manifest& manifest) {
    for (const Listed& file : manifest.files) {
        const auto sum = sha256_of(from / file.name);
        if (!sum) return fail(Failure::corrupt, sum.error().what);
        if (*sum != file.sha256) {
            return fail(Failure::corrupt, trf("{}: not what the manifest says; nothing was restored",
                                              "{}：与清单不符，未恢复任何数据", (from / file.name).native()));
        }
    }
    return {};
}

/// No sequence above this was given out by the store that is in the folder now.
Sequence mark_in(const fs::path& folder) {
    Sequence mark = 0;
    std::error_code problem;
    if (fs::exists(folder / kMeta, problem)) {
        if (auto meta = MetaFile::view(folder / kMeta)) mark = (*meta)->reserved().value_or(0);
    }
    if (auto view = StoreView::open(folder)) mark = std::max(mark, (*view)->newest());
    return mark;
}

Result<std::string> move_away(const fs::path& folder, UtcTime now) {
    const fs::path aside =
        folder / fmt::format("replaced-{:%Y%m%dT%H%M%S}Z", std::chrono::floor<std::chrono::seconds>(now));
    std::vector<fs::path> moving;
    std::error_code problem;
    for (const auto& each : fs::directory_iterator(folder, problem)) {
        if (each.is_regular_file() && each.path().filename() != "lock") moving.push_back(each.path());
    }
    if (moving.empty()) return std::string{};
    fs::create_directory(aside, problem);
    give_to_owner_of(folder, aside);
    for (const fs::path& path : moving) {
        fs::rename(path, aside / path.filename(), problem);
        if (problem) return trouble(path, problem);
    }
    if (auto synced = sync(folder); !synced) return pass_on(synced.error());
    return aside.native();
}

Result<> put(const fs::path& from, const fs::path& to) {
    std::error_code problem;
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, problem);
    if (problem) return trouble(to, problem);
    return sync(to);
}

}  // namespace

Result<Restored> restore(const fs::path& from, const StorageOptions& options, UtcTime now,
                         const RestoreOptions& how, const OnCopy& progress) {
    const auto manifest = read_manifest(from);
    if (!manifest) return pass_on(manifest.error());
    if (auto sound = verify(from, *manifest); !sound) return pass_on(sound.error());
    const auto folder = DataFolder::open(options);
    if (!folder) return pass_on(folder.error());
    const fs::path& to = folder->path();
    std::error_code problem;
    const bool occupied =
        !folder->files().empty() || fs::exists(to / kMeta, problem) || fs::exists(to / kBooksName, problem);
    if (occupied && !how.force) {
        return unusable(to, "holds a store already; --force moves it aside first",
                        "已有存储数据；--force 会先将其移到一旁");
    }
    Restored done{.newest = manifest->newest};
    const Sequence known = std::max(manifest->newest, mark_in(to));
    auto moved = move_away(to, now);
    if (!moved) return pass_on(moved.error());
    done.moved_to = std::move(*moved);

    CopyProgress at{.files = 0, .of_files = manifest->files.size(), .bytes = 0, .of_bytes = 0, .file = {}};
    for (const Listed& file : manifest->files) at.of_bytes += file.bytes;
    for (const Listed& file : manifest->files) {
        at.file = file.name;
        if (progress) progress(at);
        // Half-made names first: a start that meets them removes them.
        const fs::path half = to / (file.name + std::string{kHalfMade});
        if (auto copied = put(from / file.name, half); !copied) return pass_on(copied.error());
        give_to_owner_of(to, half);
        ++at.files;
        at.bytes += file.bytes;
    }
    {
        const fs::path half = to / (kMeta + std::string{kHalfMade});
        auto meta = MetaFile::open(half);
        if (!meta) return pass_on(meta.error());
        const auto reserved = (*meta)->reserved();
        if (!reserved) return pass_on(reserved.error());
        const Sequence mark = mark_beyond(std::max(known, *reserved), now);
        if (auto set = (*meta)->reserve(mark); !set) return pass_on(set.error());
        done.goes_on_at = mark + 1;
    }
    // meta.db last: until it is there, a start finds the files' own sequences and jumps as well.
    for (auto file = manifest->files.rbegin(); file != manifest->files.rend(); ++file) {
        fs::rename(to / (file->name + std::string{kHalfMade}), to / file->name, problem);
        if (problem) return trouble(to / file->name, problem);
    }
    if (auto synced = sync(to); !synced) return pass_on(synced.error());
    at.file.clear();
    if (progress) progress(at);
    done.files = manifest->files.size();
    done.bytes = at.of_bytes;
    return done;
}

}  // namespace mg
