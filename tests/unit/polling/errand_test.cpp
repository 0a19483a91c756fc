#include <algorithm>
#include <stop_token>

#include <gtest/gtest.h>

#include "gateway/polling/line_worker.h"
#include "tests/support/memory_store.h"
#include "tests/unit/polling/simulated_line.h"

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
    NotedErrand(FakeClock& clock, Told& told, int steps) : clock_{clock}, told_{told}, left_{steps} {}
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
};

/// A line with meters and one errand that is there from the start.
struct LineWithErrand : testing::Test {
    SimulatedMeter& add(const std::string& id, milliseconds every, milliseconds exchange) {
        auto meter = std::make_unique<SimulatedMeter>(id, clock, exchange);
        auto& added = *meter;
        instruments.push_back({.meter = std::move(meter),
                               .plan = {.own = {.every = every, .utc_offset = 8h},
                                        .boundary = {.every = 15min, .utc_offset = 8h}},
                               .settings = {}});
        return added;
    }

    void run_until(UtcTime until, int steps) {
        ClockWatch watch{clock, kNoon - 24h, store.last_taken_at(), store.last_epoch(), true};
        std::stop_source stop;
        LineWorker worker{LineOptions{.id = {"hv"}, .name = "hv", .channel = {}},
                          std::move(channel),
                          std::move(instruments),
                          store,
                          watch,
                          clock,
                          [&] {
                              if (clock.utc() >= until) stop.request_stop();
                          }};
        EXPECT_TRUE(worker.run_errand(std::make_unique<NotedErrand>(clock, told, steps)));
        worker.run(stop.get_token());
        missed = worker.counters().missed_slots.value();
    }

    /// How far behind its slot each sample was taken, at worst.
    milliseconds worst_delay() const {
        milliseconds worst{0};
        for (const StoredItem& item : store.items()) {
            if (const auto* stored = std::get_if<StoredSample>(&item))
                worst = std::max(worst, stored->sample.taken_at - stored->sample.slot.at);
        }
        return worst;
    }

    FakeClock clock{kNoon - 1min};
    MemoryStore store;
    std::unique_ptr<SimulatedChannel> channel = std::make_unique<SimulatedChannel>();
    std::vector<PolledInstrument> instruments;
    Told told;
    std::uint64_t missed{0};
};

TEST_F(LineWithErrand, PollsGoFirstAndWaitForOneStepAtMost) {
    add("a", 1s, 50ms);
    add("b", 1s, 50ms);

    run_until(kNoon + 1min, 100);

    EXPECT_EQ(told.steps.size(), 100U);
    EXPECT_EQ(missed, 0U);
    EXPECT_LE(worst_delay(), kStep + 100ms);
}

TEST_F(LineWithErrand, NoStepReachesIntoABoundarySweep) {
    for (const char* id : {"a", "b", "c"}) add(id, 15min, 2s);

    run_until(kNoon + 30s, 1000);

    ASSERT_FALSE(told.steps.empty());
    for (const UtcTime at : told.steps)
        EXPECT_TRUE(at + kStep <= kNoon || at >= kNoon + 6s) << (at - kNoon).count();
    EXPECT_GE(told.steps.back(), kNoon + 6s) << "it goes on behind the sweep";
}

TEST_F(LineWithErrand, ALineThatIsNeverIdleStillGetsOneStepEveryTenSeconds) {
    add("a", 1s, 700ms);
    add("b", 1s, 700ms);

    run_until(kNoon, 1000);

    EXPECT_GE(told.steps.size(), 4U);
    EXPECT_LE(told.steps.size(), 7U);
}

TEST_F(LineWithErrand, ASilentMeterIsStillProbed) {
    // given: a meter that is silent from the start, and more steps than there is time
    int probes = 0;
    add("dead", 10s, 1s).answer = [&](UtcTime) {
        ++probes;
        return Quality::no_reply;
    };

    run_until(kNoon + 14min, 10'000);

    EXPECT_GE(probes, 12) << "once a minute at least";
    EXPECT_GT(told.steps.size(), 900U);
}

TEST_F(LineWithErrand, ALineThatCannotBeOpenedSaysSo) {
    add("a", 1s, 50ms);
    channel->can_open = [] { return false; };

    run_until(kNoon, 3);

    EXPECT_TRUE(told.steps.empty());
    EXPECT_EQ(told.given_up, "no such device");
}

}  // namespace
}  // namespace mg
