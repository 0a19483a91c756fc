#include "gateway/health/watchdog.h"

#include <chrono>

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/unit/health/notify_socket.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

struct WatchdogTest : testing::Test {
    FakeClock clock{UtcTime{}};
    Heartbeats heartbeats{clock};
    NotifySocket manager;
    ServiceNotifier notifier{ServiceNotifier::to(manager.name()).value()};
    Watchdog watchdog{heartbeats, notifier};
};

TEST_F(WatchdogTest, PetsTheManagerWhileEveryThreadIsAlive) {
    heartbeats.add("line-1", 10s);

    EXPECT_TRUE(watchdog.tick());

    EXPECT_EQ(manager.receive(), "WATCHDOG=1");
}

TEST_F(WatchdogTest, OneHangingThreadIsEnoughToBeRestarted) {
    Heartbeat& healthy = heartbeats.add("line-1", 10s);
    heartbeats.add("line-2", 10s);
    clock.advance(11s);
    healthy.beat();

    EXPECT_FALSE(watchdog.tick());

    EXPECT_EQ(manager.receive(0), "");
}

TEST_F(WatchdogTest, GoesOnWhenTheThreadIsBackInTime) {
    Heartbeat& line = heartbeats.add("line-1", 10s);
    clock.advance(11s);
    EXPECT_FALSE(watchdog.tick());

    line.beat();

    EXPECT_TRUE(watchdog.tick());
    EXPECT_EQ(manager.receive(), "WATCHDOG=1");
}

TEST_F(WatchdogTest, ADaemonThatWaitsForItsDiskIsNotRestarted) {
    heartbeats.add("buffer", 10s).waiting_for_disk();
    clock.advance(1h);

    EXPECT_TRUE(watchdog.tick());

    EXPECT_EQ(manager.receive(), "WATCHDOG=1");
}

}  // namespace
}  // namespace mg
