#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/result.h"
#include "gateway/base/unique_fd.h"

namespace mg {

/// Tells the service manager how we are (sd_notify(3), without its library): datagrams to the socket named by
/// NOTIFY_SOCKET. Without one every call succeeds and does nothing. Never blocks: a manager that does not
/// read loses the message (transient).
class ServiceNotifier {
public:
    /// `socket`: a path, or '@' and the name of an abstract socket. Empty: nobody listens.
    /// invalid_config: neither of them, or too long.
    static Result<ServiceNotifier> to(std::string_view socket);
    /// Reads NOTIFY_SOCKET; call before any thread starts.
    static Result<ServiceNotifier> from_environment();

    [[nodiscard]] bool connected() const { return static_cast<bool>(socket_); }

    /// Everything is built and polling; `status` is what `systemctl status` shows.
    Result<> ready(std::string_view status) const;
    Result<> status(std::string_view status) const;
    Result<> stopping() const;
    Result<> alive() const;

private:
    Result<> send(std::string_view state) const;

    UniqueFd socket_;
};

/// How often the manager wants to hear alive(): half of WATCHDOG_USEC, as sd_watchdog_enabled(3) advises.
/// None when it does not watch us. `pid` is ours: the variable may be meant for another process.
std::optional<std::chrono::milliseconds> watchdog_interval(const char* watchdog_usec,
                                                           const char* watchdog_pid, int pid);
/// The same from the environment; call before any thread starts.
std::optional<std::chrono::milliseconds> watchdog_interval_from_environment();

}  // namespace mg
