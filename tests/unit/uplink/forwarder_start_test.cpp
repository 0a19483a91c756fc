#include "gateway/uplink/start_place.h"
#include "tests/unit/uplink/forwarder_fixture.h"

namespace mg {
namespace {

using At = StartOptions::At;

/// An uplink that is added where 100 items of 50 seconds are stored; both orders.
class UplinkStart : public ForwarderTest, public testing::WithParamInterface<UplinkOrder> {
protected:
    UplinkStart() {
        delivery.order = GetParam();
        fill(store, plant, 0, 50);
    }
    void stop() { forwarder.reset(); }
};

TEST_P(UplinkStart, WithTheOldestEverythingGoes) {
    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries().front(), 1);
    EXPECT_EQ(deliveries().size(), 100U);
}

TEST_P(UplinkStart, WithNowOnlyWhatIsStoredFromThenOnGoes) {
    delivery.start = {.at = At::now, .slot = {}};
    start();
    ASSERT_TRUE(eventually([&] { return store.knows(up); }));
    EXPECT_EQ(forwarder->status().backlog, 0U);
    fill(store, plant, 50, 10);

    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries().front(), 101);
    EXPECT_EQ(deliveries().size(), 20U);
}

TEST_P(UplinkStart, WithATimeWhatIsOfThatTimeOrLaterGoes) {
    delivery.start = {.at = At::slot, .slot = plant_slot(30)};
    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries().front(), 61);
    EXPECT_EQ(deliveries().size(), 40U);
}

TEST_P(UplinkStart, CountsOnceAndABacklogIsNotPassedOverAtTheNextStart) {
    delivery.start = {.at = At::now, .slot = {}};
    place.with([](FakePlace& there) { there.connects_to_refuse = 1'000'000; });
    start();
    ASSERT_TRUE(eventually([&] { return store.knows(up); }));
    fill(store, plant, 50, 10);
    stop();

    place.with([](FakePlace& there) { there.connects_to_refuse = 0; });
    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries().size(), 20U);
}

TEST_P(UplinkStart, AnUplinkThatIsKnownGoesOnWhereItStood) {
    start();
    ASSERT_TRUE(done());
    stop();
    fill(store, plant, 50, 10);

    delivery.start = {.at = At::now, .slot = {}};
    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries().size(), 120U);
}

TEST_P(UplinkStart, BeforeItsTimeNothingIsSentAndNothingDecided) {
    delivery.start = {.at = At::slot, .slot = {clock.utc() + std::chrono::hours{24}}};
    start();
    ASSERT_TRUE(eventually([&] { return forwarder->status().state == ForwarderState::not_begun; }));
    EXPECT_EQ(forwarder->status().backlog, 0U);
    EXPECT_FALSE(forwarder->status().last_error.empty());
    EXPECT_EQ(place.copy().connects, 0);
    stop();

    // A person thinks better of it.
    delivery.start = {.at = At::slot, .slot = plant_slot(30)};
    start();

    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries().size(), 40U);
}

TEST_P(UplinkStart, WhenItsTimeComesItBegins) {
    const int then = 7200;
    delivery.start = {.at = At::slot, .slot = plant_slot(then)};
    start();
    ASSERT_TRUE(eventually([&] { return forwarder->status().state == ForwarderState::not_begun; }));
    fill(store, plant, then - 2, 4);

    clock.set(plant_slot(then + 2).at);
    fill(store, plant, then + 2, 1);  // a commit wakes it

    ASSERT_TRUE(eventually([&] { return store.knows(up); }));
    ASSERT_TRUE(done());
    EXPECT_EQ(deliveries().size(), 6U);
}

TEST_P(UplinkStart, AnItemFromBeforeIsNoProofOfWhatTheDestinationTakes) {
    // Poison as the very first item, on a destination that took nothing yet.
    delivery.start = {.at = At::now, .slot = {}};
    place.with([](FakePlace& there) { there.poison = {101}; });
    start();
    ASSERT_TRUE(eventually([&] { return store.knows(up); }));
    fill(store, plant, 50, 10);

    ASSERT_TRUE(done());
    EXPECT_TRUE(store.set_aside_items(up).contains(101));
    EXPECT_EQ(std::ranges::min(place.copy().taken), 102) << "what lies before the start is not selected";
}

TEST_P(UplinkStart, APeriodBeforeItCanBeOrdered) {
    delivery.start = {.at = At::now, .slot = {}};
    start();
    ASSERT_TRUE(eventually([&] { return store.knows(up); }));
    Resend order;
    order.from = plant_slot(10);
    order.to = plant_slot(20);
    ASSERT_TRUE(store.deliveries().order_resend(up, order));
    forwarder->look_at_orders();

    ASSERT_TRUE(eventually([&] { return store.deliveries().resends(up).empty(); }));
    EXPECT_EQ(deliveries().front(), 21);
    EXPECT_EQ(deliveries().size(), 20U);
}

INSTANTIATE_TEST_SUITE_P(Orders, UplinkStart, testing::Values(UplinkOrder::strict, UplinkOrder::live_first),
                         [](const auto& order) {
                             return order.param == UplinkOrder::strict ? "Strict" : "LiveFirst";
                         });

TEST(StartPlace, ATimeLaterThanAllThatIsStoredIsBehindAllOfIt) {
    MemoryStore store;
    fill(store, plant_with_uplink(2, 1883), 0, 5);
    const StartOptions start{.at = At::slot, .slot = plant_slot(100)};

    const auto place = start_place(store, start, plant_slot(200).at, {});

    ASSERT_TRUE(place);
    EXPECT_EQ(*place, 10);
}

TEST(StartPlace, ALineThatLagsBehindCostsNothingOfTheTimeAsked) {
    // Given line 2, whose sample of the slot before the start is stored after line 1's of the start itself
    const Options plant = plant_with_uplink(2, 1883);
    MemoryStore store;
    store.append(plant_sample(plant, 1, 9));
    store.append(plant_sample(plant, 1, 10));
    store.append(plant_sample(plant, 2, 9));
    store.append(plant_sample(plant, 2, 10));

    const auto place = start_place(store, {.at = At::slot, .slot = plant_slot(10)}, plant_slot(20).at, {});

    ASSERT_TRUE(place);
    EXPECT_EQ(*place, 1);
}

TEST(StartPlace, OfAnEmptyStoreIsItsBeginning) {
    MemoryStore store;
    for (const At at : {At::oldest, At::now, At::slot}) {
        const auto place = start_place(store, {.at = at, .slot = plant_slot(10)}, plant_slot(20).at, {});
        ASSERT_TRUE(place);
        EXPECT_EQ(*place, 0);
    }
}

}  // namespace
}  // namespace mg
