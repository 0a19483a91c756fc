#include "gateway/uplink/provincial/questions.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/uplink/provincial/platform.h"

namespace mg {
namespace {

using nlohmann::json;

PlatformIdentity identity() {
    return {.enterprise_code = std::string(kEnterprise),
            .device_id = "d1",
            .secret_key = "never shown",
            .reg_version = "1",
            .dic_version = "2"};
}

json parsed(const std::string& question) {
    return json::parse(question);
}

TEST(Questions, ARegistrationNamesEnterpriseAndRegion) {
    EXPECT_EQ(parsed(registration_question(shipped_profile("national"), std::string(kEnterprise), "130100")),
              (json{{"enterpriseCode", kEnterprise}, {"region", "130100"}}));
}

TEST(Questions, ARegisteredBoxAsksByItsDeviceId) {
    const ProfileOptions& national = shipped_profile("national");
    EXPECT_EQ(parsed(version_question(national, identity())), (json{{"deviceId", "d1"}}));
    EXPECT_EQ(parsed(base_data_question(national, identity(), {})),
              (json{{"deviceId", "d1"}, {"enterpriseCode", kEnterprise}}));
}

TEST(Questions, ABoxWithATokenAsksByTheCreditCode) {
    const ProfileOptions& yunnan = shipped_profile("yunnan");
    const json plant{{"enterpriseCode", kEnterprise}};
    EXPECT_EQ(parsed(version_question(yunnan, identity())), plant);
    EXPECT_EQ(parsed(addresses_question(yunnan, identity())), plant);
    EXPECT_EQ(parsed(working_key_question(yunnan, identity(), {})), plant);
    EXPECT_EQ(parsed(working_key_question(yunnan, identity(), "old")),
              (json{{"enterpriseCode", kEnterprise}, {"secretKey", "old"}}));
    EXPECT_EQ(parsed(token_question(yunnan, identity(), "1c22fb")),
              (json{{"enterpriseCode", kEnterprise}, {"password", "1c22fb"}}));
    EXPECT_EQ(parsed(base_data_question(yunnan, identity(), 16)),
              (json{{"enterpriseCode", kEnterprise}, {"itemIndex", "16"}}));
}

TEST(Questions, UseTheNamesOfTheProfile) {
    ProfileOptions other = shipped_profile("yunnan");
    other.names.enterprise_code = "qydm";
    other.names.password = "mm";
    other.names.secret_key = "my";
    other.names.base_table = "xh";
    EXPECT_EQ(parsed(token_question(other, identity(), "a")), (json{{"qydm", kEnterprise}, {"mm", "a"}}));
    EXPECT_EQ(parsed(working_key_question(other, identity(), "b")),
              (json{{"qydm", kEnterprise}, {"my", "b"}}));
    EXPECT_TRUE(parsed(base_data_question(other, identity(), 3)).contains("xh"));
    other.flow = PlatformFlow::registration;
    other.names.device_id = "sn";
    other.names.region = "xzqh";
    EXPECT_TRUE(parsed(version_question(other, identity())).contains("sn"));
    EXPECT_TRUE(parsed(registration_question(other, "c", "130100")).contains("xzqh"));
}

}  // namespace
}  // namespace mg
