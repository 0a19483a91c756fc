#include "gateway/commands/data_options.h"

#include <string>

#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/config_directory.h"

namespace mg {

void add_data_options(CLI::App& command) {
    add_config_option(command);
    add_option(command, "--data", "DIR",
               std::string(tr("Data folder; standard: as configured", "数据目录；默认按配置")));
}

std::optional<DataPlace> data_place(const CLI::App& command) {
    const CLI::Option* data = command.get_option("--data");
    const bool without = data->count() > 0 && command.get_option("--config")->count() == 0 &&
                         !std::filesystem::exists(config_directory(command) / "gateway.toml");
    DataPlace place;
    if (!without) {
        auto options = load_or_complain(config_directory(command));
        if (!options) return std::nullopt;
        place.storage = options->storage;
        place.site = options->site;
        place.options = std::move(*options);
    }
    if (data->count() > 0) place.storage.path = data->as<std::string>();
    return place;
}

}  // namespace mg
