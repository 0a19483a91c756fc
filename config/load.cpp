#include "config/load.h"

#include <exception>
#include <set>
#include <system_error>

#include "config/loaders.h"
#include "config/shipped_files.h"
#include "config/text_file.h"
#include "gateway/base/check.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

using std::filesystem::path;

constexpr std::string_view kGatewayFile = "gateway.toml";
constexpr std::string_view kMetersFile = "meters.csv";
constexpr std::string_view kItemsFile = "items.csv";
constexpr std::string_view kCoefficientsFile = "coefficients.csv";
constexpr std::string_view kCalendarsFile = "calendars.csv";
constexpr std::string_view kPlantFile = "units.csv";
constexpr std::string_view kModelsFolder = "models";
constexpr std::string_view kProfilesFolder = "profiles";
constexpr std::string_view kCodesFolder = "codes";
constexpr std::size_t kMostFiles = 1000;

std::vector<ModelOptions> parse_shipped_models() {
    std::vector<ModelOptions> models;
    for (const auto& [name, text] : shipped_model_files()) {
        auto loaded = load_model(text, std::string(name));
        MG_CHECK(loaded.model.has_value());  // a test loads every shipped file
        models.push_back(std::move(*loaded.model));
    }
    return models;
}

std::vector<ProfileOptions> parse_shipped_profiles() {
    std::vector<ProfileOptions> profiles;
    for (const auto& [name, text] : shipped_profile_files()) {
        auto loaded = load_profile(text, std::string(name));
        MG_CHECK(loaded.profile.has_value());  // a test loads every shipped file
        profiles.push_back(std::move(*loaded.profile));
    }
    return profiles;
}

/// The site's own files of a folder, sorted by name; none when there is no such folder.
std::vector<path> files_in(const path& folder, std::string_view ending, std::size_t most,
                           std::vector<Problem>& problems) {
    std::vector<path> files;
    std::error_code error;
    if (!std::filesystem::exists(folder, error)) return files;
    for (std::filesystem::directory_iterator entry{folder, error}, end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() == ending) files.push_back(entry->path());
    }
    Reporter report{folder.filename().string(), problems};
    if (error) report.error({}, {}, {trf("cannot be read: {}", "无法读取：{}", error.message()), {}});
    if (files.size() > most) {
        report.error({}, {},
                     {std::string(tr("too many files", "文件过多")), trf("at most {}", "不超过 {} 个", most)},
                     std::to_string(files.size()));
        files.clear();
    }
    std::ranges::sort(files);
    return files;
}

template <class Options>
void replace_or_add(std::vector<Options>& list, Options added) {
    const auto same = std::ranges::find(list, added.id, &Options::id);
    if (same == list.end())
        list.push_back(std::move(added));
    else
        *same = std::move(added);
}

/// Ids of the models that could not be loaded; the others are in options.models.
std::set<std::string> load_models(Loaded& loaded) {
    std::set<std::string> broken;
    loaded.options.models = shipped_models();
    for (const path& file :
         files_in(loaded.options.directory / kModelsFolder, ".toml", kMostFiles, loaded.problems)) {
        const std::string name = std::string(kModelsFolder) + "/" + file.filename().string();
        Reporter report{name, loaded.problems};
        const auto text = read_text_file(file, report);
        LoadedModel model = text ? load_model(*text, name) : LoadedModel{};
        loaded.problems.insert(loaded.problems.end(), model.problems.begin(), model.problems.end());
        if (model.model)
            replace_or_add(loaded.options.models, std::move(*model.model));
        else
            broken.insert(file.stem().string());
    }
    return broken;
}

void load_profiles(Loaded& loaded) {
    loaded.options.profiles = shipped_profiles();
    const auto files =
        files_in(loaded.options.directory / kProfilesFolder, ".toml", kMostProfiles, loaded.problems);
    for (const path& file : files) {
        const std::string name = std::string(kProfilesFolder) + "/" + file.filename().string();
        Reporter report{name, loaded.problems};
        const auto text = read_text_file(file, report);
        if (!text) continue;
        LoadedProfile profile = load_profile(*text, name);
        loaded.problems.insert(loaded.problems.end(), profile.problems.begin(), profile.problems.end());
        if (profile.profile) replace_or_add(loaded.options.profiles, std::move(*profile.profile));
    }
}

bool is_readable_folder(const path& directory, std::vector<Problem>& problems) {
    std::error_code error;
    if (std::filesystem::is_directory(directory, error)) return true;
    Reporter report{directory.string(), problems};
    report.error({}, {},
                 {std::string(tr("the configuration folder does not exist or cannot be entered",
                                 "配置目录不存在或无法进入")),
                  std::string(tr("a folder with gateway.toml and meters.csv",
                                 "含 gateway.toml 和 meters.csv 的目录"))});
    return false;
}

/// Shipped tables, and those of the site in place of them.
void load_code_tables(Loaded& loaded) {
    loaded.options.codes = shipped_codes();
    for (const path& file :
         files_in(loaded.options.directory / kCodesFolder, ".csv", kMostFiles, loaded.problems)) {
        const std::string name = file.filename().string();
        Reporter report{std::string(kCodesFolder) + "/" + name, loaded.problems};
        const auto text = read_text_file(file, report);
        if (!text || load_codes(name, *text, loaded.options.codes, report)) continue;
        std::string names;
        for (const std::string& known : code_file_names()) names += (names.empty() ? "" : ", ") + known;
        report.error({}, {},
                     {trf("no code table has this name, nearest is '{}'", "没有这个编码表，最接近的是“{}”",
                          nearest_of(name, code_file_names())),
                      names},
                     name);
    }
}

/// A table that a site need not have.
void load_optional_table(Loaded& loaded, std::string_view name,
                         void (*load)(std::string_view, Options&, Reporter&)) {
    const path file = loaded.options.directory / name;
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file, error))) return;
    Reporter report{std::string(name), loaded.problems};
    if (const auto text = read_text_file(file, report)) load(*text, loaded.options, report);
}

void load_into(Loaded& loaded, const path& directory) {
    std::error_code error;
    loaded.options.directory = std::filesystem::absolute(directory, error);
    if (error) loaded.options.directory = directory;
    if (!is_readable_folder(directory, loaded.problems)) return;

    const auto broken_models = load_models(loaded);
    load_profiles(loaded);
    Reporter gateway{std::string(kGatewayFile), loaded.problems};
    const auto gateway_text = read_text_file(directory / kGatewayFile, gateway);
    std::vector<WrittenId> references;
    if (gateway_text) references = load_gateway(*gateway_text, loaded.options, gateway);
    Reporter meters{std::string(kMetersFile), loaded.problems};
    const auto meters_text = read_text_file(directory / kMetersFile, meters);
    // Without lines every row would be blamed for a line that nobody could read.
    const bool lines_known = gateway_text && !loaded.options.lines.empty();
    const bool blame_rows = lines_known || loaded.ok();
    if (meters_text && blame_rows) {
        const std::size_t before = loaded.problems.size();
        load_meters(*meters_text, broken_models, loaded.options, meters);
        // A row with a mistake may be the one that is meant.
        if (loaded.problems.size() == before) check_references(references, loaded.options, gateway);
    }
    load_code_tables(loaded);
    load_optional_table(loaded, kPlantFile, load_plant);
    load_optional_table(loaded, kCoefficientsFile, load_coefficients);
    load_optional_table(loaded, kCalendarsFile, load_calendars);
    load_optional_table(loaded, kItemsFile, load_items);
    sort_by_position(loaded.problems);
}

}  // namespace

const std::vector<ModelOptions>& shipped_models() {
    static const std::vector<ModelOptions> models = parse_shipped_models();
    return models;
}

const std::vector<ProfileOptions>& shipped_profiles() {
    static const std::vector<ProfileOptions> profiles = parse_shipped_profiles();
    return profiles;
}

Loaded load_config(const path& directory) {
    Loaded loaded;
    try {
        load_into(loaded, directory);
    } catch (const std::exception& error) {
        // What is left to throw here is memory and the file system library on odd names.
        loaded.problems.push_back(
            {.file = directory.string(), .field = {}, .what = error.what(), .allowed = {}, .found = {}});
    }
    return loaded;
}

}  // namespace mg
