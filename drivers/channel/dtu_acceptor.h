#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "drivers/channel/dtu_mailbox.h"
#include "drivers/driver.h"

namespace boost::asio {
class io_context;  // NOLINT(readability-identifier-naming): Boost named it
}

namespace mg {

struct DtuLimits {
    std::size_t unidentified{32};                    ///< of one port; beyond, the one that waits longest goes
    std::chrono::milliseconds registration{15'000};  ///< within this a modem has said who it is
    std::chrono::milliseconds listen_again{5000};    ///< where a port could not be opened
    std::chrono::milliseconds log_pause{60'000};     ///< between two log lines of one kind about a port
};

/// Connections that no line got, since start.
struct DtuCounters {
    Counter unknown;   ///< nobody's registration or address
    Counter silent;    ///< no registration in time, or hung up before it
    Counter too_many;  ///< that waited longest when too many had not said who they are
    [[nodiscard]] std::uint64_t sum() const {
        return unknown.value() + silent.value() + too_many.value() + no_descriptor.value();
    }
    Counter no_descriptor;  ///< too many files open
};

/// Takes the calls of the modems (DTUs) of all lines and hands each connection to the mailbox of its line,
/// told by the registration that the modem sends first, or by its address. A port that cannot be opened is
/// said once and tried again until it can. Strangers cost bounded memory and a rate-limited log line, and no
/// line notices them.
///
/// Belongs to the thread that runs `io` and never blocks; mailbox() and counters() may be used from any.
class DtuAcceptor {
public:
    /// Opens no port yet. Of `lines` those of kind dtu count.
    DtuAcceptor(boost::asio::io_context& io, std::span<const LineOptions> lines, const Clock& clock,
                DtuLimits limits = {});
    /// As stop(). `io` must still exist, and no channel may use its mailbox any more.
    ~DtuAcceptor();
    DtuAcceptor(const DtuAcceptor&) = delete;
    DtuAcceptor& operator=(const DtuAcceptor&) = delete;

    void start();
    /// Frees the ports at once and closes whoever has not been identified. Lines keep their connections.
    void stop();

    /// nullptr: that line has no modem.
    [[nodiscard]] DtuMailbox* mailbox(const LineId& line) const;
    [[nodiscard]] const DtuCounters& counters() const { return counters_; }
    /// On which it listens for that line; 0: it does not.
    [[nodiscard]] std::uint16_t port_of(const LineId& line) const;
    /// Connections that have not said yet who they are.
    [[nodiscard]] std::size_t unidentified() const;

private:
    class Port;
    DtuCounters counters_;
    std::map<LineId, std::unique_ptr<DtuMailbox>> mailboxes_;
    std::map<LineId, Port*> port_of_line_;
    std::vector<std::shared_ptr<Port>> ports_;  // completion handlers inside `io` may outlive us
};

}  // namespace mg
