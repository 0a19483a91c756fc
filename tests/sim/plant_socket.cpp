#include "tests/sim/plant_socket.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>

namespace mg::sim {
namespace {

[[noreturn]] void throw_errno(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

Listener listen_on_loopback(std::uint16_t port) {
    Listener listener{Descriptor{::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)}, port};
    const int fd = listener.descriptor.get();
    if (fd < 0) throw_errno("socket");
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd, generic, length) != 0) throw_errno("port " + std::to_string(port));
    if (::listen(fd, 64) != 0) throw_errno("listen");
    if (::getsockname(fd, generic, &length) != 0) throw_errno("getsockname");
    listener.port = ntohs(address.sin_port);
    return listener;
}

Descriptor accept_from(int listener) {
    Descriptor connection{::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    const int on = 1;
    if (connection.get() >= 0) ::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return connection;
}

void reset_on_close(int connection) {
    const linger abrupt{1, 0};
    ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
}

PseudoSerial open_pseudo_serial(const std::string& link) {
    PseudoSerial port;
    port.master.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    std::array<char, 128> name{};
    if (port.master.get() < 0 || ::grantpt(port.master.get()) != 0 || ::unlockpt(port.master.get()) != 0 ||
        ::ptsname_r(port.master.get(), name.data(), name.size()) != 0) {
        throw_errno("pseudo-terminal");
    }
    port.slave.reset(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    termios raw{};
    if (port.slave.get() < 0 || ::tcgetattr(port.slave.get(), &raw) != 0) throw_errno(name.data());
    ::cfmakeraw(&raw);
    if (::tcsetattr(port.slave.get(), TCSANOW, &raw) != 0) throw_errno(name.data());
    ::unlink(link.c_str());
    if (::symlink(name.data(), link.c_str()) != 0) throw_errno(link);
    return port;
}

}  // namespace mg::sim
