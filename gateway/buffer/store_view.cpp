#include "gateway/buffer/store_view.h"

#include <algorithm>

#include "gateway/base/language.h"
#include "gateway/buffer/data_folder.h"
#include "gateway/buffer/disk_use.h"

namespace mg {
namespace {

bool has_log(const std::filesystem::path& path) {
    std::error_code gone;
    const auto size = std::filesystem::file_size(path.native() + "-wal", gone);
    return !gone && size > 0;
}

}  // namespace

Result<Inspected> inspect_from_outside(const std::filesystem::path& path, const FileName& name) {
    // Without a log nobody has written to it lately, and the header says whether anybody will.
    if (!has_log(path)) {
        auto file = sqlite::Database::open(path, sqlite::Access::immutable);
        if (!file) return pass_on(file.error());
        auto found = inspect(*file, name);
        if (!found || found->summary.closed) return found;
    }
    auto file = sqlite::Database::open(path, sqlite::Access::query);
    if (!file) return pass_on(file.error());
    return inspect(*file, name);
}

StoreView::StoreView(std::filesystem::path folder)
    : folder_{std::move(folder)},
      readers_{folder_, layouts_},
      reader_{catalogue_, readers_, damaged_rows_, [] {}} {}

Result<std::unique_ptr<StoreView>> StoreView::open(const std::filesystem::path& folder) {
    std::unique_ptr<StoreView> view{new StoreView(folder)};
    if (auto taken = view->take_stock(); !taken) return pass_on(taken.error());
    return view;
}

Result<> StoreView::take_stock() {
    std::error_code problem;
    std::filesystem::directory_iterator look{folder_, problem};
    if (problem) {
        return fail(Failure::invalid_config,
                    trf("data folder {0} cannot be read: {1}", "数据目录 {0} 无法读取：{1}", folder_.native(),
                        problem.message()));
    }
    for (const FileName& name : files_in(folder_)) {
        const auto path = folder_ / name.text();
        auto found = inspect_from_outside(path, name);
        if (found) {
            catalogue_.add(FileEntry{name, found->summary}, found->last_slots);
        } else if (std::filesystem::exists(path, problem)) {
            unusable_.push_back({name.text(), found.error().what});
        }
    }
    return {};
}

Result<Peeked> StoreView::read(const HistoryQuery& query, Sequence after, std::size_t most) {
    auto part = reader_.read(query, after, most);
    if (!part && forget_missing()) part = reader_.read(query, after, most);
    return part;
}

bool StoreView::forget_missing() {
    bool some = false;
    for (const FileEntry& file : catalogue_.files()) {
        std::error_code problem;
        if (std::filesystem::exists(folder_ / file.name.text(), problem)) continue;
        catalogue_.remove(file.name);
        readers_.forget(file.name);
        some = true;
    }
    return some;
}

std::vector<ViewedFile> StoreView::files() const {
    std::vector<ViewedFile> all;
    for (const FileEntry& entry : catalogue_.files()) all.push_back({entry, bytes_of(folder_, entry.name)});
    return all;
}

std::vector<std::string> StoreView::set_aside_files() const {
    std::vector<std::string> found;
    std::error_code problem;
    for (const auto& each : std::filesystem::directory_iterator(folder_, problem)) {
        const std::string name = each.path().filename().native();
        if (set_aside_name(name)) found.push_back(name);
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace mg
