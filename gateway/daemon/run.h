#pragma once

#include <filesystem>

namespace mg {

/// The daemon, from configuration to SIGTERM. Blocks until it is told to stop; then at most 5 s more.
/// Exit code: 0 stopped in good order, 1 could not run, 2 a human must act on the configuration (systemd must
/// not restart it).
int run_daemon(const std::filesystem::path& config_directory);

}  // namespace mg
