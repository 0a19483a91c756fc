#pragma once

namespace mg {

/// What a command tells its caller; docs/commands.md. systemd does not restart after kExitConfiguration
/// (RestartPreventExitStatus in systemd/metergate.service).
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitConfiguration = 2;
inline constexpr int kExitNotRunning = 3;
inline constexpr int kExitUsage = 64;  ///< EX_USAGE of sysexits.h

}  // namespace mg
