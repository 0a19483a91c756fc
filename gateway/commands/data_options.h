#pragma once

#include <filesystem>
#include <optional>

#include "config/options.h"

namespace CLI {
class App;
}

namespace mg {

/// Adds `--config DIR` and `--data DIR` to a command that works on the data folder.
void add_data_options(CLI::App& command);

/// What such a command needs of the configuration. With `--data` it also does without one.
struct DataPlace {
    StorageOptions storage;
    SiteOptions site;
    Options options;  ///< meters and uplinks; empty without a configuration
};
/// None: complained on stderr.
std::optional<DataPlace> data_place(const CLI::App& command);

}  // namespace mg
