#include <csignal>

#include "tests/integration/uplink/raw_broker.h"
#include "tests/integration/uplink/uplink_fixture.h"

namespace mg {
namespace {

constexpr const char* kOurId = "metergate-plant-broker";

/// Another client that uses our client id, and comes back a second after each time that we took it back.
class Takeover : public UplinkTest {
protected:
    static ChildProcess intruder(const MosquittoBroker& broker, const std::string& version) {
        return ChildProcess{{"mosquitto_sub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-i",
                             kOurId, "-V", version, "-t", "elsewhere"},
                            {}};
    }
    /// The connection is ours and theirs in turn; sooner or later that is said.
    bool is_recognised() {
        return eventually([&] { return uplink->status().last_error.find(kOurId) != std::string::npos; },
                          std::chrono::seconds{40});
    }
};

TEST_F(Takeover, IsNamedByABrokerThatSaysSo) {
    // mosquitto 2.0.11 ends the older connection without a word on MQTT 5 as well; others say 142.
    const raw::TcpPeer broker{[](raw::Wire& wire, int /*connection*/) {
        if (!raw::read_mqtt(wire)) return;
        wire.write(raw::connack(5, 0));
        const auto status = raw::read_mqtt(wire);
        if (!status) return;
        wire.write(raw::puback(*status, 0));
        wire.write(raw::disconnect(142));
        while (raw::read_mqtt(wire))
            continue;  // closing on unread bytes would be a reset, and take the word back
    }};
    hold = {.first = std::chrono::minutes{1}, .most = std::chrono::minutes{1}};

    start(plant_with_uplink(1, broker.port()));

    ASSERT_TRUE(reaches(ForwarderState::held)) << uplink->status().last_error;
    EXPECT_NE(uplink->status().last_error.find(kOurId), std::string::npos) << uplink->status().last_error;
    EXPECT_NE(uplink->status().last_error.find("142"), std::string::npos);
    EXPECT_EQ(broker.connections(), 1);
}

/// mosquitto, by protocol version.
class SilentTakeover : public Takeover, public testing::WithParamInterface<int> {};

TEST_P(SilentTakeover, IsGuessedFromConnectionsThatNeverLast) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    Options site = plant_with_uplink(2, broker.port());
    site.uplinks[0].mqtt.version = GetParam();
    fill(store, site, 0, 10);
    start(site);
    ASSERT_TRUE(delivers_all());

    ChildProcess other = intruder(broker, GetParam() == 5 ? "5" : "311");

    ASSERT_TRUE(is_recognised()) << uplink->status().last_error;
    EXPECT_NE(uplink->status().last_error.find("does another client use"), std::string::npos);
    other.end(SIGTERM);
    fill(store, site, 10, 10);
    ASSERT_TRUE(delivers_all()) << uplink->status().last_error;
    ASSERT_TRUE(newest_arrives_at(subscriber));
    expect_conserved({&subscriber});
}

INSTANTIATE_TEST_SUITE_P(Mqtt, SilentTakeover, testing::Values(5, 4));

}  // namespace
}  // namespace mg
