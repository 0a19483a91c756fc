#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "config/options.h"
#include "drivers/driver.h"
#include "gateway/base/clock.h"
#include "gateway/base/counters.h"
#include "gateway/base/guarded.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/polling/clock_watch.h"
#include "gateway/polling/errand_queue.h"
#include "gateway/polling/held_polls.h"
#include "gateway/polling/line_budget.h"
#include "gateway/polling/line_health.h"
#include "gateway/polling/line_thread.h"
#include "gateway/polling/read_errand.h"
#include "gateway/polling/schedule.h"
#include "gateway/polling/sweep_watch.h"

namespace mg {

/// One instrument on the line: polled as one, however many metering points it carries.
struct PolledInstrument {
    std::unique_ptr<Meter> meter;
    SlotPlan plan;
    SerialSettings settings;
};

/// Polls one line for as long as it runs: waits for what is due, asks, hands samples to the store. Whatever
/// happens on the wire ends up as a quality in a sample; whatever happens right of the store never comes
/// here. Nothing of it is shared with other lines but the store, the clock and its watch.
class LineWorker final : public LineThread {
public:
    /// `progress` is called at least every few seconds (one exchange at most apart) while the thread is
    /// alive.
    LineWorker(LineOptions line, std::unique_ptr<Channel> channel, std::vector<PolledInstrument> instruments,
               SampleStore& store, ClockWatch& watch, Clock& clock, std::function<void()> progress);

    /// Starts the thread "line-<id>".
    void start() override;
    /// Asks the thread to stop; returns at once. A running exchange ends within 100 ms.
    void request_stop() override;
    void join() override;
    /// The work itself, until stopped. start() runs it in a thread; simulations call it directly.
    void run(std::stop_token stop);

    /// A read of the instrument that carries `meter`, for run_errand(); nullptr when it is not on this line.
    [[nodiscard]] std::unique_ptr<Errand> read_of(const MeterId& meter, ReadDone done) override;
    /// Between due polls, as ErrandQueue says. Returns at once; false: too many wait already.
    bool run_errand(std::unique_ptr<Errand> errand) override;
    void watch_wire(WireTap::Watcher watcher) override { channel_->tap().watch(std::move(watcher)); }

    [[nodiscard]] const LineOptions& line() const override { return line_; }
    [[nodiscard]] LineSnapshot snapshot() const override { return snapshot_.copy(); }
    [[nodiscard]] const LineCounters& counters() const override { return counters_; }
    [[nodiscard]] const ChannelCounters& channel_counters() const override { return channel_->counters(); }
    [[nodiscard]] std::vector<MeterId> meters() const override;

private:
    // What the clock makes of it; in line_worker_clock.cpp.
    void follow_clock(const ClockWatch::State& state, UtcTime now);
    void catch_up(UtcTime now, ClockEpoch epoch);
    Result<PlacedPolls> owed_by(const LayoutRef& layout, const SlotPlan& plan, UtcTime now, ClockEpoch epoch);
    bool hold_one(const StopEvent& stop_event);
    void hold(const Layout& layout, const std::vector<Reading>& readings);

    void store_missed(UtcTime now, Quality why_unasked);
    void ask(const Schedule::Ask& ask, const StopEvent& stop_event, std::stop_token stop);
    Result<> make_ready(const SerialSettings& settings, const StopEvent& stop_event);
    Result<PollResult> poll(std::size_t instrument, const StopEvent& stop_event, Effort effort);
    void store_answer(const Schedule::Ask& ask, PollResult& result, milliseconds took);
    void note_failure(const Schedule::Ask& ask, Quality why, const std::string& trouble);
    bool serve_errand(const Schedule* schedule, UtcTime now, bool poll_due, const StopEvent& stop_event);
    void note_pause(bool paused);
    void finish_sweep(const Schedule::Ask& ask);
    void renew_budget();
    void say(const std::optional<std::string>& line, bool bad);
    std::size_t first_point(std::size_t instrument) const { return first_points_[instrument]; }

    const LineOptions line_;
    std::unique_ptr<Channel> channel_;
    std::vector<PolledInstrument> instruments_;
    std::vector<std::size_t> first_points_;
    SampleStore& store_;
    ClockWatch& watch_;
    Clock& clock_;
    std::function<void()> progress_;

    Schedule schedule_;
    HeldTurns held_turns_;
    LineHealth health_;
    SweepWatch sweeps_;
    ClockWatch::State followed_;
    bool caught_up_{false};                  ///< with what fell due while nothing could be dated
    Quality owed_for_{Quality::stopped};     ///< why that was not asked for
    std::vector<HeldReadings> held_placed_;  ///< handed to the store, and not yet known to be on its disk
    bool hold_failed_{false};
    SteadyTime budget_due_{};

    LineCounters counters_;
    Guarded<LineSnapshot> snapshot_;
    ErrandQueue errands_;
    std::optional<SteadyTime> paused_since_;  ///< an errand keeps polls waiting
    Signal wake_;
    std::jthread thread_;  // last: stops before the rest dies
};

}  // namespace mg
