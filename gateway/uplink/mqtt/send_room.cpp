#include "gateway/uplink/mqtt/send_room.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace mg {
namespace {

constexpr int kAsked = 1024 * 1024;

struct Peer {
    in6_addr v6{};
    in_addr v4{};
    bool is_v6{false};
    std::uint16_t port{0};
};

std::optional<Peer> peer_from(const std::string& address, std::uint16_t port) {
    Peer peer;
    peer.port = port;
    const std::string number = address.substr(0, address.find('%'));  // fe80::1%eth0
    if (::inet_pton(AF_INET, number.c_str(), &peer.v4) == 1) return peer;
    peer.is_v6 = true;
    return ::inet_pton(AF_INET6, number.c_str(), &peer.v6) == 1 ? std::optional{peer} : std::nullopt;
}

bool leads_to(int descriptor, const Peer& peer) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&name), &size) != 0) return false;
    if (peer.is_v6 && name.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &name, sizeof v6);
        return ntohs(v6.sin6_port) == peer.port && std::memcmp(&v6.sin6_addr, &peer.v6, sizeof peer.v6) == 0;
    }
    if (peer.is_v6 || name.ss_family != AF_INET) return false;
    sockaddr_in v4{};
    std::memcpy(&v4, &name, sizeof v4);
    return ntohs(v4.sin_port) == peer.port && v4.sin_addr.s_addr == peer.v4.s_addr;
}

std::size_t room_of(int descriptor) {
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &kAsked, sizeof kAsked);
    int given = 0;
    socklen_t size = sizeof given;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &given, &size) != 0) return 0;
    return static_cast<std::size_t>(given) / 2;
}

}  // namespace

std::optional<std::size_t> make_send_room(const std::string& address, std::uint16_t port) {
    const auto peer = peer_from(address, port);
    if (!peer) return std::nullopt;
    std::optional<std::size_t> least;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd", error}) {
        const std::string name = entry.path().filename();
        int descriptor = -1;
        std::from_chars(name.data(), name.data() + name.size(), descriptor);
        if (!leads_to(descriptor, *peer)) continue;
        const std::size_t room = room_of(descriptor);
        least = std::min(least.value_or(room), room);
    }
    return least;
}

}  // namespace mg
