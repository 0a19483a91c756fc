#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/unit/polling/plant_years.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

const UtcTime kMidnight = sys_days{year{2026} / 11 / 21} + 16h;

/// Runs a schedule against simulated meters and judges what it does.
class Years {
public:
    Years(std::uint32_t seed, UtcTime from, UtcTime to)
        : lives_{seed, from, to},
          schedule_{lives_.plans(), from},
          began_{from},
          now_{from},
          end_{to},
          expected_(lives_.meters.size(), Slot{from}),
          last_good_(lives_.meters.size(), from),
          failed_in_(lives_.meters.size()) {}

    void run() {
        while (now_ < end_ && !testing::Test::HasFailure()) {
            for (const auto& missed : schedule_.close_windows(now_)) account_missed(missed);
            const auto ask = schedule_.next(now_);
            if (!ask) {
                probed_last_ = false;
                now_ = std::max(schedule_.wake_at(now_), now_ + 1ms);
            } else {
                do_ask(*ask);
            }
        }
        judge_share();
    }

    std::uint64_t asks{0};
    std::uint64_t returns{0};
    std::uint64_t read_early{0};

private:
    void do_ask(const Schedule::Ask& ask) {
        ++asks;
        EXPECT_LT(now_, lives_.meters[ask.instrument].plan.window_end(ask.slot));
        const auto i = ask.instrument;
        const auto& life = lives_.meters[i];
        const auto& phase = life.at(now_);
        const bool live_waits = somebody_else_waits(i);
        if (ask.probe) {
            EXPECT_FALSE(probed_last_ && live_waits) << "two probes in a row while somebody waits";
        }
        probed_last_ = ask.probe;
        if (phase.dead) {
            const auto took = ask.probe ? lives_.probe : lives_.in_vain;
            if (ask.probe && live_waits && (!ask.boundary || ask.again)) probes_that_delay_ += took;
            now_ += took;
            if (ask.boundary) lost_[ask.slot.at] += took;
            failed_in_[i] = ask.slot;
            schedule_.failed(i, Quality::no_reply, now_, took);
            return;
        }
        const auto took = phase.slow ? life.slow : life.good;
        now_ += took;
        judge_answer(ask);
        schedule_.answered(i, now_, took);
    }

    [[nodiscard]] bool somebody_else_waits(std::size_t i) const {
        for (std::size_t other = 0; other < expected_.size(); ++other) {
            const bool pauses = failed_in_[other] == expected_[other];
            if (other != i && !schedule_.silent(other) && !pauses && expected_[other].at <= now_) return true;
        }
        return false;
    }

    void judge_answer(const Schedule::Ask& ask) {
        const auto i = ask.instrument;
        const auto& life = lives_.meters[i];
        ASSERT_EQ(ask.slot, expected_[i]) << "a slot read twice, or passed over";
        expected_[i] = life.plan.after(ask.slot.at);
        if (ask.boundary && !ask.again && !ask.probe) {
            // How long a sweep takes is known from the second on.
            if (ask.slot.at > began_ + 15min) {
                EXPECT_LE(now_ - ask.slot.at, 30s + std::max(lost_[ask.slot.at] - 3s, 0ms))
                    << "instrument " << i;
            }
            if (now_ < ask.slot.at) ++read_early;
            EXPECT_GE(now_ - ask.slot.at, -30s) << "instrument " << i;
            auto& last = reached_[ask.slot.at];
            EXPECT_LE(last, i + 1) << "out of order";
            last = i + 1;
            if (reached_.size() > 4) reached_.erase(reached_.begin());
        }
        // One that returned: within 120 s or at its next slot, but no later than at the next boundary.
        const auto& phase = life.at(now_);
        if (phase.from > last_good_[i]) {
            ++returns;
            const UtcTime own = std::max(phase.from + 120s, life.plan.after(phase.from).at + 60s);
            const UtcTime boundary = life.plan.boundary.after(phase.from).at + 60s;
            EXPECT_LE(now_, std::min(own, boundary) + 2s)
                << "instrument " << i << " was back at " << (phase.from - kMidnight).count();
        }
        last_good_[i] = now_;
    }

    void account_missed(const Schedule::Missed& missed) {
        const auto i = missed.instrument;
        const auto& life = lives_.meters[i];
        ASSERT_EQ(missed.slot, expected_[i]);
        const UtcTime closes = life.plan.window_end(missed.slot);
        // Only who was dead in the window, or so shortly before that nobody can know that he is back.
        EXPECT_FALSE(life.alive(missed.slot.at - 120s, closes))
            << "instrument " << i << " of " << expected_.size() << " was alive "
            << (missed.slot.at - kMidnight).count();
        expected_[i] = missed.gap_end;
        EXPECT_EQ(missed.gap_end, missed.next) << "slots passed at a stroke";
    }

    void judge_share() const {
        const auto share =
            static_cast<double>(probes_that_delay_.count()) / static_cast<double>((end_ - began_).count());
        EXPECT_LE(share, 1.05 * Schedule::kProbeShare);
    }

    SimulatedLives lives_;
    Schedule schedule_;
    UtcTime began_;
    UtcTime now_;
    UtcTime end_;
    std::vector<Slot> expected_;
    std::vector<UtcTime> last_good_;
    std::vector<Slot> failed_in_;
    std::map<UtcTime, std::size_t> reached_;  ///< one past the last instrument, by boundary
    std::map<UtcTime, milliseconds> lost_;    ///< to instruments that did not answer, by boundary
    milliseconds probes_that_delay_{0};
    bool probed_last_{false};
};

TEST(ScheduleYears, NobodyStarvesInAThousandDaysWithDeadSlowAndReturningMeters) {
    std::uint64_t asks = 0;
    std::uint64_t returns = 0;
    std::uint64_t read_early = 0;
    for (std::uint32_t line = 1; line <= 50; ++line) {
        SCOPED_TRACE(line);
        Years years{line, kMidnight, kMidnight + 20 * 24h};
        years.run();
        asks += years.asks;
        returns += years.returns;
        read_early += years.read_early;
        if (HasFailure()) return;
    }
    EXPECT_GT(asks, 1'000'000U);
    EXPECT_GT(returns, 500U);
    EXPECT_GT(read_early, 10'000U);
}

/// As fast as possible: 32 meters of a line that never rests, 8 of them dead.
struct RestlessLine {
    static constexpr auto kPoll = 150ms;
    static constexpr auto kProbe = 1000ms;

    explicit RestlessLine(std::size_t dead) : dead_from{32 - dead} {}
    /// Time between two polls of one live meter.
    double live_sweep(milliseconds length) {
        const UtcTime end = now + length;
        const auto before = good.at(0);
        while (now < end) step();
        for (std::size_t i = 1; i < dead_from; ++i) {
            // Each boundary sweep reads some meters out of turn.
            EXPECT_NEAR(static_cast<double>(good[i]), static_cast<double>(good[0]), 12.0) << "meter " << i;
        }
        return static_cast<double>(length.count()) / static_cast<double>(good[0] - before);
    }
    void step() {
        schedule.close_windows(now);
        const auto ask = schedule.next(now);
        if (!ask) {
            now = std::max(schedule.wake_at(now), now + 1ms);
            return;
        }
        const bool is_dead = ask->instrument >= dead_from;
        const milliseconds took = is_dead ? (ask->probe ? kProbe : 2 * kProbe) : kPoll;
        now += took;
        if (is_dead) {
            schedule.failed(ask->instrument, Quality::no_reply, now, took);
        } else {
            ++good[ask->instrument];
            schedule.answered(ask->instrument, now, took);
        }
    }

    std::size_t dead_from;
    UtcTime now{kMidnight};
    Schedule schedule{std::vector<SlotPlan>(32, {.own = {.every = 1s, .utc_offset = 8h},
                                                 .boundary = {.every = 15min, .utc_offset = 8h}}),
                      kMidnight};
    std::vector<std::uint64_t> good = std::vector<std::uint64_t>(32);
};

TEST(RestlessLine, EachMeterHasItsTurnThoughThereIsMoreToDoThanTheLineCan) {
    RestlessLine line{0};
    EXPECT_NEAR(line.live_sweep(2h), 32 * 150.0, 15.0);
}

TEST(RestlessLine, AQuarterOfDeadMetersCostsTheLiveOnesATenthAtMost) {
    RestlessLine line{8};
    line.live_sweep(10min);  // it takes three asks of each to know that it is dead
    EXPECT_LE(line.live_sweep(2h), 1.10 * 24 * 150.0);
}

TEST(Schedule, ASilentInstrumentIsNotStarvedByBoundariesThatFollowOneAnother) {
    // given: a boundary each second, and a probe that takes two
    const SlotPlan plan{.own = {.every = 1s, .utc_offset = 8h}, .boundary = {.every = 1s, .utc_offset = 8h}};
    Schedule schedule{std::vector{plan, plan}, kMidnight};
    UtcTime now = kMidnight;
    UtcTime last = now;
    while (now < kMidnight + 30min) {
        schedule.close_windows(now);
        const auto ask = schedule.next(now);
        if (!ask) {
            now = std::max(schedule.wake_at(now), now + 1ms);
        } else if (ask->instrument == 0) {
            now += 100ms;
            schedule.answered(0, now, 100ms);
        } else {
            EXPECT_LE(now - last, 62s);
            last = now;
            now += 2s;
            schedule.failed(1, Quality::no_reply, now, 2s);
        }
    }
    EXPECT_GE(last, kMidnight + 28min);
}

TEST(RestlessLine, AMeterThatReturnsIsReadWithin120Seconds) {
    for (int second = 0; second < 120; second += 7) {
        RestlessLine line{8};
        line.live_sweep(16min + 1s * second);
        const UtcTime back = line.now;
        line.dead_from = 32;
        while (line.good[31] == 0 && line.now < back + 10min) line.step();
        EXPECT_LE(line.now - back, 120s) << second;
    }
}

/// One live meter that always waits, from `restless` on; the others are silent.
struct OneLive {
    OneLive(std::size_t dead, milliseconds probe_length, UtcTime restless)
        : schedule{plans(dead), kMidnight + 1s}, probe{probe_length} {
        schedule.resume(0, {restless});
    }
    static std::vector<SlotPlan> plans(std::size_t dead) {
        std::vector<SlotPlan> all(1 + dead, {.own = {.every = 60s, .utc_offset = 8h},
                                             .boundary = {.every = 15min, .utc_offset = 8h}});
        all.front().own.every = 1s;
        return all;
    }
    /// Time that went to probes.
    milliseconds probe_until(UtcTime end) {
        milliseconds sum{0};
        while (now < end) {
            schedule.close_windows(now);
            const auto ask = schedule.next(now);
            if (!ask) {
                now = std::max(schedule.wake_at(now), now + 1ms);
            } else if (ask->instrument == 0) {
                now += 1500ms;
                schedule.answered(0, now, 1500ms);
            } else {
                longest_pause = std::max(longest_pause, now - last);
                if (ask->boundary) asked_at[ask->slot.at].insert(ask->instrument);
                now += probe;
                last = now;
                sum += probe;
                schedule.failed(ask->instrument, Quality::no_reply, now, probe);
            }
        }
        return sum;
    }

    Schedule schedule;
    milliseconds probe;
    UtcTime now{kMidnight + 1s};
    UtcTime last{now};
    milliseconds longest_pause{0};
    std::map<UtcTime, std::set<std::size_t>> asked_at;  ///< by boundary
};

TEST(Schedule, EachSilentMeterIsAskedAtEachBoundaryWhateverProbesHaveCost) {
    OneLive line{10, 2s, kMidnight};
    line.probe_until(kMidnight + 2h);

    EXPECT_EQ(line.asked_at.size(), 8U);
    for (const auto& [boundary, asked] : line.asked_at)
        EXPECT_EQ(asked.size(), 10U) << (boundary - kMidnight).count();
}

TEST(Schedule, WhatAQuietNightSavedIsNotSpentOnProbesInOneGo) {
    // given: ten silent meters beside one that rests for six hours, and then always waits
    const UtcTime morning = kMidnight + 6h + 1min;
    OneLive line{10, 2s, morning};
    line.probe_until(morning);

    const auto probes = line.probe_until(morning + 12min);

    EXPECT_LE(probes, 0.07 * 12min + 0.07 * 1min + 2s);
}

TEST(Schedule, ASingleSilentMeterIsAskedOnceAMinuteWhateverItCosts) {
    OneLive line{1, 10s, kMidnight};
    line.probe_until(kMidnight + 10min);
    line.longest_pause = 0s;

    line.probe_until(kMidnight + 2h);

    EXPECT_LE(line.longest_pause, 62s);
}

}  // namespace
}  // namespace mg
