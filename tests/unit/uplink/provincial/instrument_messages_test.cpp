#include "gateway/uplink/provincial/instrument_messages.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/uplink/provincial/platform.h"

namespace mg {
namespace {

using nlohmann::json;

/// Two metering points, of which one enters an item that is sent.
class InstrumentMessages : public testing::Test {
protected:
    InstrumentMessages() {
        MeterOptions meter;
        meter.id.text = "grid_in1";
        meter.name = "35kV I进线关口表";
        meter.serial_no = "SN-NEW";
        meter.row = {"meters.csv",
                     2,
                     {{"asset_no", 1, "001"},
                      {"verified_on", 2, "2025/12/5"},
                      {"verified_by", 3, "示例供电公司\"计量中心\""}}};
        options_.meters.push_back(meter);
        meter.id.text = "canteen";
        options_.meters.push_back(meter);
        ItemOptions item;
        item.id = "elec_purchased";
        item.codes.standard = parse_item_code("00-00-0000-023300-11").value();
        item.formula = "grid_in1.energy_import";
        item.periods = {StatType::day};
        options_.items.push_back(item);
    }

    [[nodiscard]] ConfigurationScene scene(const std::string& profile = "yunnan") const {
        return {.options = options_,
                .profile = shipped_profile(profile),
                .uplink = UplinkId{"province"},
                .identity = {.enterprise_code = std::string(kEnterprise),
                             .device_id = "d1",
                             .secret_key = "never shown",
                             .reg_version = "1",
                             .dic_version = "2"},
                .at = kSendTime,
                .enterprise = nullptr};
    }

    static DatedRecord replaced(DatedId id, const std::string& meter = "grid_in1") {
        Replacement replacement;
        replacement.meter.text = meter;
        replacement.removed_at = kSendTime - std::chrono::hours{5};
        replacement.installed_at = kSendTime - std::chrono::hours{4};
        replacement.old_serial = "SN-OLD";
        replacement.new_serial = "SN-NEW";
        DatedRecord record;
        record.id = id;
        record.body = replacement;
        return record;
    }

    MeterOptions& meter() { return options_.meters.front(); }

    Options options_;
};

TEST_F(InstrumentMessages, AReplacementNamesTheOldAndTheNewInstrument) {
    const std::vector records{replaced(12)};

    const auto made = replacement_messages(scene(), records);

    ASSERT_EQ(made.calls.size(), 1U);
    EXPECT_EQ(made.calls[0].call, PlatformCall::replacement);
    EXPECT_EQ(made.calls[0].key, "replacement/12");
    EXPECT_EQ(json::parse(made.calls[0].body), (json{{"enterpriseCode", kEnterprise},
                                                     {"regVersion", "1"},
                                                     {"dicVersion", "2"},
                                                     {"replacedSerno", "SN-OLD"},
                                                     {"installSerNo", "SN-NEW"},
                                                     {"installManageNo", "001"}}));
}

TEST_F(InstrumentMessages, AnEarlierReplacementDoesNotGetTheNumberOfTheLaterInstrument) {
    meter().serial_no = "SN-NEWEST";
    const std::vector records{replaced(12)};
    EXPECT_FALSE(
        json::parse(replacement_messages(scene(), records).calls.at(0).body).contains("installManageNo"));
}

TEST_F(InstrumentMessages, OnlyReplacementsThatCountAndConcernThisDestinationAreTold) {
    DatedRecord revoked = replaced(1);
    revoked.revoked_at = kSendTime;
    DatedRecord unconfirmed = replaced(2);
    unconfirmed.needs_confirmation = true;
    DatedRecord ahead = replaced(3);
    std::get<Replacement>(ahead.body).installed_at = kSendTime + milliseconds{1};
    DatedRecord something_else;
    something_else.id = 5;
    something_else.body = ProductionStop{};
    const std::vector records{revoked, unconfirmed, ahead, replaced(4, "canteen"), something_else};

    const auto made = replacement_messages(scene(), records);

    EXPECT_TRUE(made.calls.empty());
    EXPECT_TRUE(made.left_out.empty());
}

TEST_F(InstrumentMessages, AReplacementWithoutSerialNumbersIsLeftOutAndNamed) {
    DatedRecord nameless = replaced(12);
    std::get<Replacement>(nameless.body).old_serial.clear();
    const std::vector records{nameless, replaced(13)};

    const auto made = replacement_messages(scene(), records);

    ASSERT_EQ(made.calls.size(), 1U);
    EXPECT_EQ(made.calls[0].key, "replacement/13");
    ASSERT_EQ(made.left_out.size(), 1U);
    EXPECT_EQ(made.left_out[0],
              "grid_in1: its replacement of 2026-03-02 has not both serial numbers on record");
}

TEST_F(InstrumentMessages, AVerificationIsTheOneOfTheLedger) {
    const auto made = verification_messages(scene());

    ASSERT_EQ(made.calls.size(), 1U);
    EXPECT_EQ(made.calls[0].call, PlatformCall::verification);
    EXPECT_EQ(made.calls[0].key, "verification/grid_in1/2025-12-05");
    EXPECT_EQ(json::parse(made.calls[0].body), (json{{"enterpriseCode", kEnterprise},
                                                     {"regVersion", "1"},
                                                     {"dicVersion", "2"},
                                                     {"serNo", "SN-NEW"},
                                                     {"verifyOrg", "示例供电公司\"计量中心\""},
                                                     {"verifyTime", "2025-12-05"}}));
}

TEST_F(InstrumentMessages, AVerificationOfTomorrowIsNotTold) {
    meter().row = {"meters.csv", 2, {{"verified_on", 1, "2026-03-03"}, {"verified_by", 2, "a"}}};
    EXPECT_TRUE(verification_messages(scene()).calls.empty());
    meter().row = {"meters.csv", 2, {{"verified_on", 1, "2026-03-02"}, {"verified_by", 2, "a"}}};
    EXPECT_EQ(verification_messages(scene()).calls.size(), 1U) << "the day of today at the site";
}

TEST_F(InstrumentMessages, AVerificationByNobodyOrOfANamelessInstrumentIsLeftOut) {
    meter().serial_no.clear();
    EXPECT_EQ(verification_messages(scene()).left_out,
              std::vector<std::string>{
                  "grid_in1: its verification of 2025-12-05 is not told, the ledger lacks serial_no"});
    meter().row = {"meters.csv", 2, {{"verified_on", 1, "2025-12-05"}}};
    EXPECT_EQ(verification_messages(scene()).left_out,
              std::vector<std::string>{
                  "grid_in1: its verification of 2025-12-05 is not told, the ledger lacks verified_by"});
    meter().row = {};
    EXPECT_TRUE(verification_messages(scene()).left_out.empty()) << "never verified: the ledger says so";
}

TEST_F(InstrumentMessages, ThereAreNoneWhereTheLedgerItselfShowsThem) {
    const std::vector records{replaced(12)};
    EXPECT_TRUE(replacement_messages(scene("national"), records).calls.empty());
    EXPECT_TRUE(verification_messages(scene("national")).calls.empty());
}

}  // namespace
}  // namespace mg
