#include "gateway/health/heartbeats.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

TEST(Heartbeats, AThreadThatBeatsIsNeverLate) {
    FakeClock clock{UtcTime{}};
    Heartbeats heartbeats{clock};
    Heartbeat& line = heartbeats.add("line-1", 10s);

    for (int i = 0; i < 100; ++i) {
        clock.advance(9s);
        line.beat();
    }

    EXPECT_TRUE(heartbeats.overdue().empty());
}

TEST(Heartbeats, EachThreadHasItsOwnBound) {
    FakeClock clock{UtcTime{}};
    Heartbeats heartbeats{clock};
    heartbeats.add("line-1", 10s);
    heartbeats.add("uplink-1", 60s);

    clock.advance(11s);

    const auto late = heartbeats.overdue();
    ASSERT_EQ(late.size(), 1U);
    EXPECT_EQ(late[0].name, "line-1");
    EXPECT_EQ(late[0].silence, 11s);
    EXPECT_EQ(late[0].allowed, 10s);
}

TEST(Heartbeats, AThreadThatNeverBeganIsLateToo) {
    FakeClock clock{UtcTime{}};
    Heartbeats heartbeats{clock};
    heartbeats.add("line-1", 10s);

    clock.advance(10s);
    EXPECT_TRUE(heartbeats.overdue().empty());
    clock.advance(1ms);
    EXPECT_EQ(heartbeats.overdue().size(), 1U);
}

TEST(Heartbeats, WaitingForTheDiskIsProgress) {
    FakeClock clock{UtcTime{}};
    Heartbeats heartbeats{clock};
    Heartbeat& buffer = heartbeats.add("buffer", 10s);

    buffer.waiting_for_disk();
    clock.advance(24h);
    EXPECT_TRUE(heartbeats.overdue().empty());

    buffer.beat();
    clock.advance(11s);
    EXPECT_EQ(heartbeats.overdue().size(), 1U) << "the excuse ends with the next beat";
}

TEST(Heartbeats, NothingIsExpectedOfAThreadThatEnded) {
    FakeClock clock{UtcTime{}};
    Heartbeats heartbeats{clock};
    Heartbeat& line = heartbeats.add("line-1", 10s);

    line.finished();
    clock.advance(1h);

    EXPECT_TRUE(heartbeats.overdue().empty());
}

TEST(Heartbeats, BeatsFromManyThreadsWhileOneLooks) {
    SystemClock clock;
    Heartbeats heartbeats{clock};
    std::atomic<bool> stop{false};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, &heartbeat = heartbeats.add("t", 60s)] {
            while (!stop) {
                heartbeat.waiting_for_disk();
                heartbeat.beat();
            }
        });
    }

    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(heartbeats.overdue().empty());
    stop = true;
}

}  // namespace
}  // namespace mg
