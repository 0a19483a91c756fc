#include "gateway/uplink/poison_search.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mg {
namespace {

using Next = PoisonSearch::Next;
using Send = PoisonSearch::Send;

/// What a lane does with a PoisonSearch, without wire and store: items 1 … `items`, one message at a time.
struct Lane {
    using Takes = std::function<bool(const std::set<int>&)>;

    /// Until all is through or `messages` were sent; a hold begins anew, as after its pause.
    void run(const Takes& takes, int messages) {
        for (int i = 0; i < messages && done < items; ++i) {
            const Next next = step(takes);
            if (next == Next::set_aside) {
                set_aside.insert(suspect);
                done = suspect;
            }
            if (next == Next::hold) {
                ++holds;
                search.interrupted();
            }
        }
    }

    Next step(const Takes& takes) {
        if (search.send() == Send::control) {
            const bool known = taken > 0;
            const int control = known ? taken : suspect + 1 + search.candidate();
            if (control > items) return search.no_control();
            return takes({control}) ? search.control_taken() : search.control_rejected(known);
        }
        std::set<int> batch;
        for (int item = done + 1; item <= items && batch.size() < search.items(); ++item) batch.insert(item);
        if (!takes(batch)) {
            suspect = *batch.rbegin();
            return search.rejected(batch.size());
        }
        done = *batch.rbegin();
        taken = done;
        delivered.insert(batch.begin(), batch.end());
        search.delivered();
        return Next::go_on;
    }

    int items{0};
    PoisonSearch search{64};
    int done{0};
    int taken{0};
    int suspect{0};
    int holds{0};
    std::set<int> set_aside;
    std::set<int> delivered;
};

bool has_any(const std::set<int>& batch, const std::set<int>& of) {
    return std::ranges::any_of(batch, [&](int item) { return of.contains(item); });
}

RC_GTEST_PROP(PoisonSearchProperty, FindsEachPoisonAndNothingElse, ()) {
    const auto poison = *rc::gen::container<std::set<int>>(rc::gen::inRange(1, 200));
    int run = 0;
    for (int item = 1; item <= 200; ++item) {
        run = poison.contains(item) ? run + 1 : 0;
        RC_PRE(run <= PoisonSearch::kMostSetAside);
    }
    RC_PRE(!has_any({1, 200}, poison));
    Lane lane{.items = 200};

    lane.run([&](const auto& batch) { return !has_any(batch, poison); }, 20'000);

    RC_ASSERT(lane.done == 200);
    RC_ASSERT(lane.set_aside == poison);
    RC_ASSERT(lane.delivered.size() == 200 - poison.size());
}

RC_GTEST_PROP(PoisonSearchProperty, ADestinationThatRefusesEverythingForAWhileCostsNoItem, ()) {
    // Outages of two messages and more, anywhere; a single lost message in the right place is not told apart.
    struct Outage {
        int from;
        int messages;
    };
    std::vector<Outage> outages;
    int at = 0;
    const int count = *rc::gen::inRange(1, 6);
    for (int i = 0; i < count; ++i) {
        at += *rc::gen::inRange(2, 60);
        const int messages = *rc::gen::inRange(2, 2000);
        outages.push_back({at, messages});
        at += messages;
    }
    const auto poison = *rc::gen::container<std::set<int>>(3, rc::gen::inRange(2, 199));
    Lane lane{.items = 200};
    int message = 0;

    lane.run(
        [&](const std::set<int>& batch) {
            ++message;
            const bool out = std::ranges::any_of(outages, [&](const Outage& outage) {
                return message >= outage.from && message < outage.from + outage.messages;
            });
            return !out && !has_any(batch, poison);
        },
        50'000);

    RC_ASSERT(std::ranges::includes(poison, lane.set_aside));
}

TEST(PoisonSearch, TwoHoursOfRefusalSetNothingAside) {
    for (const bool fresh : {true, false}) {
        Lane lane{.items = 100'000};
        if (!fresh) lane.run([](const auto&) { return true; }, 100);

        lane.run([](const auto&) { return false; }, 100'000);

        EXPECT_TRUE(lane.set_aside.empty());
        EXPECT_GT(lane.holds, 1000);
        lane.run([](const auto&) { return true; }, 100'000);
        EXPECT_EQ(lane.delivered.size(), 100'000U);
    }
}

TEST(PoisonSearch, TheFourthInARowHoldsUntilAPersonHasLooked) {
    const std::set<int> poison{50, 51, 52, 53, 54};
    const auto takes = [&](const auto& batch) { return !has_any(batch, poison); };
    Lane lane{.items = 200};

    lane.run(takes, 5000);
    EXPECT_EQ(lane.set_aside, (std::set<int>{50, 51, 52}));
    EXPECT_GT(lane.holds, 10);
    lane.search.forgive();
    lane.run(takes, 5000);

    EXPECT_EQ(lane.set_aside, poison);
    EXPECT_EQ(lane.done, 200);
}

TEST(PoisonSearch, AFreshDestinationIsComparedWithWhatFollows) {
    const std::set<int> poison{1, 2};
    Lane lane{.items = 50};

    lane.run([&](const auto& batch) { return !has_any(batch, poison); }, 1000);

    EXPECT_EQ(lane.set_aside, poison);
    EXPECT_EQ(lane.delivered.size(), 48U);
}

TEST(PoisonSearch, OneItemAloneOnAFreshDestinationIsNeverBlamed) {
    Lane lane{.items = 1};

    lane.run([](const auto&) { return false; }, 1000);

    EXPECT_TRUE(lane.set_aside.empty());
    EXPECT_GT(lane.holds, 100);
}

TEST(PoisonSearch, GrowsBackAfterASearch) {
    PoisonSearch search{100};

    EXPECT_EQ(search.rejected(100), Next::go_on);
    EXPECT_TRUE(search.careful());
    while (search.items() > 1) EXPECT_EQ(search.rejected(search.items()), Next::go_on);
    for (int i = 0; i < 10; ++i) search.delivered();

    EXPECT_EQ(search.items(), 100U);
    EXPECT_FALSE(search.careful());
}

/// The connection ends at the item that is alone, and a new one is made.
void break_at(PoisonSearch& search, bool again) {
    search.broke(again);
    search.interrupted();
}

TEST(PoisonSearchOverConnections, AnItemThatEndsFourOfThemWhileOthersPassIsAtFault) {
    PoisonSearch search{64};
    break_at(search, false);
    break_at(search, true);
    EXPECT_EQ(search.send(), Send::batches);
    EXPECT_TRUE(search.careful());
    break_at(search, true);

    ASSERT_EQ(search.send(), Send::control);
    EXPECT_EQ(search.control_taken(), Next::go_on);
    ASSERT_EQ(search.send(), Send::batches);
    EXPECT_EQ(search.items(), 1U);
    break_at(search, true);
    ASSERT_EQ(search.send(), Send::control);
    EXPECT_EQ(search.control_taken(), Next::set_aside);
}

TEST(PoisonSearchOverConnections, WithOneThatEndsAtTheControlTooItBeginsAnew) {
    PoisonSearch search{64};
    for (int i = 0; i < 100; ++i) {
        break_at(search, i > 0);
        if (search.send() == Send::control) search.interrupted();
        EXPECT_EQ(search.send(), Send::batches);
    }
}

TEST(PoisonSearchOverConnections, OneThatEndsForAnotherReasonInBetweenIsNoProof) {
    PoisonSearch search{64};
    for (int i = 0; i < 3; ++i) break_at(search, i > 0);
    ASSERT_EQ(search.control_taken(), Next::go_on);
    search.interrupted();
    break_at(search, true);

    EXPECT_EQ(search.send(), Send::batches);
}

TEST(PoisonSearchOverConnections, AnotherItemEachTimeIsNoSuspect) {
    PoisonSearch search{64};
    for (int i = 0; i < 100; ++i) {
        break_at(search, false);
        EXPECT_EQ(search.send(), Send::batches);
    }
}

TEST(PoisonSearchOverConnections, ADeliveryClearsTheSuspicion) {
    PoisonSearch search{64};
    for (int i = 0; i < 100; ++i) {
        break_at(search, true);
        break_at(search, true);
        search.delivered();
        EXPECT_EQ(search.send(), Send::batches);
    }
}

}  // namespace
}  // namespace mg
