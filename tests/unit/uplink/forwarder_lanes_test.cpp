#include "tests/unit/uplink/forwarder_fixture.h"

namespace mg {
namespace {

/// Live data first; answers may take their time.
class LiveFirst : public ForwarderTest {
protected:
    LiveFirst() {
        delivery.order = UplinkOrder::live_first;
        ack_timeout = std::chrono::seconds{20};
    }
    void mute(const std::set<std::string>& lanes) {
        place.with([&](FakePlace& there) { there.mute = lanes; });
        if (forwarder) forwarder->look_at_orders();
    }
    std::vector<Sequence> samples_of(const std::string& lane) {
        std::vector<Sequence> all;
        for (const TakenMessage& message : place.copy().messages) {
            if (message.lane == lane) all.insert(all.end(), message.samples.begin(), message.samples.end());
        }
        return all;
    }
    int times(Sequence sequence) {
        const auto taken = place.copy().taken;
        return static_cast<int>(std::ranges::count(taken, sequence));
    }
    bool connected() {
        return eventually([&] { return forwarder->status().state == ForwarderState::connected; });
    }
    /// Each item exactly once; each lane in order.
    void expect_each_once() {
        auto taken = place.copy().taken;
        EXPECT_EQ(taken.size(), static_cast<std::size_t>(store.newest()));
        EXPECT_TRUE(std::ranges::is_sorted(samples_of("live")));
        EXPECT_TRUE(std::ranges::is_sorted(samples_of("backlog")));
        std::ranges::sort(taken);
        EXPECT_EQ(std::ranges::adjacent_find(taken), taken.end());
    }
};

TEST_F(LiveFirst, WhatIsNewPassesTheBacklog) {
    fill(store, plant, 0, 100);
    mute({"backlog"});
    start();
    ASSERT_TRUE(connected());
    ASSERT_TRUE(eventually([&] { return forwarder->status().in_flight > 0; }));

    fill(store, plant, 100, 10);

    ASSERT_TRUE(eventually([&] { return samples_of("live").size() == 20; }));
    EXPECT_EQ(samples_of("live").front(), 201);
    EXPECT_EQ(store.progress(up), 0);
    // What was taken is settled a moment later.
    EXPECT_TRUE(eventually([&] { return forwarder->status().backlog == 200; }));
    mute({});
    ASSERT_TRUE(done());
    EXPECT_EQ(samples_of("backlog").size(), 200U);
    expect_each_once();
}

TEST_F(LiveFirst, AnItemOfTheBacklogAtWhichTheConnectionEndsIsFoundBesideTheLiveData) {
    fill(store, plant, 0, 50);
    place.with([](FakePlace& there) { there.breaks_at = {31}; });
    start();

    int second = 50;
    const bool through = eventually([&] {
        fill(store, plant, second++, 1);
        return store.progress(up) >= 100;
    });
    ASSERT_TRUE(through);

    ASSERT_TRUE(done());
    EXPECT_EQ(store.set_aside_items(up).size(), 1U);
    EXPECT_TRUE(store.set_aside_items(up).contains(31));
}

TEST_F(LiveFirst, AnItemThatWaitsForItsAnswerIsNotBlamedForWhatTheOtherLaneBreaks) {
    // Given a backlog whose first item waits for its answer in every connection
    fill(store, plant, 0, 50);
    mute({"backlog"});
    // And live data of which every second sample ends the connection
    place.with([](FakePlace& there) {
        for (Sequence live = 102; live < 20'000; live += 2) there.breaks_at.insert(live);
    });
    start(1);

    int second = 50;
    ASSERT_TRUE(eventually([&] {
        fill(store, plant, second++, 1);
        return place.copy().connects >= 15;
    }));

    // Then it was never alone, and is at fault for nothing
    EXPECT_FALSE(store.set_aside_items(up).contains(1));
    place.with([](FakePlace& there) { there.breaks_at.clear(); });
    mute({});
    ASSERT_TRUE(done());
    EXPECT_EQ(times(1), 1);
}

TEST_F(LiveFirst, WithoutABacklogEverythingIsLive) {
    start();
    ASSERT_TRUE(connected());
    fill(store, plant, 0, 50);

    ASSERT_TRUE(done());
    EXPECT_EQ(samples_of("live").size(), 100U);
    EXPECT_TRUE(store.settled(up).beyond.empty());
}

TEST_F(LiveFirst, WhatWasDeliveredBesideTheBacklogIsKnownAfterThreeMoreOutages) {
    fill(store, plant, 0, 20);
    mute({"backlog"});
    for (int outage = 0; outage < 4; ++outage) {
        start();
        ASSERT_TRUE(connected());
        const std::size_t before = samples_of("live").size();
        fill(store, plant, 20 + outage * 20, 10);  // arrives
        ASSERT_TRUE(eventually([&] { return samples_of("live").size() == before + 20; }));
        ASSERT_TRUE(eventually([&] { return store.settled(up).beyond.size() == outage + 1U; }));
        if (outage % 2 == 0) {
            forwarder.reset();  // a restart
        } else {
            place.with([](FakePlace& there) { there.connects_to_refuse = 1'000'000; });
            place.with([](FakePlace& there) { there.lose_after = 0; });
            fill(store, plant, 20 + outage * 20 + 10, 1);
            ASSERT_TRUE(eventually([&] { return forwarder->status().state == ForwarderState::waiting; }));
            forwarder.reset();
            place.with([](FakePlace& there) { there.connects_to_refuse = 0; });
        }
        fill(store, plant, 20 + outage * 20 + 11, 9);  // while it is away
    }
    mute({});
    start();

    ASSERT_TRUE(done());
    EXPECT_TRUE(store.settled(up).beyond.empty());
    expect_each_once();
}

TEST_F(LiveFirst, WithTooManyOpenRunsItGoesInOrderUntilHalfOfThemHaveClosed) {
    fill(store, plant, 0, 100);
    for (Sequence run = 0; run < 64; ++run) store.ack_run(up, {run * 3 + 2, run * 3 + 2});
    ASSERT_EQ(store.settled(up).beyond.size(), Progress::kMostRanges);
    mute({"live"});
    start(1);
    ASSERT_TRUE(connected());
    ASSERT_TRUE(eventually([&] { return forwarder->status().in_flight > 0; }));
    fill(store, plant, 100, 1);

    EXPECT_TRUE(samples_of("backlog").empty());
    EXPECT_EQ(store.settled(up).beyond.size(), Progress::kMostRanges) << "none was added";
    mute({});
    ASSERT_TRUE(done());
    EXPECT_FALSE(samples_of("backlog").empty()) << "side by side again";
    EXPECT_EQ(place.copy().taken.size(), 202U - 64U);
}

TEST_F(LiveFirst, PoisonInTheBacklogDoesNotHoldUpWhatIsNew) {
    fill(store, plant, 0, 100);
    place.with([](FakePlace& there) { there.poison = {40, 41}; });
    start(64);
    ASSERT_TRUE(connected());
    fill(store, plant, 100, 5);

    ASSERT_TRUE(done());
    EXPECT_EQ(store.set_aside_count(up), 2U);
    EXPECT_EQ(deliveries().size(), 208U);
}

TEST_F(ForwarderTest, WhatIsNotSelectedIsPassedOverAndCounted) {
    delivery.selection = {.carries = Carries::boundary};
    fill(store, plant, 0, 1000);
    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries(), (std::vector<Sequence>{1, 2, 1801, 1802}));
    EXPECT_TRUE(eventually([&] { return forwarder->status().not_selected == 1996; }))
        << forwarder->status().not_selected;
    EXPECT_EQ(forwarder->status().backlog, 0U);
    EXPECT_EQ(place.copy().described.size(), 2U);
}

TEST_F(ForwarderTest, OnlyTheSelectedMetersAreSentAndDescribed) {
    delivery.selection = {.meters = {{"m2"}}};
    fill(store, plant, 0, 50);
    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries().size(), 50U);
    EXPECT_EQ(place.copy().described, (std::vector<std::string>{"m2"}));
}

TEST_F(ForwarderTest, WithTheBudgetUsedUpBoundariesGoOnAndTheOthersWait) {
    delivery.budget = {.bytes = 20'000, .period = BudgetPeriod::month};
    fill(store, plant, 0, 950);
    start();

    // Both boundaries arrive, most of the others wait
    const std::set<Sequence> boundaries{1, 2, 1801, 1802};
    const auto arrived = [&] {
        const auto taken = place.copy().taken;
        return std::ranges::all_of(boundaries, [&](Sequence s) { return std::ranges::count(taken, s) == 1; });
    };
    ASSERT_TRUE(eventually(arrived));
    const ForwarderStatus status = forwarder->status();
    EXPECT_TRUE(status.budget.used_up());
    EXPECT_GT(status.backlog, 1500U);
    EXPECT_TRUE(eventually([&] { return forwarder->status().oldest_unsent.has_value(); }));
    forwarder.reset();

    // A restart does not make it forget; more money does
    const std::size_t before = place.copy().taken.size();
    start();
    ASSERT_TRUE(eventually([&] { return place.copy().status.size() >= 3; }));
    forwarder.reset();
    EXPECT_EQ(place.copy().taken.size(), before);
    delivery.budget.bytes = 0;
    start();
    ASSERT_TRUE(done());
    auto taken = place.copy().taken;
    EXPECT_EQ(taken.size(), 1900U);
    std::ranges::sort(taken);
    EXPECT_EQ(std::ranges::adjacent_find(taken), taken.end()) << "no boundary came twice";
    EXPECT_GE(store.progress(boundaries_of(up)), store.newest());
}

class Resending : public LiveFirst {
protected:
    Resending() { delivery.order = UplinkOrder::strict; }
    std::uint64_t order(int from, int to, std::vector<MeterId> meters = {}) {
        const auto id = store.deliveries().order_resend(up, {.from = plant_slot(from),
                                                             .to = plant_slot(to),
                                                             .meters = std::move(meters),
                                                             .ordered_by = "li"});
        if (forwarder) forwarder->look_at_orders();
        return *id;
    }
    bool ended() {
        return eventually([&] { return store.deliveries().resends(up).empty(); });
    }
};

TEST_F(Resending, APeriodIsSentAgainAndEndsByItself) {
    fill(store, plant, 0, 50);
    start();
    ASSERT_TRUE(done());

    order(10, 20, {{"m2"}});

    ASSERT_TRUE(ended());
    std::vector<Sequence> expected;
    for (Sequence second = 10; second < 20; ++second) expected.push_back(second * 2 + 2);
    EXPECT_EQ(samples_of("resend"), expected);
    EXPECT_EQ(samples_of("live").size(), 100U);
}

TEST_F(Resending, WhatWasSetAsideAndIsTakenNowIsNoLongerSetAside) {
    fill(store, plant, 0, 50);
    place.with([](FakePlace& there) { there.poison = {30, 60}; });
    start();
    ASSERT_TRUE(done());
    ASSERT_EQ(store.set_aside_count(up), 2U);
    place.with([](FakePlace& there) { there.poison.clear(); });

    order(0, 20);

    ASSERT_TRUE(ended());
    EXPECT_EQ(store.set_aside_items(up).size(), 1U);
    EXPECT_TRUE(store.set_aside_items(up).contains(60)) << "that one is of another time";
}

TEST_F(Resending, AnItemAtWhichTheConnectionEndsIsFoundThoughLiveDataAreTakenEachTime) {
    fill(store, plant, 0, 50);
    start();
    ASSERT_TRUE(done());
    place.with([](FakePlace& there) { there.breaks_at = {31}; });

    order(0, 50);

    int second = 50;
    ASSERT_TRUE(eventually([&] {
        fill(store, plant, second++, 1);
        return store.deliveries().resends(up).empty();
    }));
    EXPECT_EQ(store.set_aside_items(up).size(), 1U);
    EXPECT_TRUE(store.set_aside_items(up).contains(31));
    ASSERT_TRUE(done());
}

TEST_F(Resending, WhatWasNeverSentGoesItsNormalWayOnce) {
    fill(store, plant, 0, 5);
    place.with([](FakePlace& there) { there.mute = {"live"}; });
    start();
    ASSERT_TRUE(eventually([&] { return forwarder->status().in_flight == 1; }));

    order(0, 5);

    ASSERT_TRUE(ended());
    mute({});
    ASSERT_TRUE(done());
    EXPECT_EQ(place.copy().taken.size(), 10U);
}

TEST_F(Resending, GoesOnAfterARestartAndCanBeCalledOff) {
    fill(store, plant, 0, 50);
    start();
    ASSERT_TRUE(done());
    mute({"resend"});
    const auto id = order(0, 50);
    ASSERT_TRUE(eventually([&] { return forwarder->status().in_flight > 0; }));
    forwarder.reset();
    EXPECT_EQ(store.deliveries().resends(up).size(), 1U);
    start();
    ASSERT_TRUE(eventually([&] { return forwarder->status().in_flight > 0; }));

    ASSERT_TRUE(store.deliveries().end_resend(up, id));
    mute({});
    fill(store, plant, 50, 1);

    ASSERT_TRUE(done());
    EXPECT_LT(samples_of("resend").size(), 100U);
}

TEST_F(ForwarderTest, APausedUplinkSendsNothingUntilItIsResumed) {
    ASSERT_TRUE(store.deliveries().set_paused(up, true));
    fill(store, plant, 0, 20);
    start();
    ASSERT_TRUE(eventually([&] { return forwarder->status().state == ForwarderState::paused; }));
    EXPECT_EQ(place.copy().connects, 0);
    ASSERT_TRUE(store.deliveries().set_paused(up, false));
    forwarder->look_at_orders();
    ASSERT_TRUE(done());

    ASSERT_TRUE(store.deliveries().set_paused(up, true));
    forwarder->look_at_orders();
    ASSERT_TRUE(eventually([&] { return forwarder->status().state == ForwarderState::paused; }));
    fill(store, plant, 20, 20);

    EXPECT_EQ(place.copy().status.back(), "offline");
    EXPECT_EQ(deliveries().size(), 40U);
    EXPECT_EQ(forwarder->status().backlog, 40U);
    ASSERT_TRUE(store.deliveries().set_paused(up, false));
    forwarder->look_at_orders();
    EXPECT_TRUE(done());
}

TEST_F(ForwarderTest, APersonWhoHasLookedNeedNotWaitForTheNextTry) {
    place.with([](FakePlace& there) { there.deny = Failure::refused; });
    fill(store, plant, 0, 20);
    start(10, {.first = std::chrono::hours{1}, .most = std::chrono::hours{1}});
    ASSERT_TRUE(eventually([&] { return forwarder->status().state == ForwarderState::held; }));
    place.with([](FakePlace& there) { there.deny.reset(); });

    forwarder->try_now();

    EXPECT_TRUE(done());
}

TEST_F(ForwarderTest, FourPoisonsInARowWaitForAPersonAndThenGo) {
    place.with([](FakePlace& there) { there.poison = {17, 18, 19, 20, 21}; });
    fill(store, plant, 0, 20);
    start();
    ASSERT_TRUE(eventually([&] { return forwarder->status().state == ForwarderState::held; }));
    EXPECT_EQ(store.set_aside_count(up), 3U);

    ASSERT_TRUE(eventually([&] {
        forwarder->try_now();
        return store.progress(up) >= store.newest();
    }));

    EXPECT_EQ(store.set_aside_count(up), 5U);
    EXPECT_EQ(deliveries().size(), 35U);
}

TEST_F(ForwarderTest, ReceiptsNameWhatWasTakenAndTheAnswer) {
    fill(store, plant, 0, 50);
    start();
    ASSERT_TRUE(done());

    ASSERT_TRUE(eventually([&] { return store.deliveries().receipts(up, {}, 1000)->size() == 10; }));
    const auto receipts = *store.deliveries().receipts(up, {}, 1000);
    Sequence next = 1;
    for (const Receipt& receipt : receipts) {
        EXPECT_EQ(receipt.items.first, next) << "without holes";
        EXPECT_EQ(receipt.answer, "taken");
        next = receipt.items.last + 1;
    }
    EXPECT_EQ(next, 101);
}

TEST_F(ForwarderTest, CompressedMessagesCarryTheSame) {
    delivery.compression = Compression::gzip;
    ack_timeout = std::chrono::seconds{20};  // a message sent again would count twice
    fill(store, plant, 0, 500);
    start(1000);

    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries().size(), 1000U);
    EXPECT_LT(place.copy().messages.front().bytes, 30'000U);
    EXPECT_LT(forwarder->status().budget.sent, 60'000U) << "counted as sent";
}

}  // namespace
}  // namespace mg
