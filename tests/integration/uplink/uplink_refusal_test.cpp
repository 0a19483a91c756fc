#include <fstream>

#include "tests/integration/uplink/uplink_fixture.h"

namespace mg {
namespace {

/// Rights, passwords, certificates: what a broker holds against us.
class Refusal : public UplinkTest {
protected:
    std::string credentials_file(const std::string& text, bool open_to_others = false) {
        const auto file = folder.path() / "credentials";
        std::ofstream{file} << text;
        using std::filesystem::perms;
        std::filesystem::permissions(file, perms::owner_read | perms::owner_write |
                                               (open_to_others ? perms::group_read : perms::none));
        return file.string();
    }
    [[nodiscard]] std::string last_error() const { return uplink->status().last_error; }

    TemporaryFolder folder;
};

TEST_F(Refusal, WrongPasswordHoldsUntilItIsPutRight) {
    MosquittoBroker broker{{.users = "gateway:right\n"}};
    Options site = plant_with_uplink(1, broker.port());
    site.uplinks[0].mqtt.credentials = credentials_file("user = gateway\npassword = pass-of-yesterday\n");
    fill(store, site, 0, 5);
    start(site);

    ASSERT_TRUE(reaches(ForwarderState::held));
    EXPECT_NE(last_error().find("check user name, password"), std::string::npos) << last_error();
    EXPECT_EQ(last_error().find("pass-of-yesterday"), std::string::npos);
    EXPECT_EQ(store.progress({"broker"}), 0);

    broker.set_users("gateway:pass-of-yesterday\n");
    EXPECT_TRUE(delivers_all()) << last_error();
}

TEST_F(Refusal, WrongPasswordIsNamedOnMqtt311AsWell) {
    MosquittoBroker broker{{.users = "gateway:right\n"}};
    Options site = plant_with_uplink(1, broker.port());
    site.uplinks[0].mqtt.version = 4;
    site.uplinks[0].mqtt.credentials = credentials_file("user = gateway\npassword = pass-of-yesterday\n");
    start(site);

    ASSERT_TRUE(reaches(ForwarderState::held));
    EXPECT_NE(last_error().find("password"), std::string::npos) << last_error();
}

TEST_F(Refusal, CredentialsThatOthersMayReadAreNotUsed) {
    MosquittoBroker broker;
    Options site = plant_with_uplink(1, broker.port());
    site.uplinks[0].mqtt.credentials = credentials_file("user = gateway\npassword = secret\n", true);
    start(site);

    ASSERT_TRUE(reaches(ForwarderState::held));
    EXPECT_NE(last_error().find("chmod 600"), std::string::npos) << last_error();
    EXPECT_EQ(last_error().find("secret"), std::string::npos);
}

TEST_F(Refusal, DeniedPublishIsNotTakenForDelivered) {
    MosquittoBroker broker{{.acl = "topic read #\ntopic write metergate/plant/status\n"}};
    Options site = plant_with_uplink(1, broker.port());
    fill(store, site, 0, 5);
    start(site);

    ASSERT_TRUE(reaches(ForwarderState::held));
    EXPECT_NE(last_error().find("not authorised"), std::string::npos) << last_error();
    EXPECT_EQ(store.progress({"broker"}), 0);
    EXPECT_EQ(uplink->status().set_aside, 0U);
    EXPECT_EQ(uplink->status().delivered_samples, 0U);

    broker.set_acl("topic readwrite #\n");
    EXPECT_TRUE(delivers_all()) << last_error();
}

TEST_F(Refusal, DeniedPublishIsFoundOnMqtt311WhereTheBrokerAcknowledgesIt) {
    MosquittoBroker broker{{.acl = "topic read #\ntopic write metergate/plant/status\n"}};
    Options site = plant_with_uplink(1, broker.port());
    site.uplinks[0].mqtt.version = 4;
    fill(store, site, 0, 5);
    start(site, 500);

    ASSERT_TRUE(reaches(ForwarderState::held));
    EXPECT_NE(last_error().find("does not come back"), std::string::npos) << last_error();
    EXPECT_EQ(store.progress({"broker"}), 0);

    broker.set_acl("topic readwrite #\n");
    EXPECT_TRUE(delivers_all()) << last_error();
}

TEST_F(Refusal, RightsTakenAwayWhileConnectedHoldAndSetNothingAside) {
    const std::string all = "topic readwrite #\n";
    MosquittoBroker broker{{.acl = all}};
    Subscriber subscriber{broker};
    const Options site = plant_with_uplink(2, broker.port());
    fill(store, site, 0, 10);
    start(site);
    ASSERT_TRUE(delivers_all()) << last_error();

    broker.set_acl("topic read #\ntopic write metergate/plant/status\n");
    ASSERT_TRUE(eventually([&] { return broker.log().find("Reloading config") != std::string::npos; }));
    fill(store, site, 10, 10);
    ASSERT_TRUE(reaches(ForwarderState::held)) << broker.log();
    EXPECT_NE(last_error().find("not authorised"), std::string::npos) << last_error();
    EXPECT_EQ(uplink->status().set_aside, 0U);

    broker.set_acl(all);
    ASSERT_TRUE(delivers_all()) << last_error();
    ASSERT_TRUE(newest_arrives_at(subscriber));
    expect_conserved({&subscriber});
}

/// MQTT 3.1.1: while the connection lasts, nobody can know. The next connect finds it.
TEST_F(Refusal, RightsTakenAwayAreFoundOnMqtt311AtTheNextConnect) {
    MosquittoBroker broker{{.acl = "topic readwrite #\n"}};
    Options site = plant_with_uplink(1, broker.port());
    site.uplinks[0].mqtt.version = 4;
    fill(store, site, 0, 5);
    start(site, 500);
    ASSERT_TRUE(delivers_all()) << last_error();

    broker.stop();
    ASSERT_TRUE(reaches(ForwarderState::waiting));
    broker.set_acl("topic read #\ntopic write metergate/plant/status\n");
    fill(store, site, 5, 5);
    broker.start();

    ASSERT_TRUE(reaches(ForwarderState::held));
    EXPECT_NE(last_error().find("does not come back"), std::string::npos) << last_error();
    EXPECT_EQ(store.progress({"broker"}), 5);
}

TEST_F(Refusal, Mqtt311DeliversWhenItIsAllowed) {
    MosquittoBroker broker;
    Subscriber subscriber{broker};
    Options site = plant_with_uplink(2, broker.port());
    site.uplinks[0].mqtt.version = 4;
    fill(store, site, 0, 50);
    start(site);

    ASSERT_TRUE(delivers_all()) << last_error();
    ASSERT_TRUE(eventually([&] { return subscriber.samples().size() >= 100; }));
    expect_all_arrived(subscriber, 2, 50);
    EXPECT_EQ(subscriber.schema_complaints(), "");
}

TEST_F(Refusal, TlsWithClientCertificateDelivers) {
    const TestCertificates certificates{folder.path(), "localhost"};
    MosquittoBroker broker{{.tls = &certificates, .require_client_certificate = true}};
    Options site = plant_with_uplink(1, broker.port());
    site.uplinks[0].mqtt.brokers[0].host = "localhost";
    site.uplinks[0].mqtt.brokers[0].tls = true;
    site.uplinks[0].mqtt.tls =
        TlsOptions{certificates.ca, certificates.client_certificate, certificates.client_key};
    fill(store, site, 0, 5);
    start(site);

    EXPECT_TRUE(delivers_all()) << last_error() << broker.log();
}

TEST_F(Refusal, CertificateForAnAddressIsAccepted) {
    const TestCertificates certificates{folder.path(), "IP:127.0.0.1"};
    MosquittoBroker broker{{.tls = &certificates}};
    Options site = plant_with_uplink(1, broker.port());
    site.uplinks[0].mqtt.brokers[0].tls = true;
    site.uplinks[0].mqtt.tls = TlsOptions{.ca_file = certificates.ca};
    fill(store, site, 0, 5);
    start(site);

    EXPECT_TRUE(delivers_all()) << last_error() << broker.log();
}

TEST_F(Refusal, CertificateOfAnotherHostIsRefusedBeforeThePasswordIsSent) {
    const TestCertificates certificates{folder.path(), "broker.example"};
    MosquittoBroker broker{{.users = "gateway:secret\n", .tls = &certificates}};
    Options site = plant_with_uplink(1, broker.port());
    site.uplinks[0].mqtt.brokers[0].host = "localhost";
    site.uplinks[0].mqtt.brokers[0].tls = true;
    site.uplinks[0].mqtt.tls = TlsOptions{.ca_file = certificates.ca};
    site.uplinks[0].mqtt.credentials = credentials_file("user = gateway\npassword = secret\n");
    fill(store, site, 0, 5);
    start(site);

    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_NE(last_error().find("certificate"), std::string::npos) << last_error();
    EXPECT_EQ(store.progress({"broker"}), 0);
    EXPECT_EQ(broker.log().find("New client connected"), std::string::npos);
    EXPECT_EQ(broker.log().find("CONNECT"), std::string::npos);
}

TEST_F(Refusal, CertificateOfAnUnknownAuthorityIsRefused) {
    const TestCertificates certificates{folder.path(), "localhost"};
    const TemporaryFolder elsewhere;
    const TestCertificates others{elsewhere.path(), "localhost"};
    MosquittoBroker broker{{.tls = &certificates}};
    Options site = plant_with_uplink(1, broker.port());
    site.uplinks[0].mqtt.brokers[0].host = "localhost";
    site.uplinks[0].mqtt.brokers[0].tls = true;
    site.uplinks[0].mqtt.tls = TlsOptions{.ca_file = others.ca};
    start(site);

    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_NE(last_error().find("certificate"), std::string::npos) << last_error();
}

TEST_F(Refusal, NobodyListeningOnThePortIsWaitedFor) {
    Options site = plant_with_uplink(1, free_port());
    fill(store, site, 0, 5);
    start(site);

    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_NE(last_error().find(std::to_string(site.uplinks[0].mqtt.brokers[0].port)), std::string::npos)
        << last_error();
    EXPECT_TRUE(eventually([&] { return uplink->status().oldest_unsent == plant_slot(0).at; }));
    EXPECT_EQ(uplink->status().backlog, 5U);
}

TEST_F(Refusal, UnknownHostIsWaitedFor) {
    Options site = plant_with_uplink(1, 1883);
    site.uplinks[0].mqtt.brokers[0].host = "no-such-host.invalid";
    start(site);

    ASSERT_TRUE(reaches(ForwarderState::waiting));
    EXPECT_NE(last_error().find("no-such-host.invalid"), std::string::npos) << last_error();
}

}  // namespace
}  // namespace mg
