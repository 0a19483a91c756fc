#include <atomic>

#include "tests/integration/uplink/raw_broker.h"
#include "tests/integration/uplink/uplink_fixture.h"

namespace mg {
namespace {

using Connect = UplinkTest;

struct Refused {
    int version;
    std::uint8_t code;
    bool held;          ///< a person must act; otherwise it passes by itself
    const char* words;  ///< in the one line that people read
};

void PrintTo(const Refused& refused, std::ostream* out) {
    *out << "MQTT " << refused.version << " code " << int{refused.code};
}

class ConnectRefused : public UplinkTest, public testing::WithParamInterface<Refused> {};

TEST_P(ConnectRefused, IsHeldOrWaitedForAndNamed) {
    const Refused refused = GetParam();
    const raw::TcpPeer broker{[&](raw::Wire& wire, int /*connection*/) {
        if (!raw::read_mqtt(wire)) return;
        wire.write(raw::connack(refused.version, refused.code));
        while (raw::read_mqtt(wire)) continue;
    }};
    Options site = plant_with_uplink(1, broker.port());
    site.uplinks[0].mqtt.version = refused.version;
    fill(store, site, 0, 5);

    start(site);

    ASSERT_TRUE(reaches(refused.held ? ForwarderState::held : ForwarderState::waiting))
        << uplink->status().last_error;
    const auto status = uplink->status();
    EXPECT_NE(status.last_error.find(refused.words), std::string::npos) << status.last_error;
    EXPECT_NE(status.last_error.find(std::to_string(broker.port())), std::string::npos) << status.last_error;
    EXPECT_EQ(status.last_error.find('\n'), std::string::npos);
    EXPECT_EQ(store.progress({"broker"}), 0);
    EXPECT_EQ(status.set_aside, 0U);
    EXPECT_EQ(status.backlog, 5U);
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, ConnectRefused,
    testing::Values(Refused{5, 0x80, false, "unspecified"}, Refused{5, 0x84, true, "version"},
                    Refused{5, 0x85, true, "client id"}, Refused{5, 0x86, true, "password"},
                    Refused{5, 0x87, true, "not authorised"}, Refused{5, 0x88, false, "unavailable"},
                    Refused{5, 0x89, false, "busy"}, Refused{5, 0x8A, true, "banned"},
                    Refused{5, 0x8C, true, "authentication"}, Refused{5, 0x95, false, "too large"},
                    Refused{5, 0x97, false, "quota"}, Refused{5, 0x9C, true, "another server"},
                    Refused{5, 0x9D, true, "moved"}, Refused{5, 0x9F, false, "rate"},
                    Refused{5, 0xC7, false, "199"}, Refused{4, 1, true, "version"},
                    Refused{4, 2, true, "client id"}, Refused{4, 3, false, "unavailable"},
                    Refused{4, 4, true, "password"}, Refused{4, 5, true, "not authorised"},
                    Refused{4, 77, false, "77"}));

TEST_F(Connect, ABrokerThatNeverAnswersIsLeftAndTriedAgain) {
    const raw::TcpPeer broker{[](raw::Wire& wire, int /*connection*/) {
        while (raw::read_mqtt(wire)) continue;
    }};
    const Options site = plant_with_uplink(1, broker.port());
    fill(store, site, 0, 5);

    start(site, 500);

    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_NE(uplink->status().last_error.find("no answer to CONNECT"), std::string::npos)
        << uplink->status().last_error;
    EXPECT_TRUE(eventually([&] { return broker.connections() >= 2; }));
    EXPECT_EQ(store.progress({"broker"}), 0);
}

/// What mosquitto does beyond max_connections: it accepts and closes.
TEST_F(Connect, ABrokerWithoutAFreePlaceIsWaitedFor) {
    const raw::TcpPeer broker{[](raw::Wire& wire, int /*connection*/) { wire.close(); }};
    const Options site = plant_with_uplink(1, broker.port());
    fill(store, site, 0, 5);

    start(site);

    ASSERT_TRUE(eventually([&] { return broker.connections() >= 3; }));
    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_NE(uplink->status().last_error.find(std::to_string(broker.port())), std::string::npos)
        << uplink->status().last_error;
    EXPECT_EQ(store.progress({"broker"}), 0);
    EXPECT_EQ(uplink->status().backlog, 5U);
}

/// A broker that takes messages and acknowledges none: no more is handed over than the window holds.
TEST_F(Connect, NoMoreThanTheWindowIsEverHandedOver) {
    std::atomic<int> published{0};
    const raw::TcpPeer broker{[&](raw::Wire& wire, int connection) {
        if (!raw::read_mqtt(wire)) return;
        wire.write(raw::connack(5, 0));
        while (const auto packet = raw::read_mqtt(wire)) {
            if (raw::is_publish(*packet) && connection == 0) ++published;
        }
    }};
    Options site = plant_with_uplink(2, broker.port());
    site.uplinks[0].mqtt.max_batch_bytes = 1024;
    site.uplinks[0].mqtt.max_in_flight = 8;
    site.uplinks[0].mqtt.ack_timeout = std::chrono::seconds{1};
    fill(store, site, 0, 1000);

    start(site);

    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_NE(uplink->status().last_error.find("no answer for"), std::string::npos)
        << uplink->status().last_error;
    EXPECT_EQ(published, 8);
    EXPECT_EQ(store.progress({"broker"}), 0);
    EXPECT_EQ(uplink->status().set_aside, 0U);
}

}  // namespace
}  // namespace mg
