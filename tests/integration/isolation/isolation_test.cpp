#include <gtest/gtest.h>

#include "tests/integration/isolation/isolation_trial.h"

namespace mg {
namespace {

using namespace std::chrono_literals;

TEST(Isolation, WhateverIsWrongWithOtherLinesNoSlotOfASoundOneIsMissed) {
    // given: sound lines beside one of each kind that is in trouble
    // when
    const auto figures = run_beside({std::begin(kAllTroubles), std::end(kAllTroubles)}, 8s);
    // then
    EXPECT_EQ(figures.slots, 4U * 2 * 4);
    EXPECT_EQ(figures.missed, 0U);
    // A bound for machines that are busy with other things; the figure itself is in docs/performance.md.
    EXPECT_LE(figures.at(100), 1500ms);
}

}  // namespace
}  // namespace mg
