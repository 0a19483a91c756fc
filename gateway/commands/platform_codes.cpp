#include "gateway/commands/platform_codes.h"

#include <string>
#include <system_error>
#include <vector>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "config/load.h"
#include "gateway/base/language.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/output_file.h"
#include "gateway/commands/terminal.h"
#include "gateway/document/csv_text.h"
#include "gateway/uplink/provincial/base_data.h"

namespace mg {
namespace {

using Json = nlohmann::ordered_json;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

/// A file of codes/, with the headings of those that are shipped.
std::string file_text(const std::vector<CodeEntry>& entries, std::string_view source) {
    std::string rows = std::string(kUtf8Mark) + "编码,名称,英文名,类,单位,小数位数,可信度,出处\r\n";
    for (const CodeEntry& entry : entries) {
        rows +=
            fmt::format("{},{},,{},{},{},平台下发,{}\r\n", entry.code, csv_cell(entry.name_zh),
                        csv_cell(entry.group), csv_cell(entry.unit),
                        entry.decimals ? std::to_string(*entry.decimals) : std::string{}, csv_cell(source));
    }
    return rows;
}

std::string view(const BaseData& data, const std::vector<Problem>& differences) {
    TextTable tables{{{text("pick-list", "码表")},
                      {text("entries", "条数"), Align::right},
                      {text("with decimals", "含小数位数"), Align::right}}};
    for (const auto& [name, entries] : data.tables) {
        const auto with =
            std::ranges::count_if(entries, [](const CodeEntry& e) { return e.decimals.has_value(); });
        tables.add({name, std::to_string(entries.size()), std::to_string(with)});
    }
    std::string shown = tables.empty()
                            ? text("no pick-list of ours is in them: see base_lists of the profile\n",
                                   "其中没有识别出码表：见模板的 base_lists\n")
                            : tables.to_string();
    if (!data.unknown_lists.empty()) {
        shown += trf("lists of the platform that no base_lists names: {}\n",
                     "base_lists 中没有写明的平台列表：{}\n",
                     fmt::format("{}", fmt::join(data.unknown_lists, ", ")));
    }
    shown += differences.empty() ? text("\nno item differs from them\n", "\n采集项与其一致\n")
                                 : trf("\n{} differences:\n", "\n{} 处不一致：\n", differences.size());
    for (const Problem& problem : differences) shown += "  " + problem.to_string() + '\n';
    return shown;
}

std::string as_json(const BaseData& data, const std::vector<Problem>& differences) {
    Json tables = Json::object();
    for (const auto& [name, entries] : data.tables) {
        Json list = Json::array();
        for (const CodeEntry& entry : entries) {
            list.push_back({{"code", entry.code},
                            {"name", entry.name_zh},
                            {"class", entry.group},
                            {"unit", entry.unit},
                            {"decimals", entry.decimals ? Json(*entry.decimals) : Json(nullptr)}});
        }
        tables[name] = std::move(list);
    }
    Json found = Json::array();
    for (const Problem& problem : differences) found.push_back(problem.to_string());
    return Json{{"tables", std::move(tables)},
                {"unknown_lists", data.unknown_lists},
                {"differences", std::move(found)}}
        .dump();
}

int write_files(const BaseData& data, const std::filesystem::path& folder, std::string_view source) {
    std::error_code trouble;
    std::filesystem::create_directories(folder, trouble);
    for (const auto& [name, entries] : data.tables) {
        if (entries.empty()) continue;
        OutputFile file{(folder / (name + ".csv")).string()};
        if (!file.is_open() || !file.write(file_text(entries, source)) || !file.finish()) {
            print_error(trf("{}: cannot be written", "{}：无法写入", file.name()));
            return kExitFailed;
        }
        print(trf("written: {}\n", "已写入：{}\n", file.name()));
    }
    return kExitOk;
}

}  // namespace

int show_platform_codes(const Options& options, const ProvincialOptions& uplink,
                        const ProfileOptions& profile, const PlatformCodesAsked& asked) {
    const auto data = kept_base_data(base_data_folder(options.storage.path, uplink.id.text), profile);
    if (!data) {
        print_error(data.error().what);
        return kExitFailed;
    }
    Options theirs = options;
    theirs.codes = data->over(std::move(theirs.codes));
    const auto differences = check_code_words_of(theirs, uplink.id);
    print(asked.json ? as_json(*data, differences) + '\n' : view(*data, differences));
    return asked.write_to.empty() ? kExitOk
                                  : write_files(*data, asked.write_to, tr(profile.name_en, profile.name_zh));
}

}  // namespace mg
