#include "gateway/uplink/mqtt/send_room.h"

#include <algorithm>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "gateway/base/unique_fd.h"

namespace mg {
namespace {

/// A connection over loopback whose far end never reads and has next to no room itself.
struct DeafPeer {
    DeafPeer() {
        const int little = 4096;
        ::setsockopt(listener.get(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
        ::setsockopt(near.get(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_addr = in6addr_loopback;
        socklen_t size = sizeof address;
        auto* name = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener.get(), name, size), 0);
        EXPECT_EQ(::listen(listener.get(), 1), 0);
        EXPECT_EQ(::getsockname(listener.get(), name, &size), 0);
        port = ntohs(address.sin6_port);
        EXPECT_EQ(::connect(near.get(), name, size), 0);
    }
    /// How much of it is taken at once.
    [[nodiscard]] std::size_t take(std::size_t bytes, std::size_t piece) const {
        const std::vector<char> payload(piece);
        std::size_t taken = 0;
        while (taken < bytes) {
            const auto some =
                ::send(near.get(), payload.data(), std::min(piece, bytes - taken), MSG_DONTWAIT);
            if (some <= 0) return taken;
            taken += static_cast<std::size_t>(some);
        }
        return taken;
    }

    UniqueFd listener{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    UniqueFd near{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::uint16_t port{0};
};

TEST(SendRoom, WhatItPromisesFitsWhileTheOtherSideTakesNothing) {
    for (const std::size_t piece : {2'000U, 65'536U}) {
        const DeafPeer peer;
        const auto room = make_send_room("::1", peer.port);
        ASSERT_TRUE(room);
        EXPECT_GE(*room, 128U * 1024);  // two full messages at Debian's net.core.wmem_max
        EXPECT_EQ(peer.take(*room, piece), *room) << "in pieces of " << piece;
    }
}

TEST(SendRoom, OnlyConnectionsToThatAddressAreMeant) {
    const DeafPeer peer;
    EXPECT_EQ(make_send_room("::2", peer.port), std::nullopt);
    EXPECT_EQ(make_send_room("127.0.0.1", peer.port), std::nullopt);
    EXPECT_EQ(make_send_room("::1", static_cast<std::uint16_t>(peer.port ^ 1U)), std::nullopt);
    EXPECT_EQ(make_send_room("localhost", peer.port), std::nullopt);
}

}  // namespace
}  // namespace mg
