#include "gateway/uplink/provincial/enterprise_messages.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/uplink/provincial/platform.h"

namespace mg {
namespace {

using nlohmann::json;

TEST(EnterpriseMessages, SayEachThingAsTheNationalFormHasIt) {
    const json told = json::parse(
        enterprise_json(shipped_profile("national"), a_stated_enterprise(), "91530000NEWCODE00X"));

    EXPECT_EQ(told.at("code"), "91530000NEWCODE00X") << "the code in force";
    EXPECT_EQ(told.at("corporationCode"), told.at("code"));
    EXPECT_EQ(told.at("name"), "样例水泥厂");
    EXPECT_EQ(told.at("typeCode"), "170");
    EXPECT_EQ(told.at("typeName"), "私营企业");
    EXPECT_EQ(told.at("industryCode"), "C3011");
    EXPECT_EQ(told.at("regionCode"), "130100");
    EXPECT_EQ(told.at("center"), false);
    EXPECT_EQ(told.at("jgzh"), false);
    EXPECT_EQ(told.at("energyConsumeLevel"), 4);
    EXPECT_EQ(told.at("latitude"), 38.05);
    EXPECT_EQ(told.at("phone"), "0311-0000000");
    EXPECT_EQ(told.at("registerDate"), "2004-03-09");
    EXPECT_EQ(told.at("energyPass"), true);
    EXPECT_EQ(told.at("passDate"), "2025-06-01");
    EXPECT_FALSE(told.contains("fax")) << "nothing is said of it";
}

TEST(EnterpriseMessages, KeepTheDigitsOfTheCoordinates) {
    const std::string told = enterprise_json(shipped_profile("national"), a_stated_enterprise(), kEnterprise);
    EXPECT_NE(told.find("\"latitude\":38.0500,"), std::string::npos) << told;
}

TEST(EnterpriseMessages, TheGroupIsAnEmptyObjectWhereThereIsNone) {
    EnterpriseOptions alone = a_stated_enterprise();
    alone.row = {};
    EXPECT_EQ(group_json(shipped_profile("national"), alone), "{}");
}

TEST(Application, IsAllTextWithTheEncryptedPassword) {
    const auto body = application_body(shipped_profile("yunnan"), a_stated_enterprise(), "1c22fb", {});

    ASSERT_TRUE(body) << body.error().what;
    const json told = json::parse(*body);
    for (const auto& [name, value] : told.items()) EXPECT_TRUE(value.is_string()) << name;
    EXPECT_EQ(told.at("enterpriseCode"), kEnterprise);
    EXPECT_EQ(told.at("password"), "1c22fb");
    EXPECT_EQ(told.at("cmpName"), "样例水泥厂");
    EXPECT_EQ(told.at("isorg"), "0");
    EXPECT_EQ(told.at("center"), "0");
    EXPECT_EQ(told.at("energyConsumeLevel"), "4");
    EXPECT_EQ(told.at("latitude"), "38.0500");
    EXPECT_EQ(told.at("groupName"), "样例集团");
    EXPECT_FALSE(told.contains("dataIndex"));
}

TEST(Application, IsAnUpdateWithTheIndexThatWasAnswered) {
    const auto body = application_body(shipped_profile("yunnan"), a_stated_enterprise(), "1c22fb", "a17");
    EXPECT_EQ(json::parse(body.value()).at("dataIndex"), "a17");
}

TEST(Application, NamesEachKeyThatIsRequiredAndMissing) {
    EnterpriseOptions silent = a_stated_enterprise();
    silent.consumption_level.reset();
    silent.row = {};

    const auto body = application_body(shipped_profile("yunnan"), silent, "1c22fb", {});

    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().kind, Failure::rejected) << "records go on";
    EXPECT_NE(body.error().what.find("[[enterprise]] consumption_level, phone"), std::string::npos)
        << body.error().what;
}

TEST(Application, IsMadeUnderTheNewCodeOnceThatIsInForce) {
    EnterpriseOptions changing = a_stated_enterprise();
    changing.next_code = "91530000NEWCODE00X";
    changing.next_code_from = kSendTime;
    const auto code_in = [&](UtcTime at) -> std::string {
        const auto body = application_body(shipped_profile("yunnan"), changing.as_of(at), "x", {});
        return json::parse(body.value()).at("enterpriseCode");
    };

    EXPECT_EQ(code_in(kSendTime - milliseconds{1}), kEnterprise);
    EXPECT_EQ(code_in(kSendTime), "91530000NEWCODE00X");
    EXPECT_EQ(changing.code_at(kSendTime - milliseconds{1}), kEnterprise);
    EXPECT_EQ(changing.code_at(kSendTime), "91530000NEWCODE00X");
}

}  // namespace
}  // namespace mg
