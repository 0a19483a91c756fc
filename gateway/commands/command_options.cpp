#include "gateway/commands/command_options.h"

#include <CLI/CLI.hpp>

namespace mg {

CLI::Option* add_option(CLI::App& command, const std::string& name, const std::string& value,
                        const std::string& description) {
    return command.add_option(name, description)->option_text(value);
}

CLI::Option* add_flag(CLI::App& command, const std::string& name, const std::string& description) {
    return command.add_flag(name, description);
}

}  // namespace mg
