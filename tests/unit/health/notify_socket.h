#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/unique_fd.h"

namespace mg {

/// A service manager's end: an abstract datagram socket whose name the kernel chose.
class NotifySocket {
public:
    NotifySocket() : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        // Binding to the family alone asks for a free abstract name (unix(7), autobind).
        if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(sa_family_t)) != 0) return;
        socklen_t length = sizeof address;
        if (::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) return;
        name_ = '@' + std::string(address.sun_path + 1, length - offsetof(sockaddr_un, sun_path) - 1);
    }

    [[nodiscard]] const std::string& name() const { return name_; }

    /// The next message; empty when none came within a second.
    [[nodiscard]] std::string receive(int wait_ms = 1000) const {
        pollfd ready{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        if (::poll(&ready, 1, wait_ms) <= 0) return {};
        std::array<char, 4096> buffer{};
        const ssize_t n = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        return n > 0 ? std::string(buffer.data(), static_cast<std::size_t>(n)) : std::string{};
    }

private:
    UniqueFd socket_;
    std::string name_;
};

}  // namespace mg
