#include <algorithm>

#include "tests/integration/uplink/uplink_fixture.h"

namespace mg {
namespace {

class Delivery : public UplinkTest {
protected:
    static Sequence newest_at(const Subscriber& subscriber) {
        const auto samples = subscriber.samples();
        return samples.empty() ? 0 : samples.back().at("seq").get<Sequence>();
    }
};

TEST_F(Delivery, EverythingStoredArrivesWithItsValue) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    const Options site = plant_with_uplink(3, broker.port());
    fill(store, site, 0, 200);
    store.append(
        Gap{.meter = {"m1"}, .from = plant_slot(200), .to = plant_slot(260), .reason = Quality::stopped});

    start(site);

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(eventually([&] { return subscriber.samples().size() >= 600; }));
    expect_all_arrived(subscriber, 3, 200);
    ASSERT_EQ(subscriber.gaps().size(), 1U);
    EXPECT_EQ(subscriber.gaps()[0].at("to"), "2026-11-22T08:19:20+08:00");
    EXPECT_EQ(uplink->status().delivered_samples, 600U);
    EXPECT_EQ(subscriber.schema_complaints(), "");
}

TEST_F(Delivery, WhatIsCommittedLaterFollowsAtOnce) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    const Options site = plant_with_uplink(2, broker.port());
    start(site);
    ASSERT_TRUE(reaches(ForwarderState::connected)) << uplink->status().last_error;

    fill(store, site, 0, 1);

    EXPECT_TRUE(eventually([&] { return subscriber.samples().size() == 2; }, std::chrono::seconds{2}));
    EXPECT_TRUE(delivers_all());
}

TEST_F(Delivery, BrokerRestartInMidRunLosesNothing) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    Options site = plant_with_uplink(5, broker.port());
    site.uplinks[0].mqtt.max_batch_bytes = 2048;
    fill(store, site, 0, 2000);
    start(site);

    ASSERT_TRUE(eventually([&] { return uplink->status().delivered_messages > 50; }));
    broker.stop();
    fill(store, site, 2000, 200);
    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_LT(store.progress({"broker"}), store.newest());
    broker.start();

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(eventually([&] {
        const auto samples = subscriber.samples();
        return !samples.empty() && samples.back().at("seq") == 11'000;
    }));
    expect_all_arrived(subscriber, 5, 2200);
    EXPECT_EQ(subscriber.schema_complaints(), "");
}

TEST_F(Delivery, MetersAndPresenceAreRetained) {
    MosquittoBroker broker;
    const Options site = plant_with_uplink(2, broker.port());
    start(site);
    ASSERT_TRUE(eventually([&] { return broker.log().find("meters/m2") != std::string::npos; }));

    Subscriber late{broker};

    ASSERT_TRUE(eventually([&] { return late.last_of_topic().size() == 3; }));
    const auto kept = late.last_of_topic();
    EXPECT_EQ(kept.at("metergate/plant/status").at("state"), "online");
    const auto& meter = kept.at("metergate/plant/meters/m2");
    EXPECT_EQ(meter.at("name"), "2号配电柜");
    EXPECT_EQ(meter.at("points")[0].at("multiplier"), 60);
    EXPECT_EQ(meter.at("points")[0].at("name").at("zh"), "正向有功总电能");
    EXPECT_EQ(meter.at("ledger").at("maker"), "示例电表厂 \"甲\"");
    EXPECT_EQ(late.schema_complaints(), "");
}

TEST_F(Delivery, StoppingSaysOffline) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    start(plant_with_uplink(1, broker.port()));
    ASSERT_TRUE(reaches(ForwarderState::connected));

    uplink.reset();

    ASSERT_TRUE(eventually([&] {
        const auto last = subscriber.last_of_topic();
        const auto found = last.find("metergate/plant/status");
        return found != last.end() && found->second.at("state") == "offline";
    }));
    EXPECT_EQ(subscriber.last_of_topic().at("metergate/plant/status").at("reason"), "stopped");
    EXPECT_EQ(subscriber.schema_complaints(), "");
}

TEST_F(Delivery, SmallPacketLimitOfTheBrokerIsKept) {
    MosquittoBroker broker{{.more = "max_packet_size 2000\n"}};
    Subscriber subscriber{broker};
    const Options site = plant_with_uplink(3, broker.port());
    fill(store, site, 0, 100);

    start(site);

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(eventually([&] { return subscriber.samples().size() >= 300; }));
    expect_all_arrived(subscriber, 3, 100);
    EXPECT_EQ(uplink->status().set_aside, 0U);
}

TEST_F(Delivery, PayloadLimitThatTheBrokerDoesNotAnnounceIsFound) {
    MosquittoBroker broker{{.more = "message_size_limit 3000\n"}};
    Subscriber subscriber{broker};
    const Options site = plant_with_uplink(3, broker.port());
    fill(store, site, 0, 100);

    start(site);

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error << broker.log();
    ASSERT_TRUE(eventually([&] { return subscriber.samples().size() >= 300; }));
    expect_all_arrived(subscriber, 3, 100);
    EXPECT_EQ(uplink->status().set_aside, 0U);
}

TEST_F(Delivery, OneMessageAtATimeIsEnough) {
    // mosquitto's max_inflight_messages is its Receive Maximum.
    MosquittoBroker broker{{.more = "max_inflight_messages 1\n"}};
    Subscriber subscriber{broker};
    Options site = plant_with_uplink(3, broker.port());
    site.uplinks[0].mqtt.max_batch_bytes = 1024;
    fill(store, site, 0, 200);
    std::size_t most = 0;

    start(site);

    ASSERT_TRUE(eventually([&] {
        most = std::max(most, uplink->status().in_flight);
        return store.progress({"broker"}) >= store.newest();
    })) << uplink->status().last_error;
    EXPECT_LE(most, 1U);
    ASSERT_TRUE(newest_arrives_at(subscriber));
    expect_conserved({&subscriber});
}

/// Two meters; item 11 does not fit into 1200 bytes.
void fill_with_one_large_sample(SampleStore& store, const Options& site) {
    fill(store, site, 0, 5);
    store.append(Sample{.layout = wide_layout("m1", 60),
                        .slot = plant_slot(100),
                        .taken_at = plant_slot(100).at,
                        .readings = std::vector<Reading>(60, Reading{0x42C80000, Quality::good})});
    fill(store, site, 5, 5);
}

TEST_F(Delivery, ASampleBeyondTheLimitOfTheBrokerIsSetAsideAndTheOthersFlow) {
    MosquittoBroker broker{{.more = "max_packet_size 1200\n"}};
    Subscriber subscriber{broker};
    const Options site = plant_with_uplink(2, broker.port());
    fill_with_one_large_sample(store, site);

    start(site);

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(newest_arrives_at(subscriber));
    const auto aside = store.set_aside_items({"broker"});
    ASSERT_EQ(aside.size(), 1U);
    EXPECT_EQ(aside.begin()->first, 11);
    EXPECT_NE(aside.begin()->second.find("larger than the"), std::string::npos) << aside.begin()->second;
    expect_conserved({&subscriber});
}

TEST_F(Delivery, ALimitThatMqtt311CannotSayIsFoundByConnectionsThatBreak) {
    MosquittoBroker broker{{.more = "max_packet_size 2000\n"}};
    Subscriber subscriber{broker};
    Options site = plant_with_uplink(3, broker.port());
    site.uplinks[0].mqtt.version = 4;
    fill(store, site, 0, 100);

    start(site);

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(newest_arrives_at(subscriber));
    EXPECT_EQ(uplink->status().set_aside, 0U);
    expect_conserved({&subscriber});
}

TEST_F(Delivery, ASampleThatBreaksTheConnectionOnMqtt311IsSetAsideAndTheOthersFlow) {
    MosquittoBroker broker{{.more = "max_packet_size 1200\n"}};
    Subscriber subscriber{broker};
    Options site = plant_with_uplink(2, broker.port());
    site.uplinks[0].mqtt.version = 4;
    fill_with_one_large_sample(store, site);

    start(site);

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(newest_arrives_at(subscriber));
    const auto aside = store.set_aside_items({"broker"});
    ASSERT_EQ(aside.size(), 1U);
    EXPECT_EQ(aside.begin()->first, 11);
    expect_conserved({&subscriber});
}

/// Paho's own queue holds 100 messages unless told otherwise, and answers the next one with an error.
TEST_F(Delivery, TheLargestWindowIsNoTroubleForPaho) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    Options site = plant_with_uplink(5, broker.port());
    site.uplinks[0].mqtt.max_batch_bytes = 1024;
    site.uplinks[0].mqtt.max_in_flight = 1000;
    fill(store, site, 0, 2000);

    start(site);

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    EXPECT_EQ(uplink->status().last_error, "");
    ASSERT_TRUE(eventually([&] { return newest_at(subscriber) == 10'000; }));
    expect_conserved({&subscriber});
    for (const auto& [sequence, times] : received) EXPECT_EQ(times, 1) << sequence;
}

/// Three days of a plant that is read every minute: 43,200 samples.
TEST_F(Delivery, ThreeDaysWithoutABrokerDrainInOrder) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    const Options site = plant_with_uplink(10, broker.port());
    constexpr int kMinutes = 72 * 60;
    broker.stop();
    for (int minute = 0; minute < kMinutes; ++minute) fill(store, site, minute * 60, 1);
    start(site);
    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_EQ(uplink->status().backlog, 43'200U);
    EXPECT_TRUE(eventually([&] { return uplink->status().oldest_unsent == plant_slot(0).at; }));

    broker.start();

    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(eventually([&] { return newest_at(subscriber) == 43'200; }, std::chrono::seconds{30}));
    expect_conserved({&subscriber});
    EXPECT_EQ(received.size(), 43'200U);
}

}  // namespace
}  // namespace mg
