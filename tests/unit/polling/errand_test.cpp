#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

#include "gateway/polling/line_worker.h"
#include "tests/unit/polling/simulated_plant.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr milliseconds kStep = 500ms;
const UtcTime kNoon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 4h;

struct Told {
    std::vector<UtcTime> steps;
    std::string given_up;
    SerialSettings asked;
};

/// So many steps of half a second, each noted.
class NotedErrand final : public Errand {
public:
    NotedErrand(FakeClock& clock, Told& told, int steps, bool pauses = false)
        : clock_{clock}, told_{told}, left_{steps}, pauses_{pauses} {}
    [[nodiscard]] bool pauses_polling() const override { return pauses_; }
    [[nodiscard]] milliseconds longest_step() const override { return kStep; }
    [[nodiscard]] std::optional<SerialSettings> settings() const override { return std::nullopt; }
    bool step(Channel&, const StopEvent&) override {
        told_.steps.push_back(clock_.utc());
        clock_.advance(kStep);
        return --left_ > 0;
    }
    void give_up(const Error& why) override { told_.given_up = why.what; }

private:
    FakeClock& clock_;
    Told& told_;
    int left_;
    bool pauses_;
};

/// A line with meters and errands that are there from the start.
struct LineWithErrand : testing::Test {
    SimulatedPlant plant{kNoon - 1min};
    Told told;

    /// Once, from within each_round.
    void begin(int steps) {
        if (std::exchange(begun_, true)) return;
        EXPECT_TRUE(plant.running->run_errand(std::make_unique<NotedErrand>(plant.clock, told, steps)));
    }

    void run_until(UtcTime until, int steps) {
        plant.each_round = [this, steps](UtcTime) { begin(steps); };
        plant.run_until(until);
    }

private:
    bool begun_{false};
};

TEST_F(LineWithErrand, PollsGoFirstAndWaitForOneStepAtMost) {
    plant.add("a", 1s, 50ms);
    plant.add("b", 1s, 50ms);

    run_until(kNoon + 1min, 100);

    EXPECT_EQ(told.steps.size(), 100U);
    EXPECT_EQ(plant.missed, 0U);
    EXPECT_LE(plant.worst_delay(), kStep + 100ms);
}

TEST_F(LineWithErrand, NoStepReachesIntoABoundarySweep) {
    for (const char* id : {"a", "b", "c"}) plant.add(id, 15min, 2s);

    run_until(kNoon + 30s, 1000);

    ASSERT_FALSE(told.steps.empty());
    for (const UtcTime at : told.steps)
        EXPECT_TRUE(at + kStep <= kNoon || at >= kNoon + 6s) << (at - kNoon).count();
    EXPECT_GE(told.steps.back(), kNoon + 6s) << "it goes on behind the sweep";
}

TEST_F(LineWithErrand, ALineThatIsNeverIdleStillGetsOneStepEveryTenSeconds) {
    plant.add("a", 1s, 700ms);
    plant.add("b", 1s, 700ms);

    run_until(kNoon, 1000);

    EXPECT_GE(told.steps.size(), 4U);
    EXPECT_LE(told.steps.size(), 7U);
}

TEST_F(LineWithErrand, ASilentMeterIsStillProbed) {
    // given: a meter that is silent from the start, and more steps than there is time
    int probes = 0;
    plant.add("dead", 10s, 1s).answer = [&](UtcTime) {
        ++probes;
        return Quality::no_reply;
    };

    run_until(kNoon + 14min, 10'000);

    EXPECT_GE(probes, 12) << "once a minute at least";
    EXPECT_GT(told.steps.size(), 900U);
}

TEST_F(LineWithErrand, ALineThatCannotBeOpenedSaysSo) {
    plant.add("a", 1s, 50ms);
    plant.channel->can_open = [] { return false; };

    run_until(kNoon, 3);

    EXPECT_TRUE(told.steps.empty());
    EXPECT_EQ(told.given_up, "no such device");
}

TEST_F(LineWithErrand, ASearchThatTakesHoursHoldsUpNoReadByHand) {
    // given: an errand without end, and reads that are asked for while it goes on
    plant.add("a", 15min, 100ms);
    std::vector<milliseconds> waited;
    UtcTime next = kNoon + 1min;
    plant.each_round = [&](UtcTime now) {
        begin(100'000);
        if (now < next) return;
        next += 1min;
        EXPECT_TRUE(plant.read("a", [&, now](const auto& read, auto) {
            EXPECT_TRUE(read);
            waited.push_back(plant.clock.utc() - now);
        }));
    };
    // when
    plant.run_until(kNoon + 10min);
    // then
    EXPECT_EQ(waited.size(), 9U);
    for (const auto each : waited) EXPECT_LE(each, 2 * kStep);
    EXPECT_GT(told.steps.size(), 1000U) << "and it goes on";
}

TEST_F(LineWithErrand, TheNinthErrandIsRefusedAndAnEndedOneMakesRoom) {
    // given: a line where nothing is ever due
    plant.add("a", 15min, 100ms);
    std::vector<bool> taken;
    plant.each_round = [&](UtcTime now) {
        if (now < kNoon + 1min || taken.size() >= 12) return;
        // when: ten at once, and one more after the first has ended
        const int wanted = taken.empty() ? 10 : 1;
        for (int i = 0; i < wanted; ++i) taken.push_back(plant.read("a", [](const auto&, auto) {}));
    };
    plant.run_until(kNoon + 2min);
    // then
    ASSERT_GE(taken.size(), 11U);
    EXPECT_EQ(std::count(taken.begin(), taken.begin() + 10, true), 8);
    EXPECT_TRUE(taken[10]);
}

TEST_F(LineWithErrand, WhilePollingWaitsBoundariesAreReadAndAfterwardsAllGoesOn) {
    // given: a line with slots of a second, and an errand of four minutes that keeps polls waiting
    plant.boundary = 1min;
    plant.add("a", 1s, 100ms);
    bool begun = false;
    const UtcTime from = kNoon + 10s;
    plant.each_round = [&](UtcTime now) {
        if (now < from || std::exchange(begun, true)) return;
        plant.running->run_errand(std::make_unique<NotedErrand>(plant.clock, told, 480, true));
    };
    // when
    plant.run_until(kNoon + 6min);
    // then
    const auto slots = plant.slots("a", 1s);
    const UtcTime end = told.steps.back() + kStep;
    EXPECT_LE(end - from, 4min + 10s);
    for (UtcTime at = kNoon; at < kNoon + 5min + 50s; at += 1s) {
        ASSERT_TRUE(slots.contains(at)) << (at - kNoon).count();
        const bool boundary = (at - kNoon) % 1min == 0min;
        if (boundary || at < from || at > end + 1s) {
            EXPECT_EQ(slots.at(at), Quality::good) << (at - kNoon).count();
        }
    }
    EXPECT_GT(plant.missed + 10, 200U) << "polls did wait";
}

}  // namespace
}  // namespace mg
