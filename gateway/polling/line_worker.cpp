#include "gateway/polling/line_worker.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <pthread.h>

#include "gateway/base/language.h"
#include "gateway/base/log.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

/// How long a step of the wall clock or a stop of progress can go unnoticed at most.
constexpr milliseconds kLongestNap = 1s;
/// Latencies change slowly, and the arithmetic asks each instrument.
constexpr SteadyTime::duration kBudgetAgain = 60s;

std::vector<SlotPlan> plans_of(const std::vector<PolledInstrument>& instruments) {
    std::vector<SlotPlan> plans;
    plans.reserve(instruments.size());
    for (const auto& instrument : instruments) plans.push_back(instrument.plan);
    return plans;
}

std::vector<std::string> names_of(const std::vector<PolledInstrument>& instruments) {
    std::vector<std::string> names;
    names.reserve(instruments.size());
    for (const auto& instrument : instruments)
        names.push_back(instrument.meter->layouts().front()->meter.text);
    return names;
}

/// The instrument said nothing usable: no reading has a value. The reason of the first stands for all.
Quality reason_of(const PollResult& result) {
    for (const auto& readings : result.readings) {
        for (const Reading& reading : readings) {
            if (!has_value(reading.quality)) return reading.quality;
        }
    }
    return Quality::no_reply;
}

/// A poll ends the slot when anything in it has a value, or when the instrument itself says that there is
/// none.
bool ends_slot(const PollResult& result) {
    return std::ranges::any_of(result.readings, [](const auto& readings) {
        return std::ranges::any_of(readings, [](const Reading& r) {
            return has_value(r.quality) || r.quality == Quality::not_available;
        });
    });
}

}  // namespace

LineWorker::LineWorker(LineOptions line, std::unique_ptr<Channel> channel,
                       std::vector<PolledInstrument> instruments, SampleStore& store, ClockWatch& watch,
                       Clock& clock, std::function<void()> progress)
    : line_{std::move(line)},
      channel_{std::move(channel)},
      instruments_{std::move(instruments)},
      store_{store},
      watch_{watch},
      clock_{clock},
      progress_{std::move(progress)},
      schedule_{plans_of(instruments_), clock.utc()},
      held_turns_{plans_of(instruments_)},
      health_{line_.id.text, names_of(instruments_)},
      sweeps_{instruments_.size()},
      errands_{clock} {
    std::size_t points = 0;
    for (const auto& instrument : instruments_) {
        first_points_.push_back(points);
        points += instrument.meter->layouts().size();
    }
    snapshot_.with([&](LineSnapshot& s) { s.points.resize(points); });
    renew_budget();
}

void LineWorker::start() {
    thread_ = std::jthread{[this](std::stop_token stop) {
        pthread_setname_np(pthread_self(), ("line-" + line_.id.text).substr(0, 15).c_str());
        run(std::move(stop));
    }};
}

void LineWorker::request_stop() {
    thread_.request_stop();
}

void LineWorker::join() {
    if (thread_.joinable()) thread_.join();
}

void LineWorker::run(std::stop_token stop) {
    const StopEvent stop_event{stop};
    while (!stop.stop_requested()) {
        progress_();
        const auto clock_state = watch_.observe();
        const UtcTime now = clock_.utc();
        UtcTime wake = now + kLongestNap;
        if (clock_state.trust != ClockTrust::untrusted) {
            const bool set_ahead = caught_up_ && clock_state.forward_steps != followed_.forward_steps;
            follow_clock(clock_state, now);
            store_missed(now, set_ahead ? Quality::clock_step : Quality::not_asked);
            const auto due = schedule_.next(now);
            if (serve_errand(&schedule_, now, due.has_value(), stop_event)) continue;
            if (due) {
                ask(*due, stop_event, stop);
                continue;
            }
            wake = std::min(wake, schedule_.wake_at(now));
        } else {
            if (caught_up_) owed_for_ = Quality::clock_step;
            caught_up_ = false;
            if (serve_errand(nullptr, now, false, stop_event) || hold_one(stop_event)) continue;
        }
        clock_.wait(clock_.steady() + std::max(wake - clock_.utc(), milliseconds{0}), stop, wake_);
    }
    channel_->close();
}

void LineWorker::store_missed(UtcTime now, Quality why_unasked) {
    for (const Schedule::Missed& missed : schedule_.close_windows(now)) {
        const bool many = missed.next < missed.gap_end;
        for (const LayoutRef& layout : instruments_[missed.instrument].meter->layouts()) {
            Sample sample = missing_sample(layout, missed.slot, missed.why);
            sample.taken_at = now;
            sample.epoch = followed_.epoch;
            sample.boundary = missed.boundary;
            store_.append(std::move(sample));
            if (!many) continue;
            store_.append(Gap{.meter = layout->meter,
                              .from = missed.next,
                              .to = missed.gap_end,
                              .reason = why_unasked,
                              .epoch = followed_.epoch});
        }
        counters_.missed_slots.add();
        if (missed.boundary) finish_sweep({missed.instrument, missed.slot, true});
    }
}

void LineWorker::ask(const Schedule::Ask& ask, const StopEvent& stop_event, std::stop_token stop) {
    const SteadyTime began = clock_.steady();
    // Between boundaries a silent meter is asked with as little patience as it is known to need; at each
    // boundary with all of it, in case that it has become slower.
    const Effort effort = !ask.probe                   ? Effort::usual
                          : ask.boundary && !ask.again ? Effort::one_try
                                                       : Effort::quick;
    auto result = poll(ask.instrument, stop_event, effort);
    if (stop.stop_requested()) return;  // incomplete: the next start asks again or stores the gap
    const auto took = std::chrono::ceil<milliseconds>(clock_.steady() - began);
    counters_.busy_milliseconds.add(static_cast<std::uint64_t>(took.count()));
    if (!result) {
        schedule_.unreachable(ask.instrument, clock_.utc());
        note_failure(ask, Quality::line_down, result.error().what);
    } else if (ends_slot(*result)) {
        store_answer(ask, *result, took);
    } else {
        schedule_.failed(ask.instrument, reason_of(*result), clock_.utc(), took);
        note_failure(ask, reason_of(*result), result->trouble);
    }
}

Result<> LineWorker::make_ready(const SerialSettings& settings, const StopEvent& stop_event) {
    if (!channel_->is_open()) {
        if (const auto opened = channel_->open(stop_event); !opened) {
            say(health_.channel_failed(opened.error().what, clock_.steady()), true);
            return opened;
        }
        say(health_.channel_opened(clock_.steady()), false);
    }
    auto used = channel_->use(settings);
    if (!used) {
        channel_->close();
        say(health_.channel_failed(used.error().what, clock_.steady()), true);
    }
    return used;
}

Result<PollResult> LineWorker::poll(std::size_t instrument, const StopEvent& stop_event, Effort effort) {
    counters_.polls.add();
    PolledInstrument& polled = instruments_[instrument];
    if (const auto ready = make_ready(polled.settings, stop_event); !ready) return pass_on(ready.error());
    return polled.meter->poll(*channel_, stop_event, effort, /*record_wire=*/false);
}

void LineWorker::store_answer(const Schedule::Ask& ask, PollResult& result, milliseconds took) {
    const UtcTime taken_at = clock_.utc();
    schedule_.answered(ask.instrument, taken_at, took);
    if (ask.boundary) sweeps_.answered(ask.instrument, ask.slot, taken_at - took, taken_at);
    const auto layouts = instruments_[ask.instrument].meter->layouts();
    const MeterFigures figures = instruments_[ask.instrument].meter->figures();
    for (std::size_t i = 0; i < layouts.size(); ++i) {
        Sample sample{.layout = layouts[i],
                      .slot = ask.slot,
                      .taken_at = taken_at,
                      .epoch = followed_.epoch,
                      .boundary = ask.boundary,
                      .readings = std::move(result.readings[i])};
        snapshot_.with([&](LineSnapshot& s) {
            auto& point = s.points[first_point(ask.instrument) + i];
            point.last = sample;
            point.silent = false;
            point.last_error = result.trouble;
            point.skew = sweeps_.skew(ask.instrument);
            point.figures = figures;
            s.sweep = sweeps_.duration();
            s.sweep_lead = schedule_.lead();
            if (s.down || !s.since) s.since = taken_at;
            s.down = false;
        });
        store_.append(std::move(sample));
    }
    counters_.answered.add();
    say(health_.polled(ask.instrument, true, result.trouble, clock_.steady()), false);
    if (ask.boundary) finish_sweep(ask);
    if (clock_.steady() >= budget_due_) renew_budget();
}

void LineWorker::renew_budget() {
    budget_due_ = clock_.steady() + kBudgetAgain;
    if (instruments_.empty()) return;
    std::vector<InstrumentLoad> loads;
    for (const auto& instrument : instruments_) {
        const auto latency = instrument.meter->figures().latency;
        loads.push_back({.every = instrument.plan.own.every,
                         .cost = instrument.meter->cost(),
                         .latency = latency ? std::optional{latency->p50} : std::nullopt});
    }
    auto budget = budget_of(loads, instruments_.front().plan.boundary.every);
    snapshot_.with([&](LineSnapshot& s) { s.budget = std::move(budget); });
}

void LineWorker::note_failure(const Schedule::Ask& ask, Quality why, const std::string& trouble) {
    counters_.failed.add();
    const UtcTime now = clock_.utc();
    if (why != Quality::line_down) say(health_.polled(ask.instrument, false, trouble, clock_.steady()), true);
    const std::size_t count = instruments_[ask.instrument].meter->layouts().size();
    const MeterFigures figures = instruments_[ask.instrument].meter->figures();
    snapshot_.with([&](LineSnapshot& s) {
        if (!s.since || s.down != health_.line_down()) s.since = now;
        s.down = health_.line_down();
        s.last_error = trouble;
        for (std::size_t i = 0; i < count; ++i) {
            auto& point = s.points[first_point(ask.instrument) + i];
            point.silent = schedule_.silent(ask.instrument);
            point.last_error = trouble;
            point.figures = figures;
        }
    });
}

/// Boundary samples are what the law asks for: once no other instrument of the line waits for this boundary,
/// they go to disk at once.
void LineWorker::finish_sweep(const Schedule::Ask& ask) {
    const auto more = schedule_.next(clock_.utc());
    if (!more || !more->boundary || more->slot != ask.slot) store_.commit_soon();
}

std::unique_ptr<Errand> LineWorker::read_of(const MeterId& meter, ReadDone done) {
    const auto in_vain = line_.response_timeout * 2 * (line_.retries + 1);
    for (std::size_t i = 0; i < instruments_.size(); ++i) {
        PolledInstrument& polled = instruments_[i];
        const auto carries = [&](const LayoutRef& layout) { return layout->meter == meter; };
        if (std::ranges::none_of(polled.meter->layouts(), carries)) continue;
        return std::make_unique<ReadErrand>(*polled.meter, polled.settings, schedule_, i, in_vain,
                                            std::move(done));
    }
    return nullptr;
}

bool LineWorker::run_errand(std::unique_ptr<Errand> errand) {
    if (!errands_.add(std::move(errand))) return false;
    wake_.raise();
    return true;
}

/// False: nothing to do for an errand now.
bool LineWorker::serve_errand(const Schedule* schedule, UtcTime now, bool poll_due,
                              const StopEvent& stop_event) {
    Errand* errand = errands_.due(schedule, now, poll_due);
    if (errand == nullptr) return false;
    const SteadyTime began = clock_.steady();
    const auto own = std::visit([](const auto& channel) { return channel.settings; }, line_.channel);
    const bool pauses = errand->pauses_polling();
    if (pauses) note_pause(true);
    bool more = false;
    if (const auto ready = make_ready(errand->settings().value_or(own), stop_event); ready) {
        more = errand->step(*channel_, stop_event);
    } else {
        errand->give_up(ready.error());
    }
    if (pauses && !(more && errand->pauses_polling())) note_pause(false);
    errands_.stepped(more);
    const auto busy = std::chrono::duration_cast<milliseconds>(clock_.steady() - began);
    counters_.busy_milliseconds.add(static_cast<std::uint64_t>(busy.count()));
    return true;
}

void LineWorker::note_pause(bool paused) {
    if (paused == paused_since_.has_value()) return;
    if (paused) {
        paused_since_ = clock_.steady();
        log::warning("{}",
                     trf("line {}: somebody asks with other settings; polling waits, but for boundaries",
                         "线路 {}：有人以其他参数提问，采集暂停（边界时刻除外）", line_.id.text));
        return;
    }
    const auto lasted = std::chrono::ceil<std::chrono::seconds>(clock_.steady() - *paused_since_);
    paused_since_.reset();
    log::info("{}", trf("line {}: polling goes on after {} s", "线路 {}：采集在 {} 秒后恢复", line_.id.text,
                        lasted.count()));
}

std::vector<MeterId> LineWorker::meters() const {
    std::vector<MeterId> ids;
    for (const auto& instrument : instruments_) {
        for (const LayoutRef& layout : instrument.meter->layouts()) ids.push_back(layout->meter);
    }
    return ids;
}

void LineWorker::say(const std::optional<std::string>& line, bool bad) {
    if (!line) return;
    if (bad) {
        log::warning("{}", *line);
    } else {
        log::info("{}", *line);
    }
}

}  // namespace mg
