#include "tests/integration/uplink/uplink_fixture.h"
#include "tests/support/tcp_gate.h"

namespace mg {
namespace {

using Network = UplinkTest;

TEST_F(Network, HalfOpenConnectionIsLeftAndEverythingSentAgain) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    TcpGate gate{broker.port()};
    Options site = plant_with_uplink(2, gate.port());
    site.uplinks[0].mqtt.ack_timeout = std::chrono::seconds{1};
    fill(store, site, 0, 10);
    start(site, 1000);
    ASSERT_TRUE(delivers_all());

    gate.block();
    fill(store, site, 10, 10);
    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_NE(uplink->status().last_error.find("no answer"), std::string::npos)
        << uplink->status().last_error;
    EXPECT_EQ(store.progress({"broker"}), 20);
    gate.unblock();

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(eventually([&] { return subscriber.samples().size() >= 40; }));
    expect_all_arrived(subscriber, 2, 20);
}

TEST_F(Network, ConnectionCutWithMessagesUnderWayLosesNothing) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    TcpGate gate{broker.port()};
    Options site = plant_with_uplink(5, gate.port());
    site.uplinks[0].mqtt.max_batch_bytes = 2048;
    fill(store, site, 0, 1000);
    start(site);

    for (std::uint64_t round = 1; round <= 3; ++round) {
        ASSERT_TRUE(eventually([&] { return uplink->status().delivered_messages > round * 20; }));
        gate.cut();
        ASSERT_TRUE(reaches(ForwarderState::waiting));
        gate.reopen();
    }

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(eventually([&] {
        const auto samples = subscriber.samples();
        return !samples.empty() && samples.back().at("seq") == 5000;
    }));
    expect_all_arrived(subscriber, 5, 1000);
}

TEST_F(Network, ConnectionCutBetweenPublishAndPubackSendsAgainWhatWasNotAcknowledged) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    TcpGate gate{broker.port()};
    Options site = plant_with_uplink(2, gate.port());
    site.uplinks[0].mqtt.max_batch_bytes = 1024;
    site.uplinks[0].mqtt.max_in_flight = 200;  // room for every sample in a message of its own
    fill(store, site, 0, 20);
    start(site);
    ASSERT_TRUE(delivers_all());

    gate.mute();
    fill(store, site, 20, 20);
    ASSERT_TRUE(eventually([&] { return subscriber.samples().size() >= 80; }));
    const Sequence confirmed = store.progress({"broker"});
    gate.cut();
    ASSERT_TRUE(reaches(ForwarderState::waiting));
    gate.unmute();
    gate.reopen();

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(eventually([&] { return subscriber.samples().size() >= 120; }));
    expect_conserved({&subscriber});
    EXPECT_EQ(confirmed, 40);
    for (const auto& [sequence, times] : received)
        EXPECT_EQ(times, sequence <= confirmed ? 1 : 2) << sequence;
}

TEST_F(Network, BrokerKilledBetweenPublishAndPubackLosesNothing) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    TcpGate gate{broker.port()};
    Options site = plant_with_uplink(2, gate.port());
    site.uplinks[0].mqtt.max_batch_bytes = 1024;
    fill(store, site, 0, 20);
    start(site);
    ASSERT_TRUE(delivers_all());
    ASSERT_TRUE(eventually([&] { return subscriber.samples().size() >= 40; }));

    gate.mute();
    fill(store, site, 20, 20);
    ASSERT_TRUE(eventually([&] { return subscriber.samples().size() > 40; }));
    broker.kill();
    gate.cut();
    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_EQ(store.progress({"broker"}), 40);
    // What a broker took and forgot by dying is its own loss; so the listener is back before we are.
    broker.start();
    ASSERT_TRUE(subscriber.subscribed(2));
    gate.unmute();
    gate.reopen();

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(eventually([&] {
        const auto samples = subscriber.samples();
        return !samples.empty() && samples.back().at("seq") == 80;
    }));
    expect_conserved({&subscriber});
}

TEST_F(Network, HalfOpenConnectionIsNoticedByTheKeepAliveWhenNothingIsUnderWay) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    TcpGate gate{broker.port()};
    Options site = plant_with_uplink(1, gate.port());
    site.uplinks[0].mqtt.keep_alive = std::chrono::seconds{1};
    fill(store, site, 0, 5);
    start(site, 1000);
    ASSERT_TRUE(delivers_all());
    ASSERT_TRUE(eventually([&] { return uplink->status().in_flight == 0; }));

    gate.block();

    const auto before = clock.steady();
    ASSERT_TRUE(reaches(ForwarderState::waiting));
    RecordProperty("noticed_after_ms", static_cast<int>((clock.steady() - before) / milliseconds{1}));
    gate.unblock();
    fill(store, site, 5, 5);
    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(newest_arrives_at(subscriber));
    expect_conserved({&subscriber});
}

TEST_F(Network, HalfOpenWhileConnectingIsLeftAndTriedAgain) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    TcpGate gate{broker.port()};
    gate.block();
    const Options site = plant_with_uplink(1, gate.port());
    fill(store, site, 0, 5);
    start(site, 1000);

    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_NE(uplink->status().last_error.find("no answer to CONNECT"), std::string::npos)
        << uplink->status().last_error;
    gate.unblock();

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(newest_arrives_at(subscriber));
    expect_conserved({&subscriber});
}

TEST_F(Network, HalfOpenInTheTlsHandshakeIsLeftAndTriedAgain) {
    const TemporaryFolder folder;
    const TestCertificates certificates{folder.path(), "IP:127.0.0.1"};
    MosquittoBroker broker{{.tls = &certificates}};
    TcpGate gate{broker.port()};
    gate.mute();  // the ClientHello arrives, the answer does not
    Options site = plant_with_uplink(1, gate.port());
    site.uplinks[0].mqtt.brokers[0].tls = true;
    site.uplinks[0].mqtt.tls.ca_file = certificates.ca;
    fill(store, site, 0, 5);
    start(site, 1000);

    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_NE(uplink->status().last_error.find("no answer to CONNECT"), std::string::npos)
        << uplink->status().last_error;
    EXPECT_EQ(store.progress({"broker"}), 0);
    gate.unmute();

    EXPECT_TRUE(delivers_all()) << uplink->status().last_error;
    EXPECT_NE(broker.log().find("metergate/plant/samples"), std::string::npos);
}

TEST_F(Network, LostConnectionLeavesOfflineAsLastWill) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    TcpGate gate{broker.port()};
    start(plant_with_uplink(1, gate.port()));
    const auto presence = [&] {
        const auto last = subscriber.last_of_topic();
        const auto found = last.find("metergate/plant/status");
        return found == last.end() ? std::string{} : found->second.at("state").get<std::string>();
    };
    ASSERT_TRUE(eventually([&] { return presence() == "online"; }));

    gate.cut();

    EXPECT_TRUE(eventually([&] { return presence() == "offline"; }));
    EXPECT_EQ(subscriber.last_of_topic().at("metergate/plant/status").at("reason"), "connection_lost");
    EXPECT_EQ(subscriber.schema_complaints(), "");
}

TEST_F(Network, StoppingTakesTwoSecondsAtMostWhenNobodyAnswers) {
    MosquittoBroker broker;
    TcpGate gate{broker.port()};
    const Options site = plant_with_uplink(1, gate.port());
    start(site);
    ASSERT_TRUE(reaches(ForwarderState::connected));
    gate.block();
    fill(store, site, 0, 5);
    ASSERT_TRUE(eventually([&] { return uplink->status().in_flight > 0; }));

    const auto before = clock.steady();
    uplink.reset();

    EXPECT_LT(clock.steady() - before, std::chrono::milliseconds{3500});
}

}  // namespace
}  // namespace mg
