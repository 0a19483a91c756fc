#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "drivers/channel/dtu_acceptor.h"
#include "tests/support/raw_peer.h"

namespace mg {

/// A line that a modem calls, on any free port.
LineOptions modem_line(const std::string& id, const std::string& registration,
                       const std::string& heartbeat = {});

/// A DtuAcceptor with the thread that runs it, as the daemon's main thread does.
class ModemDesk {
public:
    explicit ModemDesk(std::vector<LineOptions> lines, DtuLimits limits = {});
    ~ModemDesk();
    ModemDesk(const ModemDesk&) = delete;
    ModemDesk& operator=(const ModemDesk&) = delete;

    /// In its thread; done when it returns.
    void run(const std::function<void()>& work);
    void stop();
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] DtuMailbox& mailbox(const std::string& line = "line_1") const;
    [[nodiscard]] const DtuCounters& counters() const;
    [[nodiscard]] std::size_t unidentified();
    /// Of a line's modem, once `enough` of it; at most 10 s.
    bool wait_for(const std::function<bool()>& enough) const;

private:
    struct Loop;
    std::vector<LineOptions> lines_;
    SystemClock clock_;
    std::unique_ptr<Loop> loop_;
    std::uint16_t port_{0};
};

/// A connection to a port of this machine, as a modem makes it; nothing reads from it by itself.
raw::Wire call_port(std::uint16_t port, std::stop_token stop = {});

/// A modem with meters behind it: calls, says who it is, and serves; calls again when it was hung up on.
class ModemPeer {
public:
    using Serve = std::function<void(raw::Wire& wire, int connection)>;
    ModemPeer(std::uint16_t port, const std::string& registration, Serve serve);
    ModemPeer(const ModemPeer&) = delete;
    ModemPeer& operator=(const ModemPeer&) = delete;
    [[nodiscard]] int connections() const { return connections_; }

private:
    std::atomic<int> connections_{0};
    std::jthread thread_;
};

inline raw::Bytes bytes_of(const std::string& text) {
    return {text.begin(), text.end()};
}

}  // namespace mg
