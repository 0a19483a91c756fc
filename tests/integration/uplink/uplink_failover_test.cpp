#include <algorithm>

#include "tests/integration/uplink/uplink_fixture.h"
#include "tests/support/tcp_gate.h"

namespace mg {
namespace {

/// Several addresses of one uplink.
class Failover : public UplinkTest {
protected:
    static Options plant_with_brokers(int meters, const std::vector<std::uint16_t>& ports) {
        Options site = plant_with_uplink(meters, ports.front());
        site.uplinks[0].mqtt.brokers.clear();
        for (const std::uint16_t port : ports)
            site.uplinks[0].mqtt.brokers.push_back({.host = "127.0.0.1", .port = port});
        return site;
    }
    static std::string address(std::uint16_t port) { return "mqtt://127.0.0.1:" + std::to_string(port); }
    bool delivers_to(std::uint16_t port) {
        return eventually([&] {
                   const auto status = uplink->status();
                   return status.state == ForwarderState::connected && status.destination == address(port);
               }) &&
               delivers_all();
    }
    bool has(const Subscriber& subscriber, Sequence sequence) {
        return eventually([&] {
            const auto samples = subscriber.samples();
            return std::ranges::any_of(samples, [&](const auto& s) { return s.at("seq") == sequence; });
        });
    }

    TemporaryFolder folder;
};

TEST_F(Failover, TheNextAddressIsUsedWhenTheFirstIsAway) {
    MosquittoBroker second;
    Subscriber subscriber{second};
    const Options site = plant_with_brokers(2, {free_port(), second.port()});
    fill(store, site, 0, 20);

    start(site);

    ASSERT_TRUE(delivers_to(second.port())) << uplink->status().last_error;
    EXPECT_EQ(uplink->status().last_error, "");
    ASSERT_TRUE(has(subscriber, 40));
    expect_conserved({&subscriber});
}

TEST_F(Failover, MessagesUnderWayAreHandedOverAndOnlyTheyComeTwice) {
    MosquittoBroker first;
    MosquittoBroker second;
    Subscriber at_first{first};
    Subscriber at_second{second};
    TcpGate gate{first.port()};
    Options site = plant_with_brokers(3, {gate.port(), second.port()});
    site.uplinks[0].mqtt.max_batch_bytes = 1024;
    site.uplinks[0].mqtt.max_in_flight = 200;  // room for every sample in a message of its own
    fill(store, site, 0, 20);
    start(site);
    ASSERT_TRUE(delivers_to(gate.port()));

    // The broker takes what comes now, but its acknowledgements are lost with the connection.
    gate.mute();
    fill(store, site, 20, 20);
    ASSERT_TRUE(has(at_first, 100));
    const Sequence confirmed = store.progress({"broker"});
    EXPECT_EQ(confirmed, 60);
    gate.cut();

    ASSERT_TRUE(delivers_to(second.port())) << uplink->status().last_error;
    fill(store, site, 40, 10);
    ASSERT_TRUE(delivers_all());
    ASSERT_TRUE(has(at_second, 150));
    expect_conserved({&at_first, &at_second});
    for (const auto& [sequence, times] : received) {
        EXPECT_LE(times, sequence <= confirmed ? 1 : 2) << sequence;
    }
    EXPECT_EQ(received[61], 2);
}

TEST_F(Failover, TheFirstAddressHasItsTurnBackWhenTheOtherFails) {
    MosquittoBroker first;
    MosquittoBroker second;
    Subscriber at_first{first};
    Subscriber at_second{second};
    TcpGate to_second{second.port()};
    const Options site = plant_with_brokers(2, {first.port(), to_second.port()});
    start(site);
    ASSERT_TRUE(delivers_to(first.port()));

    first.stop();
    fill(store, site, 0, 5);
    ASSERT_TRUE(delivers_to(to_second.port())) << uplink->status().last_error;

    // Back already, but the one that works is kept.
    first.start();
    ASSERT_TRUE(at_first.subscribed(2));
    fill(store, site, 5, 5);
    ASSERT_TRUE(delivers_to(to_second.port()));
    ASSERT_TRUE(has(at_second, 20));

    to_second.drop();
    fill(store, site, 10, 5);
    ASSERT_TRUE(delivers_to(first.port())) << uplink->status().last_error;
    ASSERT_TRUE(has(at_first, 30));
    expect_conserved({&at_first, &at_second});
}

TEST_F(Failover, AnAddressThatLetsUsInAndTakesNothingIsNotInTheWay) {
    MosquittoBroker denying{{.acl = "topic read #\ntopic write metergate/plant/status\n"}};
    MosquittoBroker second;
    Subscriber subscriber{second};
    const Options site = plant_with_brokers(1, {denying.port(), second.port()});
    fill(store, site, 0, 20);

    start(site);

    ASSERT_TRUE(delivers_to(second.port())) << uplink->status().last_error;
    EXPECT_EQ(uplink->status().set_aside, 0U);
    ASSERT_TRUE(has(subscriber, 20));
    expect_conserved({&subscriber});
}

TEST_F(Failover, AnAddressThatNeverAnswersCostsItsShareOfTheTimeOnly) {
    MosquittoBroker first;
    MosquittoBroker second;
    Subscriber subscriber{second};
    TcpGate gate{first.port()};
    gate.block();
    const Options site = plant_with_brokers(1, {gate.port(), second.port()});
    fill(store, site, 0, 20);

    start(site, 2000);

    ASSERT_TRUE(delivers_to(second.port())) << uplink->status().last_error;
    ASSERT_TRUE(has(subscriber, 20));
    expect_conserved({&subscriber});
}

TEST_F(Failover, TlsIsAMatterOfEachAddress) {
    const TestCertificates certificates{folder.path(), "IP:127.0.0.1"};
    MosquittoBroker plain;
    MosquittoBroker encrypted{{.tls = &certificates}};
    Subscriber at_plain{plain};
    Options site = plant_with_brokers(1, {plain.port(), encrypted.port()});
    site.uplinks[0].mqtt.brokers[1].tls = true;
    site.uplinks[0].mqtt.tls.ca_file = certificates.ca;
    fill(store, site, 0, 5);
    start(site);
    ASSERT_TRUE(delivers_to(plain.port())) << uplink->status().last_error;
    ASSERT_TRUE(has(at_plain, 5));

    plain.stop();
    fill(store, site, 5, 5);

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    EXPECT_EQ(uplink->status().destination, "mqtts://127.0.0.1:" + std::to_string(encrypted.port()));
    EXPECT_NE(encrypted.log().find("metergate/plant/samples"), std::string::npos);
}

TEST_F(Failover, WhenAllAddressesFailEachIsNamed) {
    const std::uint16_t nobody = free_port();
    MosquittoBroker closed{{.users = "gateway:secret\n"}};
    const Options site = plant_with_brokers(1, {nobody, closed.port()});
    fill(store, site, 0, 5);

    start(site);

    // The first may be back by itself at any moment: that is not left to a person.
    ASSERT_TRUE(reaches(ForwarderState::waiting));
    const std::string error = uplink->status().last_error;
    EXPECT_NE(error.find(std::to_string(nobody)), std::string::npos) << error;
    EXPECT_NE(error.find("not authorised"), std::string::npos) << error;
    EXPECT_EQ(uplink->status().destination, address(nobody) + ", " + address(closed.port()));
    EXPECT_EQ(store.progress({"broker"}), 0);
}

}  // namespace
}  // namespace mg
