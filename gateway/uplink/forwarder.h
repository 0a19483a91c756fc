#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "config/options.h"
#include "gateway/base/backoff.h"
#include "gateway/base/clock.h"
#include "gateway/base/counters.h"
#include "gateway/base/guarded.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/uplink/destination.h"
#include "gateway/uplink/forwarder_status.h"
#include "gateway/uplink/selection.h"
#include "gateway/uplink/session.h"
#include "gateway/uplink/trouble_log.h"

namespace mg {

/// Brings what the store holds to one destination, each lane in the order of the store, at least once. Owns
/// the thread "uplink-<id>", which starts at construction and alone talks to the destination and to its place
/// in the store.
///
/// Nothing is acknowledged to the store before the destination confirmed it and, in its lane, everything
/// before it. Nothing that happens here reaches a line: the store is only read.
///
/// Destruction waits at most `stop_timeout` for answers, says goodbye, and joins; call request_stop() first
/// to stop several at once.
class Forwarder {
public:
    struct Settings {
        UplinkId id;
        std::string name;
        std::string destination;
        DeliveryOptions delivery;
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

    [[nodiscard]] const UplinkId& id() const { return settings_.id; }
    void request_stop() { thread_.request_stop(); }
    /// From any thread; asks the store for the backlog.
    [[nodiscard]] ForwarderStatus status() const;
    /// Grows at least every 10 s (once in connect_timeout while connecting) as long as the thread lives; for
    /// the watchdog.
    [[nodiscard]] std::uint64_t turns() const { return turns_.value(); }

    /// From any thread: what people ordered in the store's deliveries() has changed.
    void look_at_orders() { wake_.raise(); }
    /// From any thread: a person has looked. A try that waits is made now, and items may be set aside again.
    void try_now();

private:
    enum class End : std::uint8_t { stopped, paused };

    void run(const std::stop_token& stop);
    tl::expected<End, Error> serve(const std::stop_token& stop);
    tl::expected<End, Error> deliver(Session& session, const std::stop_token& stop);
    void end_session(bool politely);
    void take_news(Session& session);
    Result<bool> has_begun(const std::stop_token& stop);
    bool wait_while_paused(const std::stop_token& stop);
    bool wait_before_the_next_try(milliseconds time, const std::stop_token& stop);
    [[nodiscard]] bool paused() const;
    void enter(ForwarderState state, const std::string& why, const std::string& address = {});
    void show_progress(const Session& session);
    void show_oldest_waiting();
    void show_budget();

    Settings settings_;
    const Options& options_;
    SampleStore& store_;
    Clock& clock_;
    Selection selection_;
    Signal wake_;
    std::unique_ptr<Destination> destination_;
    UplinkMemory memory_;
    Backoff reconnect_;
    Backoff hold_;
    TroubleLog told_;
    Counter turns_;
    Guarded<ForwarderStatus> status_;
    std::atomic<bool> try_now_{false};
    bool begun_{false};
    std::optional<Session> session_;
    SteadyTime session_began_{};
    SteadyTime next_look_at_waiting_{};

    std::jthread thread_;
};

}  // namespace mg
