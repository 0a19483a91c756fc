#include "gateway/commands/config_directory.h"

#include <string>

#include <CLI/CLI.hpp>

#include "gateway/base/language.h"
#include "gateway/commands/command_options.h"
#include "gateway/commands/terminal.h"

namespace mg {

CLI::Option* add_config_option(CLI::App& command) {
    return add_option(command, "-c,--config", "DIR",
                      trf("Configuration directory; standard: {}", "配置目录；默认 {}", kConfigDirectory));
}

std::filesystem::path config_directory(const CLI::App& command) {
    const CLI::Option* given = command.get_option("--config");
    return given->count() > 0 ? given->as<std::string>() : std::string(kConfigDirectory);
}

std::optional<Options> load_or_complain(const std::filesystem::path& directory) {
    Loaded loaded = load_config(directory);
    if (loaded.ok()) return std::move(loaded.options);
    for (const Problem& problem : loaded.problems) {
        if (problem.severity == Severity::error) print_error(problem.to_string());
    }
    return std::nullopt;
}

}  // namespace mg
