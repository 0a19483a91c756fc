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

CLI::Option* add_socket_option(CLI::App& command) {
    CLI::Option* config = add_config_option(command);
    return add_option(command, "--socket", "PATH",
                      trf("Control socket; standard: as configured, or {}", "控制套接字；默认按配置，或 {}",
                          ControlOptions{}.socket.string()))
        ->excludes(config);
}

/// An installer asks for the status also while the files have mistakes.
std::filesystem::path socket_of(const CLI::App& command, const CLI::Option& socket) {
    if (socket.count() > 0) return socket.as<std::string>();
    if (command.get_option("--config")->count() == 0) return ControlOptions{}.socket;
    return load_config(config_directory(command)).options.control.socket;
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
