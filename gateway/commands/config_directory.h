#pragma once

#include <filesystem>
#include <optional>

#include "config/load.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace mg {

/// Where the packages put the configuration.
inline constexpr const char* kConfigDirectory = "/etc/metergate";

/// Adds `--config DIR` to a command.
CLI::Option* add_config_option(CLI::App& command);
/// What the user gave, or kConfigDirectory.
std::filesystem::path config_directory(const CLI::App& command);

/// Adds `--config DIR` and, instead of it, `--socket PATH` to a command that talks to the running gateway.
CLI::Option* add_socket_option(CLI::App& command);
/// --socket, or what the configuration says; also where its files have mistakes.
std::filesystem::path socket_of(const CLI::App& command, const CLI::Option& socket);

/// Loads it for a command that needs it whole; with errors, they are on stderr and the result is empty.
std::optional<Options> load_or_complain(const std::filesystem::path& directory);

}  // namespace mg
