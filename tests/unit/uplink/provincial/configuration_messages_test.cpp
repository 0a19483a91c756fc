#include "gateway/uplink/provincial/configuration_messages.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/uplink/provincial/platform.h"

namespace mg {
namespace {

using nlohmann::json;

/// The cement plant of the examples.
const Options& plant() {
    static const Options options = [] {
        auto loaded = load_config(std::filesystem::path{MG_SOURCE_DIR} / "config/examples/cement-plant");
        if (!loaded.ok()) throw std::runtime_error{"the example does not load"};
        return loaded.options;
    }();
    return options;
}

const EnterpriseOptions& enterprise() {
    static const EnterpriseOptions one = a_stated_enterprise();
    return one;
}

ConfigurationScene scene(const std::string& profile) {
    return {.options = plant(),
            .profile = shipped_profile(profile),
            .uplink = UplinkId{"province"},
            .identity = {.enterprise_code = std::string(kEnterprise),
                         .device_id = "d1",
                         .secret_key = "never shown",
                         .reg_version = "1",
                         .dic_version = "2"},
            .at = kSendTime,
            .enterprise = &enterprise()};
}

TEST(ConfigurationMessages, AreOneMessageForTheNationalPlatform) {
    const auto made = configuration_messages(scene("national"));

    ASSERT_EQ(made.calls.size(), 1U);
    EXPECT_EQ(made.calls[0].call, PlatformCall::enterprise);
    const auto message = json::parse(made.calls[0].body);
    EXPECT_EQ(message.at("deviceId"), "d1");
    EXPECT_EQ(message.at("enterprise").at("name"), "样例水泥厂");
    EXPECT_EQ(message.at("enterprise").at("code"), kEnterprise);
    EXPECT_EQ(message.at("group"), (json{{"name", "样例集团"}, {"address", "石家庄市"}}));
    EXPECT_FALSE(message.at("process").empty());
    EXPECT_FALSE(message.at("processUnit").empty());
    EXPECT_EQ(made.calls[0].body.find("never shown"), std::string::npos);
    const auto& items = message.at("collectItemConfig");
    const auto first = std::ranges::find_if(items, [](const json& item) {
        return item.at("name") == "全厂-电力-购进" && item.at("statType") == 1;
    });
    ASSERT_NE(first, items.end());
    EXPECT_EQ(first->at("processCode"), "00");
    EXPECT_EQ(first->at("energyClassCode"), "02");
    EXPECT_EQ(first->at("energyTypeCode"), "3300");
    EXPECT_EQ(first->at("dataUsageCode"), "11");
    EXPECT_EQ(first->at("scope"), 1);
    EXPECT_EQ(first->at("inputType"), 4);
    EXPECT_EQ(first->at("dataValueMax"), 32);
    EXPECT_FALSE(first->contains("dataCode"));
}

TEST(ConfigurationMessages, HaveOneEntryForEachPeriodAndNoneForManualRealTime) {
    Options options = plant();
    options.items.resize(1);
    options.items[0].periods = {StatType::real_time, StatType::day, StatType::month};
    const auto entries = [&] {
        const ConfigurationScene changed{.options = options,
                                         .profile = shipped_profile("national"),
                                         .uplink = UplinkId{"province"},
                                         .identity = {},
                                         .at = kSendTime};
        return json::parse(configuration_messages(changed).calls.at(0).body).at("collectItemConfig");
    };
    const auto metered = entries();
    ASSERT_EQ(metered.size(), 3U);
    // The limits of the table are those of a day.
    for (const json& entry : metered) EXPECT_EQ(entry.contains("dataValueMax"), entry.at("statType") == 1);

    options.items[0].source = InputType::manual;

    const auto manual = entries();
    ASSERT_EQ(manual.size(), 2U);
    EXPECT_EQ(manual[0].at("statType"), 1);
    EXPECT_EQ(manual[0].at("inputType"), 5);
    EXPECT_EQ(manual[1].at("inputType"), 4);
}

TEST(ConfigurationMessages, LeaveOutWhatIsNotSentToThisDestination) {
    Options options = plant();
    options.items.resize(1);
    options.items[0].uplinks = {.all = false, .named = {UplinkId{"another"}}};
    const ConfigurationScene changed{.options = options,
                                     .profile = shipped_profile("yunnan"),
                                     .uplink = UplinkId{"province"},
                                     .identity = {},
                                     .at = kSendTime};

    const auto calls = configuration_messages(changed).calls;

    EXPECT_TRUE(std::ranges::none_of(
        calls, [](const ConfigurationCall& call) { return call.call == PlatformCall::items; }));
    EXPECT_TRUE(ledger_messages(changed).calls.empty());
}

TEST(ConfigurationMessages, AreCallsOfTheirOwnWhereThereIsAToken) {
    const auto made = configuration_messages(scene("yunnan"));

    std::set<std::string> keys;
    std::set<PlatformCall> calls;
    for (const ConfigurationCall& call : made.calls) {
        const auto body = json::parse(call.body);
        EXPECT_TRUE(keys.insert(call.key).second) << call.key;
        calls.insert(call.call);
        EXPECT_EQ(body.at("enterpriseCode"), kEnterprise);
        EXPECT_EQ(body.at("regVersion"), "1");
        EXPECT_FALSE(body.contains("deviceId"));
        for (const auto& [name, value] : body.items()) EXPECT_TRUE(value.is_string()) << name;
        EXPECT_EQ(body.value("dataCode", std::string(16, '0')).size(), 16U);
    }
    EXPECT_TRUE(calls.contains(PlatformCall::process));
    EXPECT_TRUE(calls.contains(PlatformCall::items));
    EXPECT_TRUE(keys.contains("item/elec_purchased/0"));
}

TEST(ConfigurationMessages, DoWithoutTheEnterpriseWhereItDoesNotSayWhatIsRequired) {
    EnterpriseOptions silent = enterprise();
    silent.latitude.reset();
    silent.industry_code.clear();
    ConfigurationScene changed = scene("national");
    changed.enterprise = &silent;

    const auto made = configuration_messages(changed);

    ASSERT_EQ(made.left_out.size(), 1U);
    EXPECT_NE(made.left_out[0].find("[[enterprise]] industry_code, latitude"), std::string::npos)
        << made.left_out[0];
    const auto message = json::parse(made.calls.at(0).body);
    EXPECT_FALSE(message.contains("enterprise")) << "a platform would refuse the items with it";
    EXPECT_FALSE(message.at("collectItemConfig").empty());
    EXPECT_EQ(message.at("group"), json::object());
}

TEST(ConfigurationMessages, AreNoneWhereTheProfileHasNoSuchStep) {
    EXPECT_TRUE(configuration_messages(scene("shandong")).calls.empty());
    EXPECT_TRUE(ledger_messages(scene("shandong")).calls.empty());
}

TEST(LedgerMessages, NameEachInstrumentWithTheItemItEntersAndItsSign) {
    const auto made = ledger_messages(scene("national"));

    ASSERT_EQ(made.calls.size(), 1U);
    const auto message = json::parse(made.calls[0].body);
    const auto& meters = message.at("data");
    const auto found = std::ranges::find_if(meters, [](const json& meter) {
        return meter.at("meteringName") == "35kV I进线关口表" &&
               meter.at("dataCode") == "00-00-0000-023300-11";
    });
    ASSERT_NE(found, meters.end());
    EXPECT_EQ(found->at("meteringType"), "15261500");
    EXPECT_EQ(found->at("meteringLevel"), 1);
    EXPECT_EQ(found->at("dataCodeCalculate"), 1);
    EXPECT_EQ(found->at("dataCodeRatio"), 1);
    EXPECT_EQ(found->at("manageCode"), "NY-001号");
    EXPECT_EQ(found->at("calibrationCycle"), "72月");
    EXPECT_EQ(found->at("latelyCalibration"), "2024-03-12");
    EXPECT_EQ(found->at("calibrationState"), "合格");
    EXPECT_EQ(found->at("installOrg"), 2);
    EXPECT_EQ(found->at("measureState"), 1);
}

TEST(LedgerMessages, SayWhichInstrumentsAreLeftOutAndWhy) {
    Options options = plant();
    ItemOptions& item = options.items.front();
    item.formula = "(grid_in1.energy_import + coef.x * 2) - (grid_in2.energy_import)";
    options.items.resize(1);
    for (MeterOptions& meter : options.meters) {
        if (meter.id.text == "grid_in1") meter.level = MeterLevel::other;
    }
    const ConfigurationScene changed{.options = options,
                                     .profile = shipped_profile("national"),
                                     .uplink = UplinkId{"province"},
                                     .identity = {},
                                     .at = kSendTime};

    const auto made = ledger_messages(changed);

    ASSERT_EQ(made.left_out.size(), 1U);
    EXPECT_NE(made.left_out[0].find("grid_in1"), std::string::npos);
    const auto meters = json::parse(made.calls.at(0).body).at("data");
    ASSERT_EQ(meters.size(), 1U);
    EXPECT_EQ(meters[0].at("dataCodeCalculate"), 2);
}

}  // namespace
}  // namespace mg
