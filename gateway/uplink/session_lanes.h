#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "config/options.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/uplink/lane_sender.h"
#include "gateway/uplink/lane_turns.h"
#include "gateway/uplink/selection.h"
#include "gateway/uplink/side_window.h"

namespace mg {

/// By Lane.
using Suspicions = std::array<Suspicion, LaneTurns::kLanes>;

/// The lanes of one session, and which of them sends next. Used by the uplink's thread; may block for the
/// disk.
///
/// strict: one lane, oldest first. live_first: what is committed after the session began goes by itself, the
/// backlog beside it; as long as Progress has room for one more run of settled items, else in order until
/// half of the runs have closed. Periods to send again have a lane of their own, one order at a time. With
/// the byte budget used up there is only one for boundary samples.
class SessionLanes {
public:
    SessionLanes(const LaneSender::Uplink& uplink, const DeliveryOptions& delivery, Suspicions& suspicions,
                 SideWindow& side, const DestinationLimits& limits);

    /// Orders may have come, gone or ended, runs may have closed, the budget may have been used up or begun
    /// anew. Call it after each round of answers.
    Result<> look_around(bool budget_used_up);
    /// Who sends next; nullptr when nobody can now.
    LaneSender* next();
    /// What next() gave sent so many bytes.
    void sent(Lane lane, std::uint64_t bytes) { turns_.sent(lane, bytes); }

    LaneSender::Taken take(const Outcome& outcome, SteadyTime now);
    std::optional<Error> settle(std::vector<AckWindow::Entry>& settled);

    [[nodiscard]] std::size_t under_way() const;
    /// The connection ended for no reason that anybody gave. `alone`: no more than one message, of whatever
    /// kind, was without an answer.
    void broke(bool alone, const Error& why);
    [[nodiscard]] std::optional<UtcTime> oldest() const;

private:
    std::unique_ptr<LaneSender> lane(std::unique_ptr<LaneSource> source, Lane lane);
    void plan();
    Result<> look_at_orders();
    [[nodiscard]] bool quiet() const;
    template <class Call>
    void each(const Call& call) const;

    LaneSender::Uplink uplink_;
    const DeliveryOptions& delivery_;
    Suspicions& suspicions_;
    SideWindow& side_;
    DestinationLimits limits_;
    LaneTurns turns_;
    std::unique_ptr<LaneSender> live_;
    std::unique_ptr<LaneSender> backlog_;
    std::unique_ptr<LaneSender> resend_;
    std::uint64_t resend_order_{0};
    std::unique_ptr<LaneSender> boundaries_;  ///< there while the budget is used up
    bool budget_used_up_{false};
    bool in_order_for_now_{false};  ///< live_first, but Progress is full
    bool settling_{false};          ///< nothing is sent until everything under way has its answer
};

}  // namespace mg
