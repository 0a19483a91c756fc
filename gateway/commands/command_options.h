#pragma once

#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace mg {

/// `value` is what the help shows in its place: "DIR". Positional arguments have no dashes in their name.
CLI::Option* add_option(CLI::App& command, const std::string& name, const std::string& value,
                        const std::string& description);
CLI::Option* add_flag(CLI::App& command, const std::string& name, const std::string& description);

}  // namespace mg
