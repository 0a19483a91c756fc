#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/uplink/announcer.h"
#include "gateway/uplink/destination.h"
#include "gateway/uplink/message.h"
#include "gateway/uplink/selection.h"
#include "gateway/uplink/session_lanes.h"
#include "gateway/uplink/token_bucket.h"
#include "gateway/uplink/traffic.h"

namespace mg {

/// What an uplink knows for longer than a session. Its thread's own.
struct UplinkMemory {
    BatchEncoder encoder;
    Announcer announcer;
    Suspicions suspicions;
    BatchCeiling ceiling;
    SideWindow side;
    Pacing pacing;
    Traffic traffic;
    Ticket last_ticket{0};
};

/// One connection, from the answer to CONNECT to its end: what goes out, and what becomes of it. Used by the
/// uplink's thread; blocks for the disk, for the destination only in collect_answers() and say_goodbye().
class Session {
public:
    struct Uplink {
        UplinkId id;
        const Options& options;
        const DeliveryOptions& delivery;
        SampleStore& store;
        const Selection& selection;
        Clock& clock;
        Destination& destination;
        Signal& wake;
        milliseconds ack_timeout;
    };
    /// Everything given outlives the session. Says that the gateway is there.
    Session(const Uplink& uplink, UplinkMemory& memory, const DestinationLimits& granted);

    /// Takes what came and sends what may go. An error ends the session.
    std::optional<Error> turn();
    /// When the next turn is due if nothing wakes us.
    [[nodiscard]] SteadyTime next_turn() const;

    struct Tally {
        std::uint64_t messages{0};
        std::uint64_t samples{0};
        std::uint64_t gaps{0};
    };
    struct News {
        std::array<Tally, LaneTurns::kLanes> confirmed;  ///< by Lane
        std::uint64_t not_selected{0};
        bool taken{false};  ///< anything was, descriptions included
        bool nobody_listens{false};
        std::optional<std::string> denied;  ///< a status or description, and why
    };
    /// Since the last call.
    News take_news() { return std::exchange(news_, {}); }

    [[nodiscard]] std::size_t under_way() const { return lanes_.under_way() + memory_.announcer.under_way(); }
    [[nodiscard]] std::optional<UtcTime> oldest() const { return lanes_.oldest(); }
    [[nodiscard]] bool descriptions_denied() const { return memory_.announcer.given_up(); }

    /// Takes the answers that still come, tells the destination that we leave, and leaves.
    void say_goodbye(SteadyTime deadline);

private:
    std::optional<Error> take_events();
    void note_break(const Error& why);
    std::optional<Error> take_announcement_outcome(const Outcome& outcome);
    std::optional<Error> settle();
    void keep(const AckWindow::Entry& entry);
    void take_back_from_set_aside(const AckWindow::Entry& entry);
    std::optional<Error> send();
    std::optional<Error> announce();
    std::optional<Error> send_samples();
    [[nodiscard]] bool may_send();
    Result<> submit(Ticket ticket, const OutgoingMessage& message);
    Result<> submit(Ticket ticket, const Batch& batch);
    [[nodiscard]] std::optional<Error> overdue() const;
    bool collect_answers(SteadyTime deadline);
    [[nodiscard]] UtcTime utc() const { return uplink_.clock.utc(); }

    Uplink uplink_;
    UplinkMemory& memory_;
    DestinationLimits granted_;
    SessionLanes lanes_;
    News news_;
    SteadyTime last_answer_{};
    std::optional<SteadyTime> paced_until_;
    std::uint64_t last_bytes_{0};
    std::optional<std::set<Sequence>> set_aside_;  ///< known once something was sent again
};

}  // namespace mg
