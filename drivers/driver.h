#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "drivers/latency_watch.h"
#include "drivers/listener.h"
#include "drivers/wire_tap.h"
#include "gateway/base/clock.h"
#include "gateway/base/counters.h"
#include "gateway/base/result.h"
#include "gateway/base/stop_event.h"
#include "gateway/reading/sample.h"

/// The seams between polling and the wire. A line owns one Channel; the meters on it may speak different
/// protocols, each made by its Driver; one exchange at a time, all from the line's own thread.
namespace mg {

/// What a channel has seen; read by status from other threads.
struct ChannelCounters {
    Counter opened;
    Counter bytes_sent;
    Counter bytes_received;
    Counter discarded_bytes;  ///< late, surplus, foreign or noise: thrown away before they could pass as an
                              ///< answer
};

/// How long an answer may come after its time-out and still be recognised as late, on channels where it can
/// be taken for the next one: the line stays silent for so long. One response timeout within these bounds, so
/// that a dead meter costs its line no more than twice the waiting.
inline milliseconds drain_time(const LineOptions& line) {
    return std::clamp(line.response_timeout, milliseconds{100}, milliseconds{3000});
}

/// The open byte stream of a line. One thread only, but for counters().
class Channel {
public:
    virtual ~Channel() = default;
    /// Opens if it is closed; blocks at most the line's connect timeout. Failure::session_lost when it can't;
    /// not before a short back-off has passed since the last failure (the last error again, at once).
    virtual Result<> open(const StopEvent& stop) = 0;
    virtual void close() = 0;
    [[nodiscard]] virtual bool is_open() const = 0;
    /// For reading and polling only; below 1024 (libmodbus uses select). -1 when closed.
    [[nodiscard]] virtual int descriptor() const = 0;
    /// Applies baud and parity of a meter that differs from its line; nothing over TCP.
    virtual Result<> use(const SerialSettings& settings) = 0;
    /// Keeps `gap` (at least 3.5 characters on serial wires) since the last byte, throws away what is in the
    /// input, then writes. Blocks for gap plus drain; session_lost when the stream broke.
    virtual Result<> send(std::span<const std::uint8_t> request, milliseconds gap, const StopEvent& stop) = 0;
    /// Blocks until a byte can be read, `due`, or stop. transient on time-out, session_lost on a broken
    /// stream.
    virtual Result<> wait_readable(SteadyTime due, const StopEvent& stop) = 0;
    /// Whoever read from descriptor() says so: the last of `bytes` bytes came just now. For silence and
    /// counters.
    virtual void note_received(std::size_t bytes) { static_cast<void>(bytes); }
    /// That many of them were no part of an answer: an echo, a foreign unit's, a bad frame.
    virtual void note_discarded(std::size_t bytes) { static_cast<void>(bytes); }
    /// After a time-out or a bad frame: silence first, then discard, so that a late answer never meets the
    /// next question. TCP streams are closed instead (the next open() gets a fresh one).
    virtual void recover(const StopEvent& stop) = 0;
    /// Time on the wire of `bytes` bytes; 0 over TCP without a serial wire behind.
    [[nodiscard]] virtual std::chrono::microseconds wire_time(std::size_t bytes) const = 0;
    /// The request may come back on the wire before the answer (two-wire adapters).
    [[nodiscard]] virtual bool may_echo() const = 0;
    [[nodiscard]] virtual const ChannelCounters& counters() const = 0;
    /// Where what passes can be watched. Whoever sends, reads or discards tells it.
    [[nodiscard]] WireTap& tap() { return tap_; }

private:
    WireTap tap_;
};

/// One request and its answer as they were on the wire; for `metergate read` and trace.
struct WireRecord {
    std::vector<std::uint8_t> request;
    std::vector<std::uint8_t> answer;  ///< empty: none came
    std::string error;                 ///< empty: fine
    milliseconds took{0};
};

/// What one poll of one instrument brought: the readings of each metering point on it, in layouts() order.
struct PollResult {
    std::vector<std::vector<Reading>> readings;
    /// The worst thing that happened, for the line's health; empty when every block was answered.
    std::string trouble;
    bool answered{false};          ///< the instrument said anything at all, an exception included
    std::vector<WireRecord> wire;  ///< only filled when asked for
};

/// What a good poll of one instrument takes of its line, but for the time that the instrument takes to
/// answer.
struct PollCost {
    std::size_t requests{0};
    std::chrono::microseconds wire{0};  ///< frames, silences and gaps of all of them
};
/// How long an instrument takes to answer by which nothing is known yet. Most take 20 … 100 ms.
inline constexpr milliseconds kAssumedLatency{50};

/// How hard a poll tries.
enum class Effort : std::uint8_t {
    usual,
    one_try,  ///< one question first; only when it is answered the rest as usual. For a meter that was silent
    quick,    ///< the same, with the time-out that the meter is known to need
};

/// One instrument at one address; one metering point, or several when its circuits are points of their own.
class Meter {
public:
    virtual ~Meter() = default;
    [[nodiscard]] virtual const std::string& address() const = 0;
    /// One per metering point; which id is in the layout.
    [[nodiscard]] virtual std::span<const LayoutRef> layouts() const = 0;
    /// Blocking; bounded by (number of blocks) × (retries + 1) × (response timeout + recovery). Looks at
    /// `stop` between exchanges and during waits; a stopped poll returns what it has and must not be stored.
    /// Trouble on the wire becomes Quality, never an error. The channel is open when it is called.
    virtual PollResult poll(Channel& channel, const StopEvent& stop, Effort effort, bool record_wire) = 0;
    /// For the line's thread only.
    [[nodiscard]] virtual MeterFigures figures() const = 0;
    [[nodiscard]] virtual PollCost cost() const = 0;
};

/// The metering points that share one address on one line, with their common model. What they point to must
/// outlive the meter that is made from them.
struct InstrumentOptions {
    const LineOptions* line{};
    const ModelOptions* model{};
    std::vector<const MeterOptions*> points;  ///< at least one; in circuit order
};

class Driver {
public:
    virtual ~Driver() = default;
    [[nodiscard]] virtual Protocol protocol() const = 0;
    /// The kinds of line it can speak on.
    [[nodiscard]] virtual bool supports(LineKind kind) const = 0;
    /// Validates address and points before any I/O: invalid_config names the meter and what is allowed.
    virtual Result<std::unique_ptr<Meter>> make_meter(const InstrumentOptions& instrument,
                                                      Clock& clock) const = 0;
    /// For a line in mode listen. unsupported: this protocol cannot be listened to; invalid_config as above.
    virtual Result<std::unique_ptr<Listener>> make_listener(
        std::span<const InstrumentOptions> instruments) const;
};

/// The drivers of this build.
std::span<const Driver* const> builtin_drivers();
/// The driver for `protocol`; nullptr when this build has none.
const Driver* driver_for(Protocol protocol);

/// Whether questions may be put on that line. unsupported: it is listened to, another master owns it.
Result<> may_ask(const LineOptions& line);

class DtuMailbox;

/// The channel of a line; it is opened later. A line of kind dtu needs the mailbox of its modem, which must
/// outlive it: unsupported without one.
Result<std::unique_ptr<Channel>> make_channel(const LineOptions& line, Clock& clock,
                                              DtuMailbox* modem = nullptr);

}  // namespace mg
