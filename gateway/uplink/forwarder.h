#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>

#include "config/options.h"
#include "gateway/base/backoff.h"
#include "gateway/base/clock.h"
#include "gateway/base/counters.h"
#include "gateway/base/guarded.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/uplink/ack_window.h"
#include "gateway/uplink/announcement.h"
#include "gateway/uplink/batch_limit.h"
#include "gateway/uplink/destination.h"
#include "gateway/uplink/forwarder_status.h"
#include "gateway/uplink/message.h"

namespace mg {

/// Brings what the store holds to one destination, in the order of the store, at least once. Owns the thread
/// "uplink-<id>", which starts at construction and alone talks to the destination and to its place in the
/// store.
///
/// Nothing is acknowledged to the store before the destination confirmed it and everything before it. Nothing
/// that happens here reaches a line: the store is only read.
///
/// Destruction waits at most `stop_timeout` for answers, says goodbye, and joins; call request_stop() first
/// to stop several at once.
class Forwarder {
public:
    struct Settings {
        UplinkId id;
        std::string name;
        std::string destination;
        std::size_t most_items{2000};  ///< in one message
        BackoffLimits reconnect{};
        BackoffLimits hold{.first = milliseconds{10'000}, .most = milliseconds{300'000}};
        milliseconds connect_timeout{15'000};
        milliseconds ack_timeout{20'000};  ///< without any answer while answers are due
        milliseconds stop_timeout{2000};
        std::uint64_t seed{1};
    };
    using MakeDestination = std::function<std::unique_ptr<Destination>(Signal& wake)>;

    /// options, store and clock outlive this.
    Forwarder(Settings settings, const Options& options, SampleStore& store, Clock& clock,
              const MakeDestination& make);
    Forwarder(const Forwarder&) = delete;
    Forwarder& operator=(const Forwarder&) = delete;
    ~Forwarder();

    void request_stop() { thread_.request_stop(); }
    /// From any thread; asks the store for the backlog.
    [[nodiscard]] ForwarderStatus status() const;
    /// Grows at least every 10 s (once in connect_timeout while connecting) as long as the thread lives; for
    /// the watchdog.
    [[nodiscard]] std::uint64_t turns() const { return turns_.value(); }

private:
    struct Rejection {
        Ticket ticket{};
        Error error;
        bool too_large{false};
    };
    enum class Filled : std::uint8_t { yes, nothing_left };

    void run(const std::stop_token& stop);
    std::optional<Error> serve(const std::stop_token& stop);
    void begin_session(const DestinationLimits& granted);
    std::optional<Error> take_events();
    std::optional<Error> take_outcome(const Outcome& outcome);
    std::optional<Error> take_announcement_outcome(const Outcome& outcome);
    std::optional<Error> settle_rejection();
    std::optional<Error> put_aside(Sequence sequence, const Error& why, BatchLimit::Next next);
    void advance();
    std::optional<Error> fill_window();
    std::optional<Error> announce();
    Result<Filled> fill_batch();
    std::optional<Error> send_batch();
    std::optional<Error> overdue() const;
    [[nodiscard]] SteadyTime next_look() const;
    [[nodiscard]] bool room_for_samples() const;
    void rewind();
    void say_goodbye();
    bool collect_answers(SteadyTime deadline);
    bool pause(milliseconds time, const std::stop_token& stop);
    void enter(ForwarderState state, const std::string& why);
    bool worth_a_line(ForwarderState state, const std::string& why);
    void show_progress();
    void show_oldest_waiting();

    Settings settings_;
    const Options& options_;
    SampleStore& store_;
    Clock& clock_;
    Signal wake_;
    std::unique_ptr<Destination> destination_;
    BatchEncoder encoder_;
    Backoff reconnect_;
    Backoff hold_;
    BatchLimit limit_;
    Counter turns_;
    Guarded<ForwarderStatus> status_;

    // Of the present session.
    DestinationLimits granted_{};
    std::size_t payload_limit_{0};
    AckWindow window_;
    std::unordered_set<Ticket> announcements_;
    std::size_t next_description_{0};
    std::deque<StoredItem> queue_;  ///< looked at, not yet in a message
    Sequence looked_at_{0};         ///< the store has been read up to here
    Sequence handled_{0};           ///< everything up to here is in a message, set aside, or never was
    std::optional<Rejection> rejection_;
    bool session_took_{false};  ///< a message of samples was confirmed
    SteadyTime session_began_{};
    SteadyTime last_answer_{};
    bool denied_description_{false};
    Ticket last_ticket_{0};
    std::string told_trouble_;  ///< in the log; connected_ and held_: what was said with it and since
    bool told_held_{false};
    bool told_connected_{false};

    std::jthread thread_;
};

}  // namespace mg
