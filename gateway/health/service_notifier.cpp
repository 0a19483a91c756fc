#include "gateway/health/service_notifier.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

std::optional<std::int64_t> whole_number(const char* text) {
    if (text == nullptr) return std::nullopt;
    const std::string_view digits{text};
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

/// A line break would begin another assignment (sd_notify(3)).
std::string on_one_line(std::string_view text) {
    std::string line{text};
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

}  // namespace

Result<ServiceNotifier> ServiceNotifier::to(std::string_view socket) {
    ServiceNotifier notifier;
    if (socket.empty()) return notifier;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const bool abstract = socket.front() == '@';
    if ((!abstract && socket.front() != '/') || socket.size() >= sizeof address.sun_path) {
        return fail(Failure::invalid_config, trf("NOTIFY_SOCKET \"{}\": neither a path nor an abstract name",
                                                 "NOTIFY_SOCKET“{}”：既不是路径也不是抽象名", socket));
    }
    std::memcpy(address.sun_path, socket.data(), socket.size());
    if (abstract) address.sun_path[0] = '\0';
    // An abstract name ends where the address ends: counting a trailing zero byte would name another socket.
    const auto length =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size() + (abstract ? 0 : 1));
    notifier.socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::connect(notifier.socket_.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0) {
        return fail(Failure::invalid_config,
                    fmt::format("NOTIFY_SOCKET \"{}\": {}", socket,
                                std::error_code(errno, std::generic_category()).message()));
    }
    return notifier;
}

Result<ServiceNotifier> ServiceNotifier::from_environment() {
    const char* socket =
        std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): before any thread starts
    return to(socket == nullptr ? std::string_view{} : std::string_view{socket});
}

Result<> ServiceNotifier::ready(std::string_view status) const {
    return send(fmt::format("READY=1\nSTATUS={}", on_one_line(status)));
}
Result<> ServiceNotifier::status(std::string_view status) const {
    return send("STATUS=" + on_one_line(status));
}
Result<> ServiceNotifier::stopping() const {
    return send("STOPPING=1");
}
Result<> ServiceNotifier::alive() const {
    return send("WATCHDOG=1");
}

Result<> ServiceNotifier::send(std::string_view state) const {
    if (!socket_) return {};
    if (::send(socket_.get(), state.data(), state.size(), MSG_NOSIGNAL) >= 0) return {};
    return fail(Failure::transient,
                fmt::format("NOTIFY_SOCKET: {}", std::error_code(errno, std::generic_category()).message()));
}

std::optional<std::chrono::milliseconds> watchdog_interval(const char* watchdog_usec,
                                                           const char* watchdog_pid, int pid) {
    const auto period = whole_number(watchdog_usec);
    if (!period || *period <= 0) return std::nullopt;
    if (watchdog_pid != nullptr && whole_number(watchdog_pid) != pid) return std::nullopt;
    const auto half =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds{*period / 2});
    return std::max(half, std::chrono::milliseconds{1});
}

std::optional<std::chrono::milliseconds> watchdog_interval_from_environment() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread starts
    return watchdog_interval(std::getenv("WATCHDOG_USEC"), std::getenv("WATCHDOG_PID"), ::getpid());
}

}  // namespace mg
