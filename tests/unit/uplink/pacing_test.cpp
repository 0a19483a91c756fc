#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gateway/uplink/lane_turns.h"
#include "gateway/uplink/side_window.h"
#include "gateway/uplink/token_bucket.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};

RC_GTEST_PROP(TokenBucketProperty, NeverLetsMoreThroughThanItMay, ()) {
    const auto rate = *rc::gen::inRange<std::uint64_t>(1, 100'000);
    const auto amounts = *rc::gen::nonEmpty(
        rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 200'000)));
    TokenBucket bucket{rate};
    SteadyTime now = kStart;
    std::uint64_t before_last = 0;
    for (std::size_t i = 0; i < amounts.size(); ++i) {
        now = std::max(now, bucket.allowed_at(amounts[i], now));
        RC_ASSERT(bucket.allowed_at(amounts[i], now) <= now);
        bucket.take(amounts[i], now);
        // What went before the last one is paid for, but for one burst.
        const double seconds = std::chrono::duration<double>(now - kStart).count();
        RC_ASSERT(static_cast<double>(before_last) <= (seconds + 1) * static_cast<double>(rate) + 1);
        before_last += amounts[i];
    }
}

TEST(TokenBucket, WithoutALimitNothingWaits) {
    TokenBucket bucket{0};
    bucket.take(1'000'000'000, kStart);
    EXPECT_EQ(bucket.allowed_at(1'000'000'000, kStart), kStart);
}

TEST(TokenBucket, AMessageLargerThanASecondIsPaidForAfterwards) {
    TokenBucket bucket{1000};
    EXPECT_EQ(bucket.allowed_at(5000, kStart), kStart);
    bucket.take(5000, kStart);
    EXPECT_EQ(bucket.allowed_at(1, kStart), kStart + 4001ms);
}

/// Bytes by lane when the lanes of `waiting` always have a message of `size` bytes.
std::map<Lane, double> shares(LaneTurns& turns, const std::array<bool, 3>& waiting, int rounds,
                              std::uint64_t size = 1000) {
    std::map<Lane, double> bytes;
    for (int i = 0; i < rounds; ++i) {
        const auto lane = turns.next(waiting);
        if (!lane) break;
        turns.sent(*lane, size);
        bytes[*lane] += static_cast<double>(size);
    }
    for (auto& [lane, amount] : bytes) amount /= static_cast<double>(size) * rounds;
    return bytes;
}

TEST(LaneTurns, KeepTheShareWhileBothWait) {
    for (const int share : {1, 20, 50, 99}) {
        LaneTurns turns{share};
        const auto bytes = shares(turns, {true, true, false}, 10'000);
        EXPECT_NEAR(bytes.at(Lane::backlog), share / 100.0, 0.01) << share;
    }
}

TEST(LaneTurns, BacklogAndResendShareTheRest) {
    LaneTurns turns{40};
    const auto bytes = shares(turns, {true, true, true}, 10'000);
    EXPECT_NEAR(bytes.at(Lane::live), 0.6, 0.01);
    EXPECT_NEAR(bytes.at(Lane::resend), 0.2, 0.01);
}

TEST(LaneTurns, WhoWaitsAloneHasEverything) {
    LaneTurns turns{20};
    EXPECT_NEAR(shares(turns, {false, true, false}, 1000).at(Lane::backlog), 1.0, 0.001);
    EXPECT_FALSE(turns.next({false, false, false}));
}

TEST(LaneTurns, LiveDataThatComeNowAndThenNeverWait) {
    LaneTurns turns{90};
    for (int round = 0; round < 100; ++round) {
        shares(turns, {false, true, true}, 50);
        EXPECT_EQ(turns.next({true, true, true}), Lane::live) << round;
        turns.sent(Lane::live, 1000);
    }
}

TEST(LaneTurns, NobodySavesUpWhileIdle) {
    LaneTurns turns{50};
    shares(turns, {true, false, false}, 10'000);
    const auto bytes = shares(turns, {true, true, false}, 100);
    EXPECT_NEAR(bytes.at(Lane::backlog), 0.5, 0.02) << "and not everything for a while";
}

TEST(SideWindow, ShrinksWhenAnswersAreSlowAndGrowsBack) {
    SideWindow window;
    window.limit(16);
    for (int i = 0; i < 20; ++i) window.answered(5ms);
    EXPECT_EQ(window.messages(), 16U);
    window.answered(900ms);
    window.answered(900ms);
    window.answered(900ms);
    EXPECT_EQ(window.messages(), 2U);
    for (int i = 0; i < 20; ++i) window.answered(900ms);
    EXPECT_EQ(window.messages(), 1U);
    window.answered(5ms);
    EXPECT_EQ(window.messages(), 2U);
}

TEST(SideWindow, ALinkThatIsAlwaysSlowIsNotHeldDown) {
    SideWindow window;
    window.limit(16);
    for (int i = 0; i < 50; ++i) window.answered(700ms);
    EXPECT_EQ(window.messages(), 16U);
}

}  // namespace
}  // namespace mg
