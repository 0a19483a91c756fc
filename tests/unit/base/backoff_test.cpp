#include "gateway/base/backoff.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsLimitWithJitterBelowEachStep) {
    Backoff backoff{{.first = 1000ms, .most = 8000ms}, 42};
    for (const auto step : {1000ms, 2000ms, 4000ms, 8000ms, 8000ms, 8000ms}) {
        const auto wait = backoff.next();
        EXPECT_GE(wait, step / 2);
        EXPECT_LE(wait, step);
    }
}

TEST(Backoff, BeginsAgainAfterReset) {
    Backoff backoff{{.first = 100ms, .most = 60'000ms}, 7};
    for (int i = 0; i < 8; ++i) backoff.next();
    backoff.reset();
    EXPECT_LE(backoff.next(), 100ms);
}

TEST(Backoff, SpreadsBoxesThatLostTheSameBroker) {
    Backoff one{{}, 1};
    Backoff other{{}, 99};
    EXPECT_NE(one.next(), other.next());
}

}  // namespace
}  // namespace mg
