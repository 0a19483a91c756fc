#include "gateway/base/clock.h"

#include <thread>

#include <gtest/gtest.h>
#include <poll.h>

#include "gateway/base/stop_event.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

TEST(SystemClock, WaitsUntilDue) {
    SystemClock clock;
    const auto due = clock.steady() + 20ms;
    EXPECT_TRUE(clock.wait_until(due, {}));
    EXPECT_GE(clock.steady(), due);
}

TEST(SystemClock, AStopEndsTheWait) {
    SystemClock clock;
    std::stop_source stop;
    const std::jthread stopper{[&] { stop.request_stop(); }};
    EXPECT_FALSE(clock.wait_until(clock.steady() + 1h, stop.get_token()));
}

TEST(SystemClock, ASignalRaisedBeforeTheWaitIsNotLost) {
    SystemClock clock;
    Signal signal;
    signal.raise();
    EXPECT_EQ(clock.wait(clock.steady() + 1h, {}, signal), Wake::signalled);
    EXPECT_EQ(clock.wait(clock.steady() + 1ms, {}, signal), Wake::due);
}

TEST(StopEvent, IsReadableOnlyOnceStopWasRequested) {
    std::stop_source stop;
    const StopEvent event{stop.get_token()};
    pollfd readable{.fd = event.descriptor(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&readable, 1, 0), 0);
    stop.request_stop();
    EXPECT_EQ(::poll(&readable, 1, 0), 1);
}

}  // namespace
}  // namespace mg
