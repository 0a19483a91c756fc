#include "gateway/polling/listen_worker.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include <pthread.h>
#include <unistd.h>

#include "gateway/base/language.h"
#include "gateway/base/log.h"
#include "gateway/polling/resume.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

/// A slot that is complete waits no longer than this, and a stop of the other master is seen as fast.
constexpr milliseconds kLook = 250ms;
constexpr SteadyTime::duration kTellEvery = 1s;
/// How long a line waits at most for the disk to know of a new metering point, or of what was heard last.
constexpr milliseconds kOnDisk = 2s;

std::vector<std::string> names_of(const Listener& listener) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < listener.instruments(); ++i)
        names.push_back(listener.layouts(i).front()->meter.text);
    return names;
}

}  // namespace

ListenWorker::ListenWorker(LineOptions line, std::unique_ptr<Channel> channel,
                           std::unique_ptr<Listener> listener, std::vector<SlotPlan> plans,
                           SampleStore& store, ClockWatch& watch, Clock& clock,
                           std::function<void()> progress)
    : line_{std::move(line)},
      channel_{std::move(channel)},
      listener_{std::move(listener)},
      plans_{std::move(plans)},
      store_{store},
      watch_{watch},
      clock_{clock},
      progress_{std::move(progress)},
      tell_{[this](WireFate fate, std::span<const std::uint8_t> bytes) {
          channel_->tap().note(clock_, fate, bytes);
          if (fate == WireFate::wrong) channel_->note_discarded(bytes.size());
      }},
      slots_{plans_, clock.utc()},
      health_{line_.id.text, names_of(*listener_)},
      hearing_{line_.id.text},
      skews_{listener_->instruments()} {
    std::size_t points = 0;
    for (std::size_t i = 0; i < listener_->instruments(); ++i) {
        first_points_.push_back(points);
        points += listener_->layouts(i).size();
    }
    snapshot_.with([&](LineSnapshot& s) { s.points.resize(points); });
    tell_hearing();
}

void ListenWorker::start() {
    thread_ = std::jthread{[this](std::stop_token stop) {
        pthread_setname_np(pthread_self(), ("line-" + line_.id.text).substr(0, 15).c_str());
        run(std::move(stop));
    }};
}

void ListenWorker::join() {
    if (thread_.joinable()) thread_.join();
}

std::vector<MeterId> ListenWorker::meters() const {
    std::vector<MeterId> ids;
    for (std::size_t i = 0; i < listener_->instruments(); ++i) {
        for (const LayoutRef& layout : listener_->layouts(i)) ids.push_back(layout->meter);
    }
    return ids;
}

void ListenWorker::run(std::stop_token stop) {
    const StopEvent stop_event{stop};
    while (!stop.stop_requested()) {
        progress_();
        const bool more = await_bytes(stop_event);
        // Windows that closed meanwhile close without what came after them.
        look(clock_.utc());
        if (more) take_bytes();
        if (clock_.steady() >= tell_due_) tell_hearing();
    }
    channel_->close();
}

void ListenWorker::look(UtcTime now) {
    const auto clock_state = watch_.observe();
    if (clock_state.trust == ClockTrust::untrusted) {
        if (caught_up_) owed_for_ = Quality::clock_step;
        caught_up_ = false;
        return;
    }
    const bool set_ahead = caught_up_ && clock_state.forward_steps != followed_.forward_steps;
    follow_clock(clock_state, now);
    store_what_is_due(now, set_ahead ? Quality::clock_step : Quality::not_asked);
}

/// False: nothing came within kLook.
bool ListenWorker::await_bytes(const StopEvent& stop) {
    if (!channel_->is_open()) {
        if (const auto opened = channel_->open(stop); !opened) {
            lose_channel(opened.error().what);
            clock_.wait_until(clock_.steady() + kLook, stop.token());
            return false;
        }
        say(health_.channel_opened(clock_.steady()), false);
        listener_->begin(clock_.steady());
        hearing_.opened(clock_.steady());
        snapshot_.with([&](LineSnapshot& s) {
            if (s.down || !s.since) s.since = clock_.utc();
            s.down = false;
        });
    }
    const auto ready = channel_->wait_readable(clock_.steady() + kLook, stop);
    if (ready) return true;
    if (ready.error().kind == Failure::session_lost) lose_channel(ready.error().what);
    listener_->settle(clock_.steady(), tell_);
    return false;
}

void ListenWorker::take_bytes() {
    std::array<std::uint8_t, 1024> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const auto got = ::read(channel_->descriptor(), chunk.data(), chunk.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (got <= 0) return lose_channel(std::string{tr("the line was closed", "线路已断开")});
    understand({chunk.data(), static_cast<std::size_t>(got)});
}

void ListenWorker::understand(std::span<const std::uint8_t> bytes) {
    channel_->note_received(bytes.size());
    listener_->take(bytes, clock_.steady(), tell_);
    heard_time_ += channel_->wire_time(bytes.size());
    const auto whole = std::chrono::floor<milliseconds>(heard_time_);
    heard_time_ -= whole;
    counters_.busy_milliseconds.add(static_cast<std::uint64_t>(whole.count()));
}

void ListenWorker::lose_channel(const std::string& why) {
    channel_->close();
    hearing_.closed();
    say(health_.channel_failed(why, clock_.steady()), true);
    snapshot_.with([&](LineSnapshot& s) {
        if (!s.down || !s.since) s.since = clock_.utc();
        s.down = true;
        s.last_error = why;
    });
}

void ListenWorker::follow_clock(const ClockWatch::State& state, UtcTime now) {
    if (!caught_up_) {
        catch_up(now, state.epoch);
    } else if (state.epoch != followed_.epoch) {
        slots_.rewind(now);
    }
    followed_ = state;
}

void ListenWorker::catch_up(UtcTime now, ClockEpoch epoch) {
    // In mid-run what was heard last may not be on disk yet, and the slots owed count from it.
    if (owed_for_ == Quality::clock_step) static_cast<void>(store_.flush(clock_.steady() + kOnDisk));
    bool any_first = false;
    for (std::size_t i = 0; i < listener_->instruments(); ++i) {
        Slot next = plans_[i].first_open(now);
        for (const LayoutRef& layout : listener_->layouts(i)) {
            auto resumed = resume_after_stop(store_, layout->meter, plans_[i], now, epoch, owed_for_);
            if (!resumed) {
                log::error("line {}: {}", line_.id.text, resumed.error().what);
                continue;
            }
            next = std::max(next, resumed->next);
            any_first = any_first || resumed->is_first;
            for (Gap& gap : resumed->gaps) store_.append(std::move(gap));
        }
        slots_.resume(i, next);
    }
    if (any_first) static_cast<void>(store_.flush(clock_.steady() + kOnDisk));
    caught_up_ = true;
}

void ListenWorker::store_what_is_due(UtcTime now, Quality why_unheard) {
    const SteadyTime steady = clock_.steady();
    for (std::size_t i = 0; i < listener_->instruments(); ++i) {
        const auto slot = slots_.waiting(i, now);
        if (!slot) continue;
        auto heard = listener_->heard(i, steady - (now - slot->hears_from));
        if (!heard.complete && !slot->over) continue;
        slots_.stored(i, *slot);
        store(i, *slot, std::move(heard), now);
        if (slot->next < slot->gap_end) {
            for (const LayoutRef& layout : listener_->layouts(i)) {
                store_.append(Gap{.meter = layout->meter,
                                  .from = slot->next,
                                  .to = slot->gap_end,
                                  .reason = why_unheard,
                                  .epoch = followed_.epoch});
            }
        }
        if (slot->boundary && !slots_.is_awaited(slot->slot)) store_.commit_soon();
    }
}

void ListenWorker::store(std::size_t instrument, const HeardSlots::Waiting& slot, HeardReadings heard,
                         UtcTime now) {
    const auto ago = std::chrono::floor<milliseconds>(clock_.steady() - heard.newest);
    const UtcTime taken_at = heard.any ? now - ago : now;
    if (heard.any && slot.boundary) skews_.answered(instrument, slot.slot, taken_at, taken_at);
    if (!heard.any) counters_.missed_slots.add();
    const auto layouts = listener_->layouts(instrument);
    for (std::size_t i = 0; i < layouts.size(); ++i) {
        Sample sample{.layout = layouts[i],
                      .slot = slot.slot,
                      .taken_at = taken_at,
                      .epoch = followed_.epoch,
                      .boundary = slot.boundary,
                      .readings = std::move(heard.readings[i])};
        if (!channel_->is_open()) {
            for (Reading& reading : sample.readings) {
                if (reading.quality == Quality::not_asked) reading.quality = Quality::line_down;
            }
        }
        note(instrument, sample, i);
        store_.append(std::move(sample));
    }
    const std::string trouble{heard.any ? std::string_view{}
                                        : tr("the other master did not read it", "其他主站没有读它")};
    if (channel_->is_open()) say(health_.polled(instrument, heard.any, trouble, clock_.steady()), !heard.any);
}

void ListenWorker::note(std::size_t instrument, const Sample& sample, std::size_t layout) {
    const auto missing = static_cast<std::size_t>(std::ranges::count_if(
        sample.readings, [](const Reading& reading) { return reading.quality == Quality::not_asked; }));
    snapshot_.with([&](LineSnapshot& s) {
        auto& point = s.points[first_points_[instrument] + layout];
        point.silent = sample.missing();
        if (!sample.missing()) point.last = sample;
        point.last_error = missing == 0 ? std::string{}
                                        : trf("{} of {} points not heard", "{1} 个测点中 {0} 个未听到",
                                              missing, sample.readings.size());
        point.skew = skews_.skew(instrument);
    });
}

void ListenWorker::count_exchanges() {
    MeterFigures sum;
    for (std::size_t i = 0; i < listener_->instruments(); ++i) {
        const auto figures = listener_->figures(i);
        sum.asked += figures.asked;
        sum.answered += figures.answered;
        sum.timeouts += figures.timeouts + figures.corrupt + figures.exceptions;
    }
    counters_.polls.add(sum.asked - counters_.polls.value());
    counters_.answered.add(sum.answered - counters_.answered.value());
    counters_.failed.add(sum.timeouts - counters_.failed.value());
}

void ListenWorker::tell_hearing() {
    tell_due_ = clock_.steady() + kTellEvery;
    const auto figures = listener_->figures();
    const auto said =
        hearing_.look(channel_->counters().bytes_received.value(), figures.sound(), clock_.steady());
    say(said, !hearing_.trouble().empty());
    count_exchanges();
    LineHearing hearing{.figures = figures, .trouble = hearing_.trouble(), .never_asked = {}};
    std::vector<MeterFigures> of_instruments;
    for (std::size_t i = 0; i < listener_->instruments(); ++i) {
        of_instruments.push_back(listener_->figures(i));
        auto points = listener_->never_asked(i);
        if (points.empty()) continue;
        for (const LayoutRef& layout : listener_->layouts(i)) {
            LineHearing::NeverAsked never{.meter = layout->meter, .everything = false, .points = {}};
            for (const LayoutPoint& point : layout->points) {
                if (std::ranges::find(points, point.id) != points.end()) never.points.push_back(point.id);
            }
            never.everything = never.points.size() == layout->points.size();
            if (!never.points.empty()) hearing.never_asked.push_back(std::move(never));
        }
    }
    snapshot_.with([&](LineSnapshot& s) {
        s.hearing = std::move(hearing);
        if (!s.down) s.last_error = s.hearing->trouble;
        for (std::size_t i = 0; i < of_instruments.size(); ++i) {
            for (std::size_t p = 0; p < listener_->layouts(i).size(); ++p)
                s.points[first_points_[i] + p].figures = of_instruments[i];
        }
    });
}

void ListenWorker::say(const std::optional<std::string>& line, bool bad) {
    if (!line) return;
    if (bad) {
        log::warning("{}", *line);
    } else {
        log::info("{}", *line);
    }
}

}  // namespace mg
