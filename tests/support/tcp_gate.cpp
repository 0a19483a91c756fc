#include "tests/support/tcp_gate.h"

#include <algorithm>
#include <array>
#include <list>
#include <stdexcept>
#include <vector>

#include <poll.h>
#include <sys/socket.h>

#include "tests/support/loopback.h"

namespace mg {
namespace {

constexpr int kRoundMs = 10;

struct Pair {
    UniqueFd client;
    UniqueFd server;
    bool stuck{false};
    bool deaf{false};  ///< the client hears nothing
    bool ended{false};
};

/// False when either side has ended.
bool pass(int from, int to) {
    std::array<char, 65536> bytes{};
    const ssize_t got = ::recv(from, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    for (ssize_t sent = 0; sent < got;) {
        const ssize_t n = ::send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
        if (n <= 0) return false;
        sent += n;
    }
    return true;
}

void reset_on_close(int fd) {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

TcpGate::TcpGate(std::uint16_t target)
    : target_{target}, listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 16) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0) {
        throw std::runtime_error("gate");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

TcpGate::~TcpGate() = default;

void TcpGate::run(const std::stop_token& stop) {
    std::list<Pair> pairs;
    while (!stop.stop_requested()) {
        std::vector<pollfd> watched{{listener_.get(), POLLIN, 0}};
        for (Pair& pair : pairs) {
            pair.stuck = pair.stuck || blocked_;
            pair.deaf = pair.deaf || pair.stuck || muted_;
            watched.push_back({pair.client.get(), static_cast<short>(pair.stuck ? 0 : POLLIN), 0});
            watched.push_back({pair.server.get(), static_cast<short>(pair.deaf ? 0 : POLLIN), 0});
        }
        ::poll(watched.data(), watched.size(), kRoundMs);
        std::size_t at = 1;
        const bool end_all = dropped_.exchange(false) || cut_;
        for (Pair& pair : pairs) {
            if (!pair.stuck && (watched[at].revents & POLLIN) != 0)
                pair.ended = !pass(pair.client.get(), pair.server.get());
            if (!pair.deaf && !muted_ && !pair.ended && (watched[at + 1].revents & POLLIN) != 0) {
                pair.ended = !pass(pair.server.get(), pair.client.get());
            }
            if (end_all) {
                reset_on_close(pair.client.get());
                reset_on_close(pair.server.get());
                pair.ended = true;
            }
            at += 2;
        }
        std::erase_if(pairs, [](const Pair& pair) { return pair.ended; });
        if ((watched[0].revents & POLLIN) == 0) continue;
        Pair fresh{UniqueFd{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)},
                   UniqueFd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}, blocked_, muted_, cut_};
        const sockaddr_in address = loopback(target_);
        if (fresh.ended ||
            ::connect(fresh.server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            continue;
        }
        pairs.push_back(std::move(fresh));
    }
}

}  // namespace mg
