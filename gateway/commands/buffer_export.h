#pragma once

namespace CLI {
class App;
}

namespace mg {

/// The options and the callback of `metergate buffer export`; the data options are there already.
void add_export_options(CLI::App& command, int& exit_code);

}  // namespace mg
