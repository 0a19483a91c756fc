#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/fields.h"
#include "config/load.h"
#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/config_directory.h"
#include "gateway/commands/exit_code.h"
#include "gateway/commands/labels.h"
#include "gateway/commands/terminal.h"

namespace mg {
namespace {

std::string text(std::string_view en, std::string_view zh) {
    return std::string(tr(en, zh));
}
std::string yes_no(bool value) {
    return value ? text("yes", "是") : text("no", "否");
}

void list_models(const std::vector<ModelOptions>& models) {
    TextTable table{{{text("model", "模板")},
                     {text("name", "名称")},
                     {text("maker", "厂家")},
                     {text("protocol", "规约")},
                     {text("points", "测点"), Align::right},
                     {text("verified", "已验证")}}};
    for (const ModelOptions& model : models) {
        table.add({model.id, model.name, model.maker, std::string(label(model.protocol)),
                   std::to_string(model.points.size()), yes_no(model.verified)});
    }
    print(table.to_string());
}

std::string where(const ModelOptions& model, const PointOptions& point) {
    if (model.protocol != Protocol::modbus) return point.identifier;
    return fmt::format("{} 0x{:04X}", static_cast<int>(point.table), point.address);
}

void show_model(const ModelOptions& model) {
    print(fmt::format("{} {}\n", printable(model.id), printable(model.name)));
    print(trf("maker: {} · protocol: {} · verified: {}\nsource: {}\n\n",
              "厂家：{} · 规约：{} · 已验证：{}\n出处：{}\n\n", printable(model.maker), label(model.protocol),
              yes_no(model.verified), printable(model.source)));
    TextTable table{{{text("point", "测点")},
                     {text("name", "名称")},
                     {text("function, address", "功能码、地址")},
                     {text("type", "类型")},
                     {text("scale", "系数"), Align::right},
                     {text("unit", "单位")},
                     {text("kind", "种类")},
                     {text("multiplier", "倍率")},
                     {text("circuit", "回路"), Align::right}}};
    for (const PointOptions& point : model.points) {
        table.add({point.id.text, text(point.name_en, point.name_zh), where(model, point),
                   std::string(to_string(point.type)), point.scale.to_string(), point.unit,
                   std::string(to_string(point.kind)), std::string(to_string(point.ratio)),
                   point.circuit == 0 ? std::string{} : std::to_string(point.circuit)});
    }
    print(table.to_string());
}

/// The shipped ones; with a site, its own as well. Problems of the site's other files are the business of
/// `check`.
std::vector<ModelOptions> models_of(const std::optional<std::filesystem::path>& site) {
    std::vector<ModelOptions> models = site ? load_config(*site).options.models : shipped_models();
    std::ranges::sort(models, {}, &ModelOptions::id);
    return models;
}

int show_models(const std::optional<std::filesystem::path>& site, const std::string& wanted) {
    const std::vector<ModelOptions> models = models_of(site);
    if (wanted.empty()) {
        list_models(models);
        return kExitOk;
    }
    if (const auto found = std::ranges::find(models, wanted, &ModelOptions::id); found != models.end()) {
        show_model(*found);
        return kExitOk;
    }
    std::vector<std::string> names;
    for (const ModelOptions& model : models) names.push_back(model.id);
    print_error(trf("no model \"{}\"; the nearest is \"{}\"", "没有模板“{}”；最接近的是“{}”", wanted,
                    nearest_of(wanted, names)));
    return kExitUsage;
}

}  // namespace

void add_models(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "models",
        text("List the models of instruments, or the points of one", "列出采集模板，或某个模板的测点"));
    add_option(*command, "-c,--config", "DIR",
               text("With the models of this configuration directory", "包括该配置目录中的模板"));
    CLI::Option* model =
        add_option(*command, "model", " ", text("Show the points of this model", "显示该模板的测点"));
    command->callback([command, model, &exit_code] {
        std::optional<std::filesystem::path> site;
        if (command->get_option("--config")->count() > 0) site = config_directory(*command);
        exit_code = show_models(site, model->count() > 0 ? model->as<std::string>() : std::string{});
    });
}

}  // namespace mg
