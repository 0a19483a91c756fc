#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/reading/ids.h"
#include "gateway/uplink/ack_window.h"

namespace mg {

enum class MessageKind : std::uint8_t {
    samples,      ///< a batch
    description,  ///< what a meter is; the destination keeps the last one
    status,       ///< online or offline; the destination keeps the last one
};

struct OutgoingMessage {
    MessageKind kind{MessageKind::samples};
    MeterId meter;  ///< of a description
    std::string_view payload;
    bool gzipped{false};  ///< the payload is a gzip file with the JSON in it
};

/// What became of one submitted message.
struct Outcome {
    Ticket ticket{};
    /// None: the destination has it. rejected: never this one. refused: nothing now. transient: again later.
    std::optional<Error> error;
    bool too_large{false};       ///< rejected for its size: smaller ones may pass
    bool nobody_listens{false};  ///< taken, but nobody is subscribed
    std::string answer;          ///< of the destination, in its own words: "PUBACK 0"
};

struct DestinationEvents {
    std::vector<Outcome> outcomes;
    std::optional<Error> lost;  ///< the connection is gone, and with it every message without an outcome
};

struct DestinationLimits {
    std::size_t payload_bytes{};  ///< most of one message
    std::size_t in_flight{};      ///< most without an outcome
    /// What one message takes on the wire beside its payload, about: headers, topic, the answer to it.
    std::size_t message_overhead{0};
    std::string address;  ///< for people: which of several ways it is; empty: there is only one
};

/// One place to which an uplink delivers. All calls from the uplink's thread; only connect() and disconnect()
/// block, and not beyond their deadline. Nothing is queued over a lost connection: what has no outcome by
/// then must be submitted again by the caller.
class Destination {
public:
    virtual ~Destination() = default;
    /// transient: try again. refused: credentials or rights. invalid_config: a file of ours is wrong or
    /// missing. When it returns ok, messages of samples really arrive at the destination, as far as that can
    /// be known.
    virtual Result<DestinationLimits> connect(SteadyTime deadline, std::stop_token stop) = 0;
    /// Hands over a copy. session_lost: not connected; transient: not now.
    virtual Result<> submit(Ticket ticket, const OutgoingMessage& message) = 0;
    /// One more message can go on its way at once. Where not, an outcome will change that.
    [[nodiscard]] virtual bool has_room() const { return true; }
    /// What happened since the last call. `signal` of the constructor was raised for each.
    virtual DestinationEvents take_events() = 0;
    /// Ends the connection in good order if there is one; without it the destination learns of a loss.
    virtual void disconnect(SteadyTime deadline) = 0;
    /// Drops the connection at once, without a word.
    virtual void abandon() = 0;
};

}  // namespace mg
