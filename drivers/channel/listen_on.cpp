#include "drivers/channel/listen_on.h"

#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr int kWaitingConnections = 64;

union SocketAddress {
    sockaddr generic;
    sockaddr_in four;
    sockaddr_in6 six;
};

/// AF_UNSPEC: no numeric address.
int fill(SocketAddress& bound, const std::string& address, std::uint16_t port) {
    bound = {};
    if (::inet_pton(AF_INET, address.c_str(), &bound.four.sin_addr) == 1) {
        bound.four.sin_family = AF_INET;
        bound.four.sin_port = htons(port);
        return AF_INET;
    }
    bound = {};
    if (::inet_pton(AF_INET6, address.c_str(), &bound.six.sin6_addr) == 1) {
        bound.six.sin6_family = AF_INET6;
        bound.six.sin6_port = htons(port);
        return AF_INET6;
    }
    return AF_UNSPEC;
}

Result<ListeningPort> listen_at_numeric(const std::string& address, std::uint16_t port, bool both_versions) {
    SocketAddress bound{};
    const int family = fill(bound, address, port);
    const auto failed = [&] {
        return fail(Failure::transient,
                    trf("cannot listen on {0} port {1}: {2}", "无法监听 {0} 端口 {1}：{2}", address, port,
                        std::error_code{errno, std::generic_category()}.message()));
    };
    UniqueFd socket{::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!socket) return failed();
    // Connections of the program that ran before are remembered for a minute; they must not keep the port.
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const int only_six = both_versions ? 0 : 1;
    if (family == AF_INET6) {
        ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only_six, sizeof only_six);
    }
    socklen_t length = family == AF_INET ? sizeof bound.four : sizeof bound.six;
    if (::bind(socket.get(), &bound.generic, length) != 0 ||
        ::listen(socket.get(), kWaitingConnections) != 0 ||
        ::getsockname(socket.get(), &bound.generic, &length) != 0) {
        return failed();
    }
    const auto taken = ntohs(family == AF_INET ? bound.four.sin_port : bound.six.sin6_port);
    return ListeningPort{std::move(socket), family, taken};
}

}  // namespace

Result<ListeningPort> listen_on(const std::string& address, std::uint16_t port) {
    if (!address.empty()) return listen_at_numeric(address, port, false);
    auto both = listen_at_numeric("::", port, true);
    // A machine without version 6 has no such address, or no such sockets at all.
    return both ? std::move(both) : listen_at_numeric("0.0.0.0", port, false);
}

}  // namespace mg
