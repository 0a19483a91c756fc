#include "drivers/latency_watch.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

TEST(LatencyWatch, SaysNothingBeforeTheFirstAnswer) {
    EXPECT_FALSE(LatencyWatch{}.figures());
}

TEST(LatencyWatch, TellsHalfNinetyFivePercentAndAll) {
    LatencyWatch watch;
    for (int i = 1; i <= 100; ++i) watch.add(milliseconds{i});

    EXPECT_EQ(watch.figures(), (LatencyFigures{51ms, 96ms, 100ms}));
}

TEST(LatencyWatch, ForgetsAllButTheLastAnswers) {
    LatencyWatch watch;
    watch.add(900ms);
    for (std::size_t i = 0; i < LatencyWatch::kKept; ++i) watch.add(20ms);

    EXPECT_EQ(watch.figures()->most, 20ms);
}

TEST(LatencyWatch, TheConfiguredTimeHoldsUntilEnoughIsKnown) {
    LatencyWatch watch;
    for (std::size_t i = 1; i < LatencyWatch::kEnough; ++i) watch.add(5ms);
    EXPECT_EQ(watch.timeout(1s), 1s);
    EXPECT_EQ(watch.probe_timeout(1s), 1s);

    watch.add(5ms);

    EXPECT_EQ(watch.timeout(1s), LatencyWatch::kFloor);
    EXPECT_EQ(watch.probe_timeout(1s), LatencyWatch::kProbeFloor);
}

TEST(LatencyWatch, ASlowMeterIsWaitedForButNeverLongerThanConfigured) {
    LatencyWatch watch;
    for (std::size_t i = 0; i < LatencyWatch::kEnough; ++i) watch.add(150ms);

    EXPECT_EQ(watch.timeout(1s), 450ms);
    EXPECT_EQ(watch.probe_timeout(1s), 300ms);
    EXPECT_EQ(watch.timeout(400ms), 400ms);
    EXPECT_EQ(watch.timeout(50ms), 50ms);
}

TEST(LatencyWatch, AMeterThatIsSlowOnceInAQuarterOfAnHourIsStillWaitedForThen) {
    LatencyWatch watch;
    watch.add(400ms);
    for (int i = 0; i < 900; ++i) watch.add(20ms);  // once a second

    EXPECT_GE(watch.timeout(1s), 400ms);
}

TEST(LatencyWatch, OneSlowAnswerIsForgottenInTheEnd) {
    LatencyWatch watch;
    watch.add(900ms);
    for (int i = 0; i < 5000; ++i) watch.add(20ms);

    EXPECT_EQ(watch.timeout(1s), LatencyWatch::kFloor);
}

TEST(LatencyWatch, ATimeThatCannotBeIsHeldWithinWhatCan) {
    LatencyWatch watch;
    watch.add(std::chrono::hours{2});
    EXPECT_GT(watch.figures()->most, std::chrono::hours{1});
    LatencyWatch other;
    other.add(-1us);
    EXPECT_EQ(other.figures()->most, 0us);
}

}  // namespace
}  // namespace mg
