#include "tests/unit/uplink/forwarder_fixture.h"

namespace mg {
namespace {

TEST_F(ForwarderTest, DeliversInOrderAndAcknowledgesWhatIsConfirmed) {
    fill(store, plant, 0, 50);

    start();

    ASSERT_TRUE(done());
    const auto order = deliveries();
    EXPECT_EQ(order.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST_F(ForwarderTest, WhatHasNoRoomOnTheWayWaitsForAnAnswer) {
    place.with([](FakePlace& there) {
        there.narrow = true;
        there.payload_bytes = 1000;
    });
    fill(store, plant, 0, 50);

    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries().size(), 100U);
    EXPECT_EQ(place.copy().crowded, 0);
}

TEST_F(ForwarderTest, NothingIsAcknowledgedWithoutAnAnswer) {
    place.with([](FakePlace& there) { there.silent = true; });
    fill(store, plant, 0, 50);

    start();

    ASSERT_TRUE(eventually([&] { return forwarder->status().in_flight > 0; }));
    EXPECT_EQ(store.progress({"up"}), 0);
    ASSERT_TRUE(eventually([&] { return forwarder->status().state == ForwarderState::waiting; }));
    EXPECT_EQ(store.progress({"up"}), 0);
    place.with([](FakePlace& there) { there.silent = false; });
    EXPECT_TRUE(done());
}

TEST_F(ForwarderTest, SendsAgainWhatWasUnderWayWhenTheConnectionBroke) {
    place.with([](FakePlace& there) { there.lose_after = 3; });
    fill(store, plant, 0, 50);

    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries().size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(deliveries()));
    EXPECT_GE(place.copy().connects, 2);
}

TEST_F(ForwarderTest, PoisonIsFoundAndSetAsideAndEverythingElseArrivesInOrder) {
    place.with([](FakePlace& there) { there.poison = {17, 64}; });
    fill(store, plant, 0, 50);

    start(32);

    ASSERT_TRUE(done());
    const auto order = deliveries();
    EXPECT_EQ(order.size(), 98U);
    EXPECT_TRUE(std::ranges::is_sorted(order));
    const auto aside = store.set_aside_items({"up"});
    EXPECT_EQ(aside.size(), 2U);
    EXPECT_EQ(aside.at(17), "poison");
    EXPECT_EQ(forwarder->status().set_aside, 2U);
}

TEST_F(ForwarderTest, DestinationThatRejectsEverythingIsHeldAndNothingIsSetAside) {
    place.with([](FakePlace& there) { there.deny = Failure::rejected; });
    fill(store, plant, 0, 20);

    start();

    ASSERT_TRUE(eventually([&] { return forwarder->status().state == ForwarderState::held; }));
    EXPECT_EQ(store.set_aside_count({"up"}), 0U);
    EXPECT_EQ(store.progress({"up"}), 0);
    place.with([](FakePlace& there) { there.deny.reset(); });
    EXPECT_TRUE(done());
    EXPECT_EQ(deliveries().size(), 40U);
    EXPECT_EQ(store.set_aside_count({"up"}), 0U);
}

TEST_F(ForwarderTest, RefusalHoldsAndSetsNothingAside) {
    place.with([](FakePlace& there) { there.deny = Failure::refused; });
    fill(store, plant, 0, 20);

    start();

    ASSERT_TRUE(eventually([&] { return forwarder->status().state == ForwarderState::held; }));
    EXPECT_EQ(forwarder->status().last_error, "denied");
    EXPECT_EQ(store.set_aside_count({"up"}), 0U);
    EXPECT_EQ(store.progress({"up"}), 0);
    place.with([](FakePlace& there) { there.deny.reset(); });
    EXPECT_TRUE(done());
}

TEST_F(ForwarderTest, KeepsTryingToConnect) {
    place.with([](FakePlace& there) { there.connects_to_refuse = 5; });
    fill(store, plant, 0, 5);

    start();

    EXPECT_TRUE(done());
    EXPECT_EQ(place.copy().connects, 6);
    EXPECT_EQ(forwarder->status().last_error, "not now");
    EXPECT_EQ(forwarder->status().state, ForwarderState::connected);
}

TEST_F(ForwarderTest, ItemTooLargeForAnyMessageIsSetAside) {
    place.with([](FakePlace& there) { there.payload_bytes = 420; });
    fill(store, plant, 0, 2);
    Sample large = plant_sample(plant, 1, 2);
    large.layout = wide_layout("m1", 20);
    large.readings.assign(20, Reading{1, Quality::good});
    store.append(large);
    fill(store, plant, 3, 2);

    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(store.set_aside_items({"up"}).size(), 1U);
    EXPECT_TRUE(store.set_aside_items({"up"}).contains(5));
    EXPECT_EQ(deliveries().size(), 8U);
}

TEST_F(ForwarderTest, HolesInTheSequencesDoNotStopProgress) {
    fill(store, plant, 0, 2);
    store.skip_sequences(1000);
    start();

    EXPECT_TRUE(done());
    EXPECT_EQ(forwarder->status().backlog, 0U);
}

TEST_F(ForwarderTest, StoreThatCannotBeReadIsWaitedFor) {
    fill(store, plant, 0, 2);
    store.fail_with(Error{Failure::corrupt, "bad file"});
    start();

    ASSERT_TRUE(eventually([&] { return forwarder->status().state == ForwarderState::waiting; }));
    EXPECT_EQ(forwarder->status().last_error, "bad file");
    store.fail_with(std::nullopt);

    EXPECT_TRUE(done());
}

TEST_F(ForwarderTest, StoppingSaysGoodbyeAndWaitsForAnswers) {
    fill(store, plant, 0, 5);
    start();
    ASSERT_TRUE(done());

    forwarder.reset();

    ASSERT_FALSE(place.copy().status.empty());
    EXPECT_EQ(place.copy().status.front(), "online");
    EXPECT_EQ(place.copy().status.back(), "offline");
}

TEST_F(ForwarderTest, StoppingWhileWaitingIsImmediate) {
    place.with([](FakePlace& there) { there.connects_to_refuse = 1'000'000; });
    start();
    ASSERT_TRUE(eventually([&] { return place.copy().connects > 1; }));

    const auto before = clock.steady();
    forwarder.reset();

    EXPECT_LT(clock.steady() - before, std::chrono::seconds{1});
}

/// Two gateways with one client id: each connection works for a moment.
TEST_F(ForwarderTest, ARefusalThatReturnsAfterEachDeliveryIsMetEverMoreSeldom) {
    place.with([](FakePlace& at) { at.throw_out_after_delivery = true; });
    std::atomic<bool> ended{false};
    const std::jthread plant_goes_on{[&] {
        for (int second = 0; !ended; ++second) {
            fill(store, plant, second, 1);
            rest_a_moment();
        }
    }};

    start(10, {.first = milliseconds{50}, .most = milliseconds{10'000}});
    ASSERT_TRUE(eventually([&] { return place.copy().connected_at.size() >= 7; }));
    ended = true;

    // The sixth pause is half of 50 ms × 32 at least; a first one, goodbye included, is 250 ms.
    const auto at = place.copy().connected_at;
    EXPECT_GE(at[6] - at[5], milliseconds{800});
}

TEST_F(ForwarderTest, AnItemAtWhichTheConnectionEndsEachTimeIsSetAsideAndTheOthersArrive) {
    fill(store, plant, 0, 50);
    place.with([](FakePlace& there) { there.breaks_at = {31, 77}; });

    start();

    ASSERT_TRUE(done());
    const auto aside = store.set_aside_items(up);
    ASSERT_EQ(aside.size(), 2U);
    EXPECT_TRUE(aside.contains(31));
    EXPECT_TRUE(aside.contains(77));
    EXPECT_NE(aside.at(31).find("gone"), std::string::npos) << aside.at(31);
    EXPECT_EQ(deliveries().size(), 98U);
}

TEST_F(ForwarderTest, OnADestinationThatTookNothingYetTheItemIsComparedWithTheNextOnes) {
    fill(store, plant, 0, 5);
    place.with([](FakePlace& there) { there.breaks_at = {1}; });

    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(store.set_aside_items(up).size(), 1U);
    EXPECT_EQ(deliveries().size(), 9U);
}

TEST_F(ForwarderTest, ADescriptionAtWhichTheConnectionEndsIsLeftOutAndTheDataFlow) {
    // Given a destination of MQTT 3.1.1 with a small limit, and one meter with a long name
    plant.meters[0].name = std::string(3000, 'x');
    place.with([](FakePlace& there) { there.most_description = 2000; });
    fill(store, plant, 0, 50);
    start();

    ASSERT_TRUE(done());
    ASSERT_TRUE(eventually([&] { return !place.copy().described.empty(); }));
    EXPECT_EQ(place.copy().described.front(), "m2");
    EXPECT_EQ(store.set_aside_count(up), 0U);
    EXPECT_EQ(deliveries().size(), 100U);
    // And it stays connected
    const int connects = place.copy().connects;
    EXPECT_LE(connects, 8);
    fill(store, plant, 50, 50);
    ASSERT_TRUE(done());
    EXPECT_EQ(place.copy().connects, connects);
}

TEST_F(ForwarderTest, ADestinationThatEndsTheConnectionAtEverythingCostsNoItem) {
    fill(store, plant, 0, 50);
    place.with([](FakePlace& there) { there.breaks_at_all = 60; });

    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(store.set_aside_count(up), 0U);
    EXPECT_EQ(deliveries().size(), 100U);
}

}  // namespace
}  // namespace mg
