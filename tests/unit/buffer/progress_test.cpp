#include "gateway/buffer/progress.h"

#include <limits>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace mg {
namespace {

constexpr Sequence kEnd = std::numeric_limits<Sequence>::max();

TEST(Progress, WhatComesInOrderIsOneNumber) {
    Progress progress;
    EXPECT_TRUE(progress.settle({1, 10}));
    EXPECT_TRUE(progress.settle({5, 12}));
    EXPECT_EQ(progress, (Progress{.through = 12, .beyond = {}}));
    EXPECT_EQ(progress.next_open(0), (SequenceRange{13, kEnd}));
}

TEST(Progress, LiveDataBesideABacklogIsARangeThatClosesWhenTheBacklogIsThrough) {
    Progress progress;
    progress.settle({101, 120});
    EXPECT_EQ(progress, (Progress{.through = 0, .beyond = {{101, 120}}}));
    EXPECT_EQ(progress.next_open(0), (SequenceRange{1, 100}));
    EXPECT_EQ(progress.next_open(100), (SequenceRange{121, kEnd}));
    EXPECT_TRUE(progress.is_settled(110));
    EXPECT_FALSE(progress.is_settled(100));

    progress.settle({1, 60});
    progress.settle({61, 100});
    EXPECT_EQ(progress, (Progress{.through = 120, .beyond = {}}));
}

TEST(Progress, NeverHoldsMoreRangesThanItsBound) {
    Progress progress;
    for (Sequence i = 0; i < static_cast<Sequence>(Progress::kMostRanges); ++i) {
        EXPECT_TRUE(progress.settle({10 * i + 5, 10 * i + 6}));
    }
    const Progress full = progress;

    EXPECT_FALSE(progress.settle({9'000, 9'001}));
    EXPECT_EQ(progress, full);
    EXPECT_TRUE(progress.settle({7, 9})) << "it makes an existing range longer";
    EXPECT_TRUE(progress.settle({1, 4})) << "it goes into the contiguous part";
    EXPECT_EQ(progress.through, 9);
}

TEST(Progress, AgreesWithASetOfNumbersWhateverTheOrder) {
    rc::check([] {
        Progress progress;
        std::set<Sequence> model;
        const auto runs = *rc::gen::container<std::vector<std::pair<int, int>>>(
            rc::gen::pair(rc::gen::inRange(1, 200), rc::gen::inRange(0, 20)));
        for (const auto& [first, more] : runs) {
            if (!progress.settle({first, first + more})) continue;
            for (Sequence s = first; s <= first + more; ++s) model.insert(s);
        }
        for (Sequence s = 1; s < 230; ++s) RC_ASSERT(progress.is_settled(s) == model.contains(s));
        // The open runs are what is left, each once and in order.
        Sequence after = 0;
        while (after < 230) {
            const SequenceRange open = progress.next_open(after);
            for (Sequence s = after + 1; s < std::min<Sequence>(open.first, 230); ++s)
                RC_ASSERT(model.contains(s));
            for (Sequence s = open.first; s <= std::min<Sequence>(open.last, 230); ++s)
                RC_ASSERT(!model.contains(s));
            after = open.last;
        }
    });
}

}  // namespace
}  // namespace mg
