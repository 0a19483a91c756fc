#include <atomic>

#include "tests/integration/uplink/raw_broker.h"
#include "tests/integration/uplink/uplink_fixture.h"
#include "tests/support/slow_names.h"

namespace mg {
namespace {

/// Two uplinks of one process; "broker" must not notice what the other one waits for. Paho has one lock for
/// all its clients.
class TwoUplinks : public UplinkTest {
protected:
    /// The other one, with a store of its own, to `address`; it waits there longer than the test takes.
    void start_troubled(const BrokerAddress& address) {
        other_plant = plant_with_uplink(1, 1);
        other_plant.uplinks[0].id = {"other"};
        other_plant.uplinks[0].mqtt.brokers = {address};
        auto settings = forwarder_settings(other_plant.uplinks.front(), other_plant.site, clock);
        settings.connect_timeout = std::chrono::minutes{2};
        fill(other_store, other_plant, 0, 5);
        other = make_mqtt_uplink(other_plant.uplinks.front(), other_plant, other_store, clock, settings);
    }
    /// Everything goes out while the other one still waits.
    void expect_undisturbed() {
        MosquittoBroker broker;
        Subscriber subscriber{broker};
        Options site = plant_with_uplink(5, broker.port());
        site.uplinks[0].mqtt.max_batch_bytes = 2048;
        fill(store, site, 0, 1000);
        start(site);
        ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
        EXPECT_EQ(uplink->status().last_error, "");
        EXPECT_EQ(other->status().state, ForwarderState::connecting) << other->status().last_error;
        ASSERT_TRUE(eventually([&] {
            const auto samples = subscriber.samples();
            return !samples.empty() && samples.back().at("seq") == 5000;
        }));
        expect_conserved({&subscriber});
        EXPECT_EQ(other_store.progress({"other"}), 0);
        uplink.reset();
    }

    Options other_plant;
    MemoryStore other_store;
    std::unique_ptr<Forwarder> other;
};

TEST_F(TwoUplinks, ANameServerThatHangsHoldsUpOnlyItsOwnUplink) {
    const int asked_before = slow_lookups();
    start_troubled({.host = "broker.hang.test", .port = 1883});
    ASSERT_TRUE(eventually([&] { return slow_lookups() > asked_before; }));

    expect_undisturbed();
}

TEST_F(TwoUplinks, ATlsHandshakeThatHangsHoldsUpOnlyItsOwnUplink) {
    std::atomic<bool> hello{false};
    const raw::TcpPeer peer{[&](raw::Wire& wire, int /*connection*/) {
        hello = wire.read(1).has_value();
        while (wire.read(1)) continue;
    }};
    start_troubled({.host = "127.0.0.1", .port = peer.port(), .tls = true});
    ASSERT_TRUE(eventually([&] { return hello.load(); }));

    expect_undisturbed();
    other.reset();
}

TEST_F(TwoUplinks, ABrokerThatNeverAnswersHoldsUpOnlyItsOwnUplink) {
    std::atomic<bool> asked{false};
    const raw::TcpPeer peer{[&](raw::Wire& wire, int /*connection*/) {
        asked = raw::read_mqtt(wire).has_value();
        while (wire.read(1)) continue;
    }};
    start_troubled({.host = "127.0.0.1", .port = peer.port()});
    ASSERT_TRUE(eventually([&] { return asked.load(); }));

    expect_undisturbed();
    other.reset();
}

TEST_F(TwoUplinks, AHangingNameIsAskedOnceAndTheNextAddressUsed) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    const int asked_before = slow_lookups();
    Options site = plant_with_uplink(1, broker.port());
    auto& brokers = site.uplinks[0].mqtt.brokers;
    brokers[0].host = "localhost";  // a name as well: it must not push the other question aside
    brokers.insert(brokers.begin(), BrokerAddress{.host = "broker.hang.test", .port = 1883});
    fill(store, site, 0, 5);
    start(site, 600);
    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;

    // Each end of a connection is a new round, which begins with the name that hangs.
    for (int round = 1; round <= 2; ++round) {
        broker.stop();
        ASSERT_TRUE(reaches(ForwarderState::waiting));
        ASSERT_TRUE(eventually([&] {
            return uplink->status().last_error.find("broker.hang.test") != std::string::npos;
        })) << uplink->status().last_error;
        broker.start();
        ASSERT_TRUE(subscriber.subscribed(round + 1));
        fill(store, site, 4 + round, 1);
        ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    }

    EXPECT_EQ(slow_lookups() - asked_before, 1) << "each try leaves a thread behind";
    ASSERT_TRUE(newest_arrives_at(subscriber));
    expect_conserved({&subscriber});
}

}  // namespace
}  // namespace mg
