#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "gateway/base/unique_fd.h"

namespace mg {

/// A loopback port that passes bytes to another one until told otherwise. What a network does to a
/// connection.
class TcpGate {
public:
    explicit TcpGate(std::uint16_t target);
    TcpGate(const TcpGate&) = delete;
    TcpGate& operator=(const TcpGate&) = delete;
    ~TcpGate();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Present connections stay open and carry nothing any more; new ones are accepted and carry nothing.
    void block() { blocked_ = true; }
    /// New connections pass again; those that were blocked never do.
    void unblock() { blocked_ = false; }
    /// What clients say passes; what is answered does not any more, on present connections and on new ones.
    void mute() { muted_ = true; }
    /// New connections hear answers again; those that were muted never do.
    void unmute() { muted_ = false; }
    /// Ends all present connections with a reset; new ones pass.
    void drop() { dropped_ = true; }
    /// Ends all connections with a reset, and refuses new ones until reopen().
    void cut() { cut_ = true; }
    void reopen() { cut_ = false; }

private:
    void run(const std::stop_token& stop);

    std::uint16_t target_;
    std::uint16_t port_{0};
    UniqueFd listener_;
    std::atomic<bool> blocked_{false};
    std::atomic<bool> muted_{false};
    std::atomic<bool> dropped_{false};
    std::atomic<bool> cut_{false};
    std::jthread thread_;
};

}  // namespace mg
