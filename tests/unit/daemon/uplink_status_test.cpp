#include "gateway/daemon/uplink_status.h"

#include <chrono>

#include <gtest/gtest.h>

namespace mg {
namespace {

using namespace std::chrono_literals;

const UtcTime kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};

ProvincialStatus working() {
    ProvincialStatus platform;
    platform.id = {"province"};
    platform.name = "省平台";
    platform.destination = "https://platform.example:8443";
    platform.profile = "national";
    platform.state = ForwarderState::connected;
    platform.since = kNow;
    platform.last_error = "no answer in 30 s";
    platform.device_id = "3f2a6c11d04e90c1";
    platform.outbox.waiting = {12, 2, 1, 0};
    platform.outbox.oldest_from = {kNow - 1h, kNow - 48h, kNow - 24h, std::nullopt};
    platform.outbox.set_aside = 3;
    platform.accepted = 4000;
    return platform;
}

TEST(UplinkStatus, OfAPlatformCountsRecords) {
    const UplinkStatus status = uplink_status(working());

    EXPECT_EQ(status.kind, "provincial");
    EXPECT_EQ(status.backlog, 15U);
    EXPECT_EQ(status.set_aside, 3U);
    EXPECT_EQ(status.delivered_samples, 4000U);
    EXPECT_EQ(status.oldest_unsent, kNow - 48h);
    EXPECT_FALSE(status.traffic);
    ASSERT_TRUE(status.platform);
    EXPECT_EQ(status.platform->waiting, (std::array<std::uint64_t, 4>{12, 2, 1, 0}));
    EXPECT_EQ(status.alarm, "") << "an error that passed by is none";
}

TEST(UplinkStatus, OfThePlatformsIdForThisBoxOnlyTheEndsAreShown) {
    EXPECT_EQ(uplink_status(working()).platform->device_id, "3f2a…90c1");
}

TEST(UplinkStatus, WhyAPlatformIsHeldOrWhatItRemarksIsItsAlarm) {
    ProvincialStatus platform = working();
    platform.remarks = {"base data were not loaded", "old TLS is let through (tls_legacy)"};
    EXPECT_EQ(uplink_status(platform).alarm,
              "base data were not loaded; old TLS is let through (tls_legacy)");

    platform.state = ForwarderState::held;
    platform.last_error = "decryption failed";

    EXPECT_EQ(uplink_status(platform).alarm, "decryption failed");
    EXPECT_EQ(uplink_status(platform).state, UplinkState::held);
}

TEST(UplinkStatus, APlatformWithoutBooksIsShownWithTheReason) {
    ProvincialOptions uplink;
    uplink.id = {"province"};
    uplink.profile = "national";

    const UplinkStatus status = status_without_books(uplink, kNow);

    EXPECT_EQ(status.id.text, "province");
    EXPECT_NE(status.alarm.find("without items and books"), std::string::npos);
    ASSERT_TRUE(status.platform);
}

TEST(UplinkStatus, OfABrokerHasNoPlatform) {
    const UplinkStatus status = uplink_status(ForwarderStatus{});

    EXPECT_EQ(status.kind, "mqtt");
    EXPECT_TRUE(status.traffic);
    EXPECT_FALSE(status.platform);
}

}  // namespace
}  // namespace mg
