#pragma once

namespace CLI {
class App;
}

namespace mg {

/// `metergate dated verification METER …`: an instrument was verified or calibrated.
void add_dated_verification(CLI::App& dated, int& exit_code);

}  // namespace mg
