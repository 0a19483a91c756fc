#include "gateway/uplink/forwarder.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/base/guarded.h"
#include "tests/support/child_process.h"
#include "tests/support/memory_store.h"
#include "tests/support/uplink_plant.h"

namespace mg {
namespace {

/// A destination in memory that answers at once and as it was told.
struct FakePlace {
    std::vector<Sequence> taken;  ///< in order of delivery
    std::vector<std::size_t> message_items;
    int connects{0};
    int connects_to_refuse{0};
    Failure refusal{Failure::transient};
    std::set<Sequence> poison;    ///< a message with one of these is rejected
    std::optional<Failure> deny;  ///< every message of samples fails with this
    int lose_after{-1};           ///< the connection breaks after so many further messages of samples
    std::size_t payload_bytes{65'536};
    bool silent{false};
    bool throw_out_after_delivery{false};  ///< confirms one message, then refuses everything
    std::vector<SteadyTime> connected_at;
    std::vector<std::string> status;
};

class FakeDestination final : public Destination {
public:
    FakeDestination(Guarded<FakePlace>& place, Signal& wake) : place_{place}, wake_{wake} {}

    Result<DestinationLimits> connect(SteadyTime /*deadline*/, std::stop_token /*stop*/) override {
        events_ = {};
        lost_ = false;
        return place_.with([&](FakePlace& place) -> Result<DestinationLimits> {
            ++place.connects;
            place.connected_at.push_back(std::chrono::steady_clock::now());
            if (place.connects_to_refuse > 0) {
                --place.connects_to_refuse;
                return fail(place.refusal, "not now");
            }
            return DestinationLimits{.payload_bytes = place.payload_bytes, .in_flight = 4};
        });
    }
    Result<> submit(Ticket ticket, const OutgoingMessage& message) override {
        const auto outcome = place_.with([&](FakePlace& place) { return judge(place, ticket, message); });
        if (outcome) events_.outcomes.push_back(*outcome);
        wake_.raise();
        return {};
    }
    DestinationEvents take_events() override { return std::exchange(events_, {}); }
    void disconnect(SteadyTime /*deadline*/) override {}
    void abandon() override { events_ = {}; }

private:
    std::optional<Outcome> judge(FakePlace& place, Ticket ticket, const OutgoingMessage& message) {
        Outcome outcome;
        outcome.ticket = ticket;
        const auto body = nlohmann::json::parse(message.payload);
        if (message.kind == MessageKind::status) place.status.push_back(body.at("state"));
        if (message.kind != MessageKind::samples) return outcome;
        if (place.silent) return std::nullopt;
        if (lost_) return std::nullopt;
        if (place.lose_after == 0) {
            place.lose_after = -1;
            lost_ = true;
            events_.lost = Error{Failure::session_lost, "gone"};
            return std::nullopt;
        }
        if (place.lose_after > 0) --place.lose_after;
        std::vector<Sequence> sequences;
        for (const auto& sample : body.at("samples")) sequences.push_back(sample.at("seq"));
        if (place.deny) {
            outcome.error = Error{*place.deny, "denied"};
            return outcome;
        }
        for (const Sequence sequence : sequences) {
            if (place.poison.contains(sequence)) {
                outcome.error = Error{Failure::rejected, "poison"};
                return outcome;
            }
        }
        if (place.throw_out_after_delivery) {
            lost_ = true;
            events_.lost = Error{Failure::refused, "another client"};
        }
        place.message_items.push_back(sequences.size());
        place.taken.insert(place.taken.end(), sequences.begin(), sequences.end());
        return outcome;
    }

    Guarded<FakePlace>& place_;
    Signal& wake_;
    DestinationEvents events_;
    bool lost_{false};
};

class ForwarderTest : public testing::Test {
protected:
    void start(std::size_t most_items = 10,
               BackoffLimits hold = {.first = milliseconds{10}, .most = milliseconds{20}}) {
        Forwarder::Settings settings;
        settings.id = {"up"};
        settings.most_items = most_items;
        settings.reconnect = {.first = milliseconds{2}, .most = milliseconds{10}};
        settings.hold = hold;
        settings.ack_timeout = milliseconds{300};
        settings.stop_timeout = milliseconds{200};
        forwarder = std::make_unique<Forwarder>(settings, plant, store, clock, [&](Signal& wake) {
            return std::make_unique<FakeDestination>(place, wake);
        });
    }
    bool done() {
        return eventually([&] { return store.progress({"up"}) >= store.newest(); });
    }
    /// By last delivery: what goes back to an earlier item brings everything after it again, so this is in
    /// order.
    std::vector<Sequence> deliveries() {
        std::set<Sequence> seen;
        std::vector<Sequence> order;
        const auto taken = place.copy().taken;
        for (auto sequence = taken.rbegin(); sequence != taken.rend(); ++sequence) {
            if (seen.insert(*sequence).second) order.push_back(*sequence);
        }
        std::ranges::reverse(order);
        return order;
    }

    Options plant = plant_with_uplink(2, 1883);
    SystemClock clock;
    MemoryStore store;
    Guarded<FakePlace> place;
    std::unique_ptr<Forwarder> forwarder;
};

TEST_F(ForwarderTest, DeliversInOrderAndAcknowledgesWhatIsConfirmed) {
    fill(store, plant, 0, 50);

    start();

    ASSERT_TRUE(done());
    const auto order = deliveries();
    EXPECT_EQ(order.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(order));
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

}  // namespace
}  // namespace mg
