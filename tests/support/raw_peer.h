#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "gateway/base/stop_event.h"
#include "gateway/base/unique_fd.h"

/// Far ends of real lines for tests: frames made here by their own code, over real sockets and ptys.
namespace mg::raw {

using Bytes = std::vector<std::uint8_t>;

/// "01 03 04 …" as bytes.
Bytes hex(const std::string& text);
/// The body (unit, function, …) with its CRC.
Bytes rtu(Bytes body);
/// The body (unit, function, …) behind an MBAP header.
Bytes mbap(std::uint16_t transaction, Bytes body);
/// Unit, function, byte count and registers: the body of a good answer.
Bytes registers_body(std::uint8_t unit, std::uint8_t function, const std::vector<std::uint16_t>& registers);
/// The body of an exception.
Bytes exception_body(std::uint8_t unit, std::uint8_t function, std::uint8_t code);

/// The last two 16-bit words of a register-read request in either framing.
struct Asked {
    std::uint16_t transaction{0};
    std::uint8_t unit{};
    std::uint8_t function{};
    std::uint16_t first{};
    std::uint16_t count{};
};
Asked rtu_request(const Bytes& request);
Asked mbap_request(const Bytes& request);

/// One end of an open stream, used by a peer's own thread.
class Wire {
public:
    Wire(UniqueFd stream, std::stop_token stop);
    /// Waits for exactly so many bytes; nothing when the other side closed or the peer is being destroyed.
    std::optional<Bytes> read(std::size_t size);
    void write(const Bytes& bytes);
    /// False when the peer is being destroyed.
    bool pause(std::chrono::milliseconds time);
    void close() { stream_.reset(); }
    /// Closes with a reset instead of an orderly end.
    void reset();

private:
    UniqueFd stream_;
    StopEvent stop_;
};

/// Listens on an ephemeral loopback port and serves one connection after the other with `serve`.
class TcpPeer {
public:
    using Serve = std::function<void(Wire& wire, int connection)>;
    explicit TcpPeer(Serve serve);
    TcpPeer(const TcpPeer&) = delete;
    TcpPeer& operator=(const TcpPeer&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] int connections() const { return connections_; }

private:
    UniqueFd listener_;
    std::uint16_t port_{0};
    std::atomic<int> connections_{0};
    std::jthread thread_;
};

/// The far end of a serial line: the master of a pty whose slave is the device to open.
class PtyPeer {
public:
    using Serve = std::function<void(Wire& wire)>;
    explicit PtyPeer(Serve serve);
    PtyPeer(const PtyPeer&) = delete;
    PtyPeer& operator=(const PtyPeer&) = delete;
    [[nodiscard]] const std::string& device() const { return device_; }
    /// The baud that the device is set to now.
    [[nodiscard]] int baud() const;
    /// The adapter is pulled out: the device vanishes under whoever has it open.
    void unplug();

private:
    std::string device_;
    UniqueFd slave_;    ///< keeps the master readable while nobody has the device open
    UniqueFd watched_;  ///< a second descriptor of the master, for baud()
    std::jthread thread_;
};

}  // namespace mg::raw
