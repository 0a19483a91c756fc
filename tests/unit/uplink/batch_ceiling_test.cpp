#include "gateway/uplink/batch_ceiling.h"

#include <gtest/gtest.h>

namespace mg {
namespace {

TEST(BatchCeiling, StaysBelowWhatTheConnectionBrokeAt) {
    BatchCeiling ceiling{1000};

    ceiling.broke_at(200);
    EXPECT_EQ(ceiling.items(), 100U);
    ceiling.broke_at(100);
    for (int i = 0; i < 500; ++i) ceiling.delivered();

    EXPECT_EQ(ceiling.items(), 50U);
    for (int i = 0; i < 50'000; ++i) ceiling.delivered();
    EXPECT_EQ(ceiling.items(), 1000U);
}

TEST(BatchCeiling, NeverFallsBelowOneItem) {
    BatchCeiling ceiling{1000};

    for (int i = 0; i < 100; ++i) ceiling.broke_at(1);

    EXPECT_EQ(ceiling.items(), 1U);
}

}  // namespace
}  // namespace mg
