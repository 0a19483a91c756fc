#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/uplink/ack_window.h"
#include "gateway/uplink/batch_ceiling.h"
#include "gateway/uplink/destination.h"
#include "gateway/uplink/lane_source.h"
#include "gateway/uplink/message.h"
#include "gateway/uplink/poison_search.h"
#include "gateway/uplink/selection.h"

namespace mg {

/// What a lane knows, for longer than a session, of an item that may be at fault.
struct Suspicion {
    PoisonSearch search;
    Sequence suspect{0};
    Error why{};  ///< it was rejected
};

/// One lane of one session: puts its items into messages, knows which are under way, tells the source what
/// arrived, and finds the item that the destination rejects. Used by the uplink's thread; next() blocks for
/// the disk.
class LaneSender {
public:
    struct Uplink {
        UplinkId id;
        SampleStore& store;
        const Selection& selection;
        BatchCeiling& ceiling;  ///< of all lanes
    };
    /// `suspicion` outlives this.
    LaneSender(const Uplink& uplink, std::unique_ptr<LaneSource> source, Suspicion& suspicion,
               const DestinationLimits& limits);

    struct Message {
        Batch batch;
        Lane lane{Lane::live};
        Sequence first{0};    ///< after what the message before it covered
        Sequence through{0};  ///< everything up to here is done with this message
        std::uint64_t passed_over{0};
        bool is_control{false};    ///< a repeat, to see whether the destination takes anything
        bool taken_before{false};  ///< of a control
    };

    /// It may send, as far as its own messages are concerned, and perhaps has something to send.
    [[nodiscard]] bool ready() const;
    /// The next message; nullopt when nothing is left for now, or only after a long look (call again).
    /// refused: items in a row that fit into no message.
    Result<std::optional<Message>> next(BatchEncoder& encoder);
    void sent(Ticket ticket, const Message& message, SteadyTime now);

    struct Taken {
        bool ours{false};
        std::optional<SteadyTime> sent;  ///< when it was, of one that was confirmed
        std::optional<Error> ended;      ///< the session cannot go on
    };
    Taken take(const Outcome& outcome);
    /// Acts on what was taken: progress, and what a rejection asks for. Adds what is now settled.
    std::optional<Error> settle(std::vector<AckWindow::Entry>& settled);

    /// The connection ended, perhaps at its oldest message. `alone`: nothing else was under way.
    void broke(bool alone, const Error& why);
    /// The destination took any of its messages.
    [[nodiscard]] bool took_any() const { return took_any_; }

    /// Nothing is under way, and nothing waits for a decision.
    [[nodiscard]] bool quiet() const;
    /// Back to what is not confirmed.
    void rewind();
    /// Everything up to the end of its part is settled.
    [[nodiscard]] bool finished() const { return source_->start() >= source_->last(); }
    [[nodiscard]] std::size_t under_way() const { return window_.under_way() + (control_ ? 1 : 0); }
    /// The oldest message under way.
    [[nodiscard]] const AckWindow::Entry* oldest_message() const { return window_.oldest(); }
    /// Slot of the oldest item that it knows not to be confirmed.
    [[nodiscard]] std::optional<UtcTime> oldest() const;
    [[nodiscard]] Lane lane() const { return source_->lane(handled_); }

private:
    struct Control {
        Ticket ticket{};
        bool taken_before{false};
    };
    struct Rejection {
        Ticket ticket{};
        Error error;
        bool too_large{false};
    };
    [[nodiscard]] bool has_work() const;
    Result<bool> look_further();
    Result<bool> fill(BatchEncoder& encoder);
    Result<std::optional<Message>> next_batch(BatchEncoder& encoder);
    Result<std::optional<Message>> next_control(BatchEncoder& encoder);
    Result<std::optional<StoredItem>> taken_before() const;
    Result<std::optional<StoredItem>> after_suspect() const;
    std::optional<Error> judge(PoisonSearch::Next next);
    std::optional<Error> settle_rejection();
    std::optional<Error> settle_control();
    void settle_what_was_passed_over();

    UplinkId id_;
    SampleStore& store_;
    const Selection& selection_;
    BatchCeiling& ceiling_;
    std::unique_ptr<LaneSource> source_;
    PoisonSearch& search_;
    Sequence& suspect_;
    Error& suspicion_;  ///< why the suspect was rejected
    std::size_t payload_limit_;
    std::size_t most_in_window_;

    AckWindow window_;
    std::deque<LaneSource::Item> queue_;  ///< looked at, not yet in a message
    Sequence looked_at_{0};
    Sequence handled_{0};  ///< everything up to here is in a message, set aside, or passed over
    Sequence covered_{0};  ///< by the messages so far
    std::uint64_t passed_over_{0};
    std::optional<Sequence> fruitless_;  ///< the source's last() when it had nothing although it should
    std::optional<Rejection> rejection_;
    std::optional<Control> control_;
    std::optional<Outcome> control_outcome_;
    bool took_any_{false};
};

}  // namespace mg
