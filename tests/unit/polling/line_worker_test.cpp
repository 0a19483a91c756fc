#include "gateway/polling/line_worker.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/polling/simulated_plant.h"

namespace mg {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

const UtcTime kMidnight = sys_days{year{2026} / 11 / 21} + 16h;

using Plant = SimulatedPlant;

void expect_every_slot(const std::map<UtcTime, Quality>& slots, UtcTime from, UtcTime to,
                       milliseconds every) {
    for (UtcTime at = from; at < to; at += every) {
        EXPECT_TRUE(slots.contains(at))
            << "slot " << (at - kMidnight).count() << " ms after midnight is unaccounted for";
    }
}

TEST(LineWorker, EverySlotOfADayIsStoredOnce) {
    Plant plant{kMidnight};
    plant.add("a", 60s);
    plant.add("b", 15min);
    plant.run_until(kMidnight + 24h);
    EXPECT_EQ(plant.slots("a", 60s).size(), 24U * 60);
    EXPECT_EQ(plant.slots("b", 15min).size(), 24U * 4);
    EXPECT_EQ(plant.store.stats().duplicates, 0U);
}

TEST(LineWorker, ANewMeteringPointIsMarkedOnceBeforeItsFirstPoll) {
    Plant plant{kMidnight};
    plant.add("a", 60s);
    plant.add("b", 10s);
    plant.run_until(kMidnight + 5min);
    const auto items = plant.store.items();
    ASSERT_GE(items.size(), 3U);
    EXPECT_EQ(std::get<StoredGap>(items[0]).gap,
              (Gap{{"a"}, {kMidnight - 60s}, {kMidnight}, Quality::before_start, 0}));
    EXPECT_EQ(std::get<StoredGap>(items[1]).gap,
              (Gap{{"b"}, {kMidnight - 10s}, {kMidnight}, Quality::before_start, 0}));
    EXPECT_EQ(plant.since_start().size(), items.size() - 2);
}

TEST(LineWorker, EveryIndexIsReadAtEachBoundary) {
    Plant plant{kMidnight};
    plant.add("slow", 24h);
    plant.run_until(kMidnight + 1h);
    const auto slots = plant.slots("slow", 15min);
    EXPECT_EQ(slots.size(), 4U);
    for (const StoredItem& item : plant.since_start())
        EXPECT_TRUE(std::get<StoredSample>(item).sample.boundary);
}

TEST(LineWorker, ADeadMeterNeitherHidesItsSlotsNorThoseOfItsNeighbours) {
    // given: a dead meter that costs two seconds a try, and a healthy one on the same line
    Plant plant{kMidnight};
    auto& dead = plant.add("dead", 10s, 2s);
    dead.answer = [](UtcTime) { return Quality::no_reply; };
    plant.add("alive", 10s);
    // when
    plant.run_until(kMidnight + 1h);
    // then
    const auto of_dead = plant.slots("dead", 10s);
    expect_every_slot(of_dead, kMidnight, kMidnight + 59min, 10s);
    for (const auto& [at, quality] : of_dead) EXPECT_FALSE(has_value(quality));
    EXPECT_EQ(of_dead.at(kMidnight + 15min), Quality::no_reply);  // boundaries are always asked
    const auto of_alive = plant.slots("alive", 10s);
    for (const auto& [at, quality] : of_alive) EXPECT_EQ(quality, Quality::good);
    EXPECT_EQ(of_alive.size(), 360U);
    EXPECT_TRUE(plant.snapshot.points[0].silent);
}

TEST(LineWorker, AMeterThatAnswersWithinTheWindowIsNotMissing) {
    Plant plant{kMidnight};
    auto& meter = plant.add("late", 60s);
    meter.answer = [](UtcTime now) { return now - kMidnight < 20s ? Quality::no_reply : Quality::good; };
    plant.run_until(kMidnight + 2min);
    EXPECT_EQ(plant.slots("late", 60s).at(kMidnight), Quality::good);
    EXPECT_EQ(plant.store.stats().superseded, 0U);  // no "missing" was written before the window closed
}

TEST(LineWorker, ALineThatCannotBeOpenedStoresTheReasonAndRecovers) {
    Plant plant{kMidnight};
    plant.channel->can_open = [&] { return plant.clock.utc() >= kMidnight + 10min; };
    plant.add("a", 60s);
    plant.run_until(kMidnight + 20min);
    const auto slots = plant.slots("a", 60s);
    EXPECT_EQ(slots.at(kMidnight + 5min), Quality::line_down);
    EXPECT_EQ(slots.at(kMidnight + 15min), Quality::good);
    expect_every_slot(slots, kMidnight, kMidnight + 19min, 60s);
}

TEST(LineWorker, ALineThatComesBackLosesNoSlotAfterThat) {
    Plant plant{kMidnight};
    plant.channel->can_open = [&] { return plant.clock.utc() >= kMidnight + 10min + 12s; };
    plant.add("a", 10s);
    plant.run_until(kMidnight + 14min);

    const auto slots = plant.slots("a", 10s);

    EXPECT_EQ(slots.at(kMidnight + 10min), Quality::line_down);
    for (auto at = kMidnight + 10min + 10s; at < kMidnight + 14min; at += 10s) {
        EXPECT_EQ(slots.at(at), Quality::good) << (at - kMidnight).count() << " ms after midnight";
    }
}

TEST(LineWorker, ABoundaryIsReadThoughTheLineComesBackInItsWindow) {
    Plant plant{kMidnight};
    plant.channel->can_open = [&] { return plant.clock.utc() >= kMidnight + 45min + 3s; };
    plant.add("a", 15min);
    plant.run_until(kMidnight + 50min);

    EXPECT_EQ(plant.slots("a", 15min).at(kMidnight + 30min), Quality::line_down);
    EXPECT_EQ(plant.slots("a", 15min).at(kMidnight + 45min), Quality::good);
}

TEST(LineWorker, AClockSetAheadLeavesOneGapPerMeter) {
    Plant plant{kMidnight};
    plant.add("a", 10s);
    bool stepped = false;
    plant.each_round = [&](UtcTime now) {
        if (now < kMidnight + 5min || stepped) return;
        stepped = true;
        plant.clock.step_wall(1h);
    };
    plant.run_until(kMidnight + 1h + 10min);
    std::size_t gaps = 0;
    for (const StoredItem& item : plant.since_start()) {
        if (const auto* gap = std::get_if<StoredGap>(&item)) {
            ++gaps;
            EXPECT_EQ(gap->gap.reason, Quality::clock_step);
        }
    }
    EXPECT_EQ(gaps, 1U);
    expect_every_slot(plant.slots("a", 10s), kMidnight, kMidnight + 1h + 9min, 10s);
}

TEST(LineWorker, AClockSetBackSupersedesTheSlotsOfTheOldEpoch) {
    Plant plant{kMidnight};
    plant.add("a", 60s);
    bool stepped = false;
    plant.each_round = [&](UtcTime now) {
        if (now < kMidnight + 30min + 5s || stepped) return;
        stepped = true;
        plant.clock.step_wall(-20min);
    };
    plant.run_until(kMidnight + 40min);
    std::map<UtcTime, std::uint32_t> latest;
    for (const StoredItem& item : plant.since_start()) {
        const auto& stored = std::get<StoredSample>(item);
        latest[stored.sample.slot.at] = stored.revision;
        if (stored.revision > 0) {
            EXPECT_EQ(stored.sample.epoch, 1U);
        }
    }
    EXPECT_EQ(latest.at(kMidnight + 5min), 0U);
    EXPECT_EQ(latest.at(kMidnight + 20min), 1U);
    EXPECT_EQ(latest.at(kMidnight + 35min), 0U);
}

TEST(LineWorker, NothingIsStoredWhileTheClockSays1970) {
    Plant plant{UtcTime{} + 10s};
    plant.add("a", 1s);
    plant.run_until(UtcTime{} + 10min);
    EXPECT_TRUE(plant.store.items().empty());
}

TEST(LineWorker, WhatWasReadBeforeTheClockWasRightGetsItsSlotsThen) {
    // given: a run that ends at 00:10, and a power cut
    Plant plant{kMidnight};
    plant.clock.set_synchronised(false);
    plant.add("a", 60s);
    plant.add("b", 15min);
    plant.run_until(kMidnight + 10min);
    plant.channel = std::make_unique<SimulatedChannel>();
    plant.add("a", 60s).answer = [](UtcTime at) {
        // Of its fourth minute nothing was heard.
        return at >= UtcTime{} + 4min && at < UtcTime{} + 5min ? Quality::no_reply : Quality::good;
    };
    plant.add("b", 15min);
    // when: the box boots in 1970 at what is 00:12:20 in truth, and is set right at 00:42:20
    const UtcTime boot = kMidnight + 12min + 20s;
    plant.clock.step_wall(UtcTime{} - plant.clock.utc());
    bool set = false;
    plant.each_round = [&](UtcTime now) {
        if (set || now < UtcTime{} + 30min) return;
        set = true;
        plant.clock.step_wall(boot - UtcTime{});
    };
    plant.run_until(kMidnight + 50min);
    // then
    const auto a = plant.slots("a", 60s);
    expect_every_slot(a, kMidnight, kMidnight + 50min, 60s);
    EXPECT_EQ(a.at(kMidnight + 10min), Quality::stopped);
    EXPECT_EQ(a.at(kMidnight + 11min), Quality::stopped);
    EXPECT_EQ(a.at(kMidnight + 12min), Quality::good);
    EXPECT_EQ(a.at(kMidnight + 16min), Quality::clock_step);
    EXPECT_EQ(a.at(kMidnight + 41min), Quality::good);
    EXPECT_EQ(std::ranges::count(a, Quality::good, [](const auto& slot) { return slot.second; }), 50 - 3);
    // Each value, the second of its poll, lies in the window of its slot.
    for (const StoredItem& item : plant.since_start()) {
        const auto* stored = std::get_if<StoredSample>(&item);
        if (stored == nullptr || !has_value(stored->sample.readings[0].quality)) continue;
        EXPECT_GE(stored->sample.taken_at, stored->sample.slot.at);
        EXPECT_LT(stored->sample.taken_at, stored->sample.slot.at + 60s);
    }
    const auto b = plant.slots("b", 15min);
    EXPECT_EQ(b.at(kMidnight + 15min), Quality::good);
    EXPECT_EQ(b.at(kMidnight + 30min), Quality::good);
    EXPECT_EQ(plant.store.clock_book().held_counts("")->of_this_boot, 0U);
}

TEST(LineWorker, AClockThatIsSetTo1970InMidRunLosesNothingThatWasRead) {
    Plant plant{kMidnight};
    plant.clock.set_synchronised(false);
    plant.add("a", 60s);
    int steps = 0;
    UtcTime truth = kMidnight + 10min + 30s;
    plant.each_round = [&](UtcTime now) {
        if (steps == 0 && now >= truth) {
            ++steps;
            truth = now;
            plant.clock.step_wall(UtcTime{} - now);
        } else if (steps == 1 && now >= UtcTime{} + 20min) {
            ++steps;
            plant.clock.step_wall(truth - UtcTime{});
        }
    };
    plant.run_until(kMidnight + 45min);
    const auto slots = plant.slots("a", 60s);
    expect_every_slot(slots, kMidnight, kMidnight + 45min, 60s);
    EXPECT_EQ(std::ranges::count(slots, Quality::good, [](const auto& slot) { return slot.second; }), 45);
}

TEST(LineWorker, AStopBecomesAGapAndTheOpenWindowIsStillRead) {
    // given: a run that ends at 00:10
    Plant plant{kMidnight};
    plant.add("a", 60s);
    plant.run_until(kMidnight + 10min + 30s);
    // when: it starts again at 01:00:20, inside the window of the 01:00 boundary
    plant.clock.advance(50min - 10s);
    plant.channel = std::make_unique<SimulatedChannel>();
    plant.add("a", 60s);
    plant.run_until(kMidnight + 70min);
    // then
    const auto slots = plant.slots("a", 60s);
    expect_every_slot(slots, kMidnight, kMidnight + 70min, 60s);
    EXPECT_EQ(slots.at(kMidnight + 11min), Quality::stopped);
    EXPECT_EQ(slots.at(kMidnight + 59min), Quality::stopped);
    EXPECT_EQ(slots.at(kMidnight + 60min), Quality::good);
}

TEST(LineWorker, AShortSweepBeginsAtItsBoundaryInTheOrderOfConfiguration) {
    Plant plant{kMidnight};
    for (const auto* id : {"a", "b", "c"}) plant.add(id, 15min, 2s);
    plant.run_until(kMidnight + 31min);

    for (std::size_t i = 0; i < 3; ++i) {
        const auto& skew = plant.snapshot.points[i].skew;
        ASSERT_TRUE(skew);
        EXPECT_EQ(skew->at_last, 2s * (i + 1));
        EXPECT_EQ(skew->change, 0ms);
    }
    EXPECT_EQ(plant.snapshot.sweep, 6s);
    EXPECT_EQ(plant.snapshot.sweep_lead, 0ms);
}

TEST(LineWorker, ALongSweepBeginsBeforeItsBoundaryAndWhatItReadsIsTheBoundarys) {
    // given: 20 meters of 2 s each, so 40 s for all
    Plant plant{kMidnight + 1s};
    for (int i = 0; i < 20; ++i) plant.add(fmt::format("m{}", i), 15min, 2s);
    // when
    plant.run_until(kMidnight + 46min);
    // then: every index lies within 30 s of its boundary, once the length of a sweep is known
    for (int i = 0; i < 20; ++i) EXPECT_EQ(plant.slots(fmt::format("m{}", i), 15min).size(), 4U) << i;
    std::size_t before = 0;
    for (const StoredItem& item : plant.since_start()) {
        const Sample& sample = std::get<StoredSample>(item).sample;
        EXPECT_TRUE(sample.boundary);
        if (sample.slot.at == kMidnight) continue;
        EXPECT_LE(sample.taken_at - sample.slot.at, 30s);
        EXPECT_GE(sample.taken_at - sample.slot.at, -30s);
        if (sample.taken_at < sample.slot.at) ++before;
    }
    EXPECT_GE(before, 3U * 5);
    EXPECT_EQ(plant.snapshot.sweep, 40s);
    EXPECT_GT(plant.snapshot.sweep_lead, 10s);
    for (const auto& point : plant.snapshot.points) EXPECT_EQ(point.skew->change, 0ms);
}

TEST(LineWorker, ASilentMeterComesLastInTheSweepSoThatTheOthersKeepTheirSkew) {
    Plant plant{kMidnight};
    auto& dead = plant.add("dead", 60s, 2s);
    dead.answer = [](UtcTime) { return Quality::no_reply; };
    plant.add("alive", 60s, 1s);
    plant.run_until(kMidnight + 31min);

    EXPECT_EQ(plant.snapshot.points[1].skew->at_last, 1s);
    EXPECT_EQ(plant.snapshot.points[1].skew->change, 0ms);
    EXPECT_EQ(plant.slots("dead", 60s).at(kMidnight + 30min), Quality::no_reply);
}

TEST(LineWorker, AReadOnDemandNeverDelaysABoundarySweep) {
    // given: a sweep of 20 s, and a read that is asked for just before and in the middle of it
    Plant plant{kMidnight + 1s};
    for (int i = 0; i < 10; ++i) plant.add(fmt::format("m{}", i), 15min, 2s);
    std::vector<UtcTime> served;
    std::size_t asked = 0;
    plant.each_round = [&](UtcTime now) {
        const std::array when{kMidnight + 15min - 1s, kMidnight + 15min + 5s};
        if (asked == when.size() || now < when[asked]) return;
        ++asked;
        EXPECT_TRUE(plant.read("m0", [&](const auto& read, auto) {
            EXPECT_TRUE(read);
            served.push_back(plant.clock.utc());
        }));
    };
    // when
    plant.run_until(kMidnight + 16min);
    // then
    EXPECT_EQ(plant.snapshot.points[9].skew->at_last, 20s);
    ASSERT_EQ(served.size(), 2U);
    EXPECT_EQ(served[0], kMidnight + 15min + 22s);
    EXPECT_EQ(served[1], kMidnight + 15min + 24s);
}

TEST(LineWorker, AReadOnDemandWaitsTenSecondsAtMostOnALineThatNeverRests) {
    Plant plant{kMidnight + 1min};
    for (int i = 0; i < 10; ++i) plant.add(fmt::format("m{}", i), 1s, 300ms);
    const UtcTime asked_at = kMidnight + 2min;
    std::vector<UtcTime> served;
    bool asked = false;
    plant.each_round = [&](UtcTime now) {
        if (asked || now < asked_at) return;
        asked = true;
        for (int i = 0; i < 3; ++i)
            plant.read("m0", [&](const auto&, auto) { served.push_back(plant.clock.utc()); });
    };
    plant.run_until(kMidnight + 3min);

    ASSERT_EQ(served.size(), 3U);
    EXPECT_LE(served[0] - asked_at, 11s);
    EXPECT_GE(served[0] - asked_at, 10s);
    EXPECT_GE(served[1] - served[0], 600ms);  // others in between
    EXPECT_LE(served[2] - asked_at, 13s);
}

TEST(LineWorker, AReadOnDemandIsNotStarvedByBoundariesThatFollowOneAnother) {
    Plant plant{kMidnight};
    plant.boundary = 10s;
    for (int i = 0; i < 10; ++i) plant.add(fmt::format("m{}", i), 10s, 1s);
    std::optional<UtcTime> served;
    bool asked = false;
    plant.each_round = [&](UtcTime) {
        if (asked) return;
        asked = true;
        plant.read("m0", [&](const auto&, auto) { served = plant.clock.utc(); });
    };
    plant.run_until(kMidnight + 3min);

    ASSERT_TRUE(served);
    EXPECT_LE(*served - kMidnight, 93s);
}

}  // namespace
}  // namespace mg
