#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gateway/base/clock.h"
#include "gateway/base/language.h"
#include "gateway/buffer/data_folder.h"
#include "gateway/buffer/file_check.h"
#include "gateway/buffer/salvage.h"
#include "gateway/commands/buffer_export.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/data_options.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/progress_line.h"
#include "gateway/commands/store_figures.h"
#include "gateway/commands/terminal.h"

// `metergate buffer check | repair | stats | export`
namespace mg {
namespace {

using Json = nlohmann::ordered_json;

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}

int complain(const Error& error) {
    print_error(error.what);
    return error.kind == Failure::invalid_config ? kExitConfiguration : kExitFailed;
}

Json json_of(const FileFindings& findings) {
    return {{"file", findings.name.text()},      {"bytes", findings.bytes},
            {"items", findings.items_read},      {"packed", findings.summary.packed},
            {"closed", findings.summary.closed}, {"sound", findings.sound()},
            {"problems", findings.problems},     {"more_problems", findings.more_problems}};
}

std::string words_of(const FileFindings& findings) {
    std::string words = fmt::format("{:<25}  {:>12}  {:>10}  {}\n", findings.name.text(), findings.items_read,
                                    bytes_text(findings.bytes),
                                    findings.sound() ? tr("sound", "完好") : tr("DAMAGED", "已损坏"));
    for (const std::string& problem : findings.problems) words += "    " + printable(problem) + '\n';
    if (findings.more_problems > 0) {
        words += trf("    and {} more\n", "    另有 {} 处\n", findings.more_problems);
    }
    return words;
}

int check(const DataPlace& place, bool json) {
    const auto& folder = place.storage.path;
    const auto names = files_in(folder);
    std::error_code problem;
    if (names.empty() && !std::filesystem::exists(folder / "meta.db", problem)) {
        print_error(trf("{}: holds no store", "{}：没有存储数据", folder.native()));
        return kExitConfiguration;
    }
    SystemClock clock;
    ProgressLine progress{clock};
    LayoutCache layouts;
    Json files = Json::array();
    std::size_t damaged = 0;
    std::size_t looked_at = 0;
    for (const FileName& name : names) {
        const CheckHooks hooks{.stop = {}, .progress = [&](std::int64_t items) {
                                   progress.show([&] {
                                       return trf("{0}/{1}  {2}  {3} items", "{0}/{1}  {2}  {3} 条",
                                                  looked_at + 1, names.size(), name.text(), items);
                                   });
                               }};
        const auto findings = check_file(folder, name, layouts, hooks);
        ++looked_at;
        if (!findings) continue;  // gone meanwhile: retention
        damaged += findings->sound() ? 0 : 1;
        if (json) {
            files.push_back(json_of(*findings));
        } else {
            print(words_of(*findings));
        }
    }
    if (json) {
        print(Json{{"files", std::move(files)}, {"damaged", damaged}}.dump(2, ' ', false,
                                                                           Json::error_handler_t::replace) +
              '\n');
    } else {
        print(trf("{0} files, {1} damaged\n", "共 {0} 个文件，损坏 {1} 个\n", looked_at, damaged));
    }
    return damaged == 0 ? kExitOk : kExitFailed;
}

Json json_of(const Salvaged& saved) {
    Json json{{"from", saved.from},
              {"into", saved.into},
              {"saved", saved.saved},
              {"stored_already", saved.stored_already},
              {"unreadable", saved.unreadable},
              {"trouble", saved.trouble}};
    if (saved.stays) {
        json["stays"] = *saved.stays;
        json["first_unreadable"] = saved.first_unreadable;
        json["last_unreadable"] = saved.last_unreadable;
    }
    return json;
}

int repair(const DataPlace& place, bool json) {
    SystemClock clock;
    ProgressLine progress{clock};
    std::string current;
    const SalvageHooks hooks{
        .file = [&](const std::string& file) { current = file; },
        .progress =
            [&](std::uint64_t items) {
                progress.show([&] { return trf("{0}: {1} items", "{0}：{1} 条", current, items); });
            }};
    const auto saved = salvage(place.storage, place.site, clock, hooks);
    if (!saved) return complain(saved.error());
    Json files = Json::array();
    bool all = true;
    for (const Salvaged& each : *saved) {
        all = all && each.trouble.empty() && each.unreadable == 0;
        if (json) {
            files.push_back(json_of(each));
            continue;
        }
        if (each.stays) {
            print(
                trf("{0}: {1} rows damaged, sequence {2}–{3}: not what was written, cannot be saved; the "
                    "other {4} "
                    "items stay in it\n",
                    "{0}：{1} 行已损坏，序号 {2}–{3}：与写入时不一致，无法救回；其余 {4} 条保留在原文件中\n",
                    each.from, each.unreadable, each.first_unreadable, each.last_unreadable, *each.stays));
            continue;
        }
        print(trf("{0}: {1} items saved{2}, {3} stored already, {4} unreadable\n",
                  "{0}：救回 {1} 条{2}，已有 {3} 条，不可读 {4} 条\n", each.from, each.saved,
                  each.into.empty() ? std::string{} : trf(" into {}", "，存入 {}", each.into),
                  each.stored_already, each.unreadable));
        if (!each.trouble.empty()) print("    " + printable(each.trouble) + '\n');
    }
    if (json) {
        print(Json{{"files", std::move(files)}}.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
    } else if (saved->empty()) {
        print(text("no damaged files\n", "没有损坏的文件\n"));
    }
    return all ? kExitOk : kExitFailed;
}

int stats(const DataPlace& place, bool json, bool meters) {
    SystemClock clock;
    const auto figures = store_figures(place.storage, place.site, place.options.uplinks, clock.utc());
    if (!figures) return complain(figures.error());
    const auto offset = place.site.utc_offset;
    print(json ? figures_json(*figures, offset) : figures_view(*figures, offset, meters));
    return kExitOk;
}

CLI::App* add(CLI::App& buffer, const char* name, const std::string& description) {
    CLI::App* command = buffer.add_subcommand(name, description);
    command->group(text("Commands", "命令"));
    command->get_help_ptr()->group(text("Options", "选项"));
    add_data_options(*command);
    return command;
}

template <class Act>
void run_on_data(CLI::App* command, int& exit_code, Act act) {
    command->callback([command, &exit_code, act] {
        const auto place = data_place(*command);
        exit_code = place ? act(*place) : kExitConfiguration;
    });
}

}  // namespace

void add_buffer(CLI::App& app, int& exit_code) {
    CLI::App* buffer =
        app.add_subcommand("buffer", text("Look into the local store, check it, repair it, export from it",
                                          "查看、检查、修复、导出本地存储"));
    buffer->require_subcommand(1);

    CLI::App* check_command = add(*buffer, "check",
                                  text("Check every page and row; works while the gateway runs",
                                       "检查每一页和每一行；网关运行时也可用"));
    CLI::Option* check_json = add_flag(*check_command, "--json", text("As JSON", "输出 JSON"));
    run_on_data(check_command, exit_code,
                [=](const DataPlace& place) { return check(place, check_json->count() > 0); });

    CLI::App* repair_command = add(*buffer, "repair",
                                   text("Save what can be read of damaged files; the gateway must be stopped",
                                        "从损坏的文件中救回可读的数据；须先停止网关"));
    CLI::Option* repair_json = add_flag(*repair_command, "--json", text("As JSON", "输出 JSON"));
    run_on_data(repair_command, exit_code,
                [=](const DataPlace& place) { return repair(place, repair_json->count() > 0); });

    CLI::App* stats_command = add(*buffer, "stats",
                                  text("Sizes, backlogs, what was dropped, how long the disk lasts",
                                       "大小、积压、已清理的数据、磁盘还够多久"));
    CLI::Option* stats_json = add_flag(*stats_command, "--json", text("As JSON", "输出 JSON"));
    CLI::Option* stats_meters =
        add_flag(*stats_command, "--meters",
                 text("All meters of which something was dropped", "列出所有有数据被清理的计量点"));
    run_on_data(stats_command, exit_code, [=](const DataPlace& place) {
        return stats(place, stats_json->count() > 0, stats_meters->count() > 0);
    });

    CLI::App* export_command =
        add(*buffer, "export",
            text("Samples and gaps of a period as CSV or JSON Lines; works while the gateway runs",
                 "按时间段导出采样和缺口(CSV 或 JSON Lines)；网关运行时也可用"));
    add_export_options(*export_command, exit_code);
}

}  // namespace mg
