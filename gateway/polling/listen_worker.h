#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "config/options.h"
#include "drivers/driver.h"
#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/polling/clock_watch.h"
#include "gateway/polling/heard_slots.h"
#include "gateway/polling/hearing_watch.h"
#include "gateway/polling/line_health.h"
#include "gateway/polling/line_thread.h"
#include "gateway/polling/sweep_watch.h"

namespace mg {

/// Listens on one line that another master owns, and stores what that one reads of our meters, by the same
/// slots and windows as polling. It never sends a byte. A sample is stored as soon as every point was heard
/// since its slot, else when the window closes: what was heard, and for the rest why not.
class ListenWorker final : public LineThread {
public:
    /// `plans`: one for each of the listener's instruments. `progress` is called every few seconds while the
    /// thread is alive.
    ListenWorker(LineOptions line, std::unique_ptr<Channel> channel, std::unique_ptr<Listener> listener,
                 std::vector<SlotPlan> plans, SampleStore& store, ClockWatch& watch, Clock& clock,
                 std::function<void()> progress);

    void start() override;
    void request_stop() override { thread_.request_stop(); }
    void join() override;
    /// The work itself, until stopped.
    void run(std::stop_token stop);

    std::unique_ptr<Errand> read_of(const MeterId&, ReadDone) override { return nullptr; }
    bool run_errand(std::unique_ptr<Errand>) override { return false; }
    void watch_wire(WireTap::Watcher watcher) override { channel_->tap().watch(std::move(watcher)); }

    [[nodiscard]] const LineOptions& line() const override { return line_; }
    [[nodiscard]] LineSnapshot snapshot() const override { return snapshot_.copy(); }
    /// Of the questions to our instruments, as they were heard.
    [[nodiscard]] const LineCounters& counters() const override { return counters_; }
    [[nodiscard]] const ChannelCounters& channel_counters() const override { return channel_->counters(); }
    [[nodiscard]] std::vector<MeterId> meters() const override;

private:
    bool await_bytes(const StopEvent& stop);
    void take_bytes();
    void look(UtcTime now);
    void understand(std::span<const std::uint8_t> bytes);
    void lose_channel(const std::string& why);
    void follow_clock(const ClockWatch::State& state, UtcTime now);
    void catch_up(UtcTime now, ClockEpoch epoch);
    void store_what_is_due(UtcTime now, Quality why_unheard);
    void store(std::size_t instrument, const HeardSlots::Waiting& slot, HeardReadings heard, UtcTime now);
    void note(std::size_t instrument, const Sample& sample, std::size_t layout);
    void tell_hearing();
    void count_exchanges();
    void say(const std::optional<std::string>& line, bool bad);

    const LineOptions line_;
    std::unique_ptr<Channel> channel_;
    std::unique_ptr<Listener> listener_;
    const std::vector<SlotPlan> plans_;
    std::vector<std::size_t> first_points_;
    SampleStore& store_;
    ClockWatch& watch_;
    Clock& clock_;
    std::function<void()> progress_;
    const Listener::Tell tell_;

    HeardSlots slots_;
    LineHealth health_;
    HearingWatch hearing_;
    SweepWatch skews_;
    ClockWatch::State followed_;
    bool caught_up_{false};               ///< with what fell due while nothing could be dated
    Quality owed_for_{Quality::stopped};  ///< why that was not heard
    SteadyTime tell_due_{};
    std::chrono::microseconds heard_time_{0};  ///< on the wire, not yet counted as busy

    LineCounters counters_;
    Guarded<LineSnapshot> snapshot_;
    std::jthread thread_;  // last: stops before the rest dies
};

}  // namespace mg
