#include "tests/integration/uplink/uplink_fixture.h"

namespace mg {
namespace {

using Delivery = UplinkTest;

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

}  // namespace
}  // namespace mg
