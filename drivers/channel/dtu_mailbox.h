#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/base/result.h"
#include "gateway/base/unique_fd.h"

namespace mg {

/// What status shows of a line's modem.
struct ModemState {
    std::optional<UtcTime> since;  ///< of the connection; none: there is none
    std::string from;  ///< "10.0.0.7:40112", of this connection or else the last one; may be empty
    std::uint64_t connections{0};  ///< since start
};

/// The way of a modem's connection from the main thread, which accepts it, to the thread of its line.
/// Thread-safe; only wait_for_call() blocks. The newest connection wins: after a radio hole a modem calls
/// anew while the old connection still looks alive.
class DtuMailbox {
public:
    /// Puts a connection in, ends the one that waits and the one that is in use. Returns where that one came
    /// from; empty: there was none.
    std::string put(UniqueFd connection, std::string from, UtcTime at);
    /// Why nobody can call; empty: they can.
    void set_trouble(std::string why);

    /// Takes the connection out; blocks until there is one, `due`, or stop. session_lost without one.
    Result<UniqueFd> wait_for_call(SteadyTime due, std::stop_token stop, Clock& clock);
    [[nodiscard]] bool has_call() const;
    /// The line is about to close what it took, and does so right after.
    void let_go();

    [[nodiscard]] ModemState state() const;

private:
    struct State {
        UniqueFd waiting;
        int in_use{-1};  ///< the line's descriptor, as long as it is sure to be open
        std::string trouble;
        ModemState modem;
    };
    Guarded<State> state_;
    Signal called_;
};

}  // namespace mg
