#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/sim/misbehaviour.h"
#include "tests/sim/modbus_frames.h"
#include "tests/sim/plant_description.h"
#include "tests/sim/plant_socket.h"
#include "tests/sim/register_image.h"
#include "tests/sim/served_log.h"

namespace mg::sim {

/// All lines of the plant on one thread and one epoll. run() blocks until `quit` or a signal on `signals`.
/// The control port speaks lines: `fault LINE/UNIT KIND [ARGUMENT [ONE_IN]]`, `clear LINE/UNIT`, `stats`,
/// `quit`; UNIT may be `*`. Every command is answered with one line: `ok`, a JSON object, or `error: …`.
class PlantServer {
public:
    /// Opens every line and the control port and writes the ready file. Throws std::exception.
    PlantServer(PlantDescription plant, ServedLog& log);
    ~PlantServer();
    PlantServer(const PlantServer&) = delete;
    PlantServer& operator=(const PlantServer&) = delete;

    /// `signals`: a signalfd; anything readable there ends the run.
    void run(int signals);

private:
    using Moment = std::chrono::steady_clock::time_point;

    struct Line {
        SimulatedLine description;
        Framing framing{Framing::mbap};
        Listener listener;
        PseudoSerial serial;
        std::array<SimulatedMeter*, 256> by_unit{};
        std::map<std::uint8_t, RegisterImage> images;
        bool down{false};
        std::uint64_t asked{0};
        std::uint64_t answered{0};
        std::uint64_t misbehaved{0};
    };
    enum class Role : std::uint8_t { listener, link, control_listener, control };
    struct Peer {
        Role role{Role::link};
        std::size_t line{0};
        std::uint64_t serial_number{0};  ///< descriptors are reused; a late burst must not meet a stranger
        Descriptor owned{};              ///< empty where the line owns the descriptor
        Bytes inbound{};
        Bytes outbound{};  ///< what the kernel did not take yet
    };
    struct PendingBurst {
        Moment due;
        std::uint64_t order{0};
        int descriptor{-1};
        std::uint64_t serial_number{0};
        Bytes bytes;
        std::optional<Served> told;
        std::vector<std::uint16_t> registers;
        friend bool operator<(const PendingBurst& a, const PendingBurst& b) {
            return a.due != b.due ? a.due > b.due : a.order > b.order;
        }
    };

    void open_line(std::size_t index);
    void close_line(std::size_t index);
    void watch(int descriptor, Peer peer);
    void drop(int descriptor);
    void write_ready_file() const;

    void on_readable(int descriptor);
    bool receive(int descriptor, Peer& peer);
    void answer_requests(int descriptor);
    void answer(int descriptor, const Request& request);
    void send_due_bursts();
    void send_burst(PendingBurst burst);
    void send_bytes(int descriptor, Peer& peer, std::span<const std::uint8_t> bytes);
    [[nodiscard]] int milliseconds_to_next_burst() const;

    void obey_lines(int descriptor);
    std::string obey(std::string_view command);
    std::string switch_fault(std::string_view target, const Fault& fault);
    [[nodiscard]] std::string stats() const;

    PlantDescription plant_;
    ServedLog& log_;
    Descriptor epoll_;
    std::vector<std::unique_ptr<Line>> lines_;
    Listener control_;
    std::unordered_map<int, Peer> peers_;
    std::priority_queue<PendingBurst> pending_;
    std::uint64_t next_number_{1};
    Moment began_;
    std::minstd_rand random_{1};
    bool quit_{false};
};

}  // namespace mg::sim
