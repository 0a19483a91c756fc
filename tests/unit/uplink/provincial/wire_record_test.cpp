#include "gateway/uplink/provincial/wire_record.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include "tests/unit/uplink/provincial/platform.h"

namespace mg {
namespace {

constexpr std::chrono::hours kChina{8};

ItemCode code(std::string_view text = "00-00-0000-023300-11") {
    return parse_item_code(text).value();
}

/// 10:15 of 2026-03-02 at the site: 0.0125 of electricity.
OutgoingRecord quarter_hour() {
    OutgoingRecord outgoing;
    outgoing.record.item = "elec_purchased";
    outgoing.record.period =
        SiteCalendar{}.containing(StatType::real_time, kSendTime - std::chrono::minutes{15});
    outgoing.record.value = Decimal{125, -4};
    outgoing.code = code();
    return outgoing;
}

RecordWriter writer(const ProfileOptions& profile) {
    return std::move(*RecordWriter::create(profile,
                                           {.enterprise_code = std::string(kEnterprise),
                                            .device_id = "0f0e0d0c0b0a09080706050403020100",
                                            .secret_key = "0123456789abcdeffedcba9876543210",
                                            .reg_version = "7",
                                            .dic_version = "3"},
                                           kChina));
}
RecordWriter writer(const std::string& profile) {
    return writer(shipped_profile(profile));
}

std::string members(const std::string& profile, const OutgoingRecord& record) {
    return writer(profile).members(record, kSendTime).value();
}

nlohmann::json as_json(const std::string& members) {
    return nlohmann::json::parse(fmt::format("{{{}}}", members));
}

TEST(WireRecord, IsPlainJsonForTheNationalPlatform) {
    EXPECT_EQ(
        members("national", quarter_hour()),
        R"("dataCode":"00-00-0000-023300-11","dataValue":0.0125,"inputType":4,"statType":0,)"
        R"("statDate":"2026-03-02 10:15:00","uploadDate":"2026-03-02 10:30:05","scope":1,"valid":true)");
}

TEST(WireRecord, IsEncryptedFieldByFieldForShandong) {
    const auto json = as_json(members("shandong", quarter_hour()));

    EXPECT_EQ(json.at("dataCode"), "ef49d2a4d631f9fc3ae6db23a5998f23aafd0fd6242c37e636e90e8e5e5b967a");
    EXPECT_EQ(json.at("scope"), "b265308ec733dc5cd02ea745329dc5f9");
    EXPECT_EQ(json.at("valid"), "b265308ec733dc5cd02ea745329dc5f9");
    EXPECT_EQ(json.size(), 8U);
    for (const auto& [name, value] : json.items()) EXPECT_TRUE(value.is_string()) << name;
}

TEST(WireRecord, CanLeaveTheTimeOfSendingInClearForShandong) {
    ProfileOptions profile = shipped_profile("shandong");
    profile.record.fields[static_cast<std::size_t>(RecordField::upload_date)].encrypted = false;

    const std::string text = writer(profile).members(quarter_hour(), kSendTime).value();

    EXPECT_NE(text.find(R"("uploadDate":"2026-03-02 10:30:05")"), std::string::npos) << text;
}

TEST(WireRecord, IsTextWithAFactorForYunnan) {
    OutgoingRecord record = quarter_hour();
    record.factor = "1.229";

    EXPECT_EQ(
        members("yunnan", record),
        R"("dataCode":"0000000002330011","dataValue":"0.0125","inputType":"4","statType":"0",)"
        R"("statDate":"2026-03-02 10:15:00","uploadDate":"2026-03-02 10:30:05","scope":"1","valid":"1",)"
        R"("convertRation":"1.229")");
}

TEST(WireRecord, OfADayMonthOrYearIsDatedByItsFirstMoment) {
    for (const auto& [type, date] :
         {std::pair{StatType::day, "2026-03-02 00:00:00"}, std::pair{StatType::month, "2026-03-01 00:00:00"},
          std::pair{StatType::year, "2026-01-01 00:00:00"}}) {
        OutgoingRecord record = quarter_hour();
        record.record.period = SiteCalendar{}.containing(type, kSendTime);
        const auto json = as_json(members("national", record));

        EXPECT_EQ(json.at("statDate"), date);
        EXPECT_EQ(json.at("statType"), static_cast<int>(type));
    }
}

RC_GTEST_PROP(WireRecord, KeepsEveryDigitOfAValue, ()) {
    const auto mantissa = *rc::gen::arbitrary<std::int64_t>();
    const int exponent = *rc::gen::inRange(-20, 1);
    OutgoingRecord record = quarter_hour();
    record.record.value = Decimal{mantissa, exponent};

    const std::string text = members("national", record);

    const auto from = text.find("\"dataValue\":") + 12;
    RC_ASSERT(text.substr(from, text.find(',', from) - from) == record.record.value->to_string());
}

TEST(WireRecord, DoesNotPassThroughADouble) {
    OutgoingRecord record = quarter_hour();
    record.record.value = Decimal::parse("12345678901234567.123456789").value();

    EXPECT_NE(members("national", record).find("\"dataValue\":12345678901234567.123456789,"),
              std::string::npos);
}

TEST(WireRecord, SaysWhetherAValueIsSuspectInTheFormOfTheProfile) {
    OutgoingRecord record = quarter_hour();
    record.record.marks = Mark::end_bridged;
    ProfileOptions inverted = shipped_profile("yunnan");
    inverted.record.valid_inverted = true;

    EXPECT_NE(members("national", record).find("\"valid\":false"), std::string::npos);
    EXPECT_NE(members("yunnan", record).find("\"valid\":\"0\""), std::string::npos);
    EXPECT_NE(writer(inverted).members(record, kSendTime)->find("\"valid\":\"1\""), std::string::npos);
}

TEST(WireRecord, TakesTheScopeFromTheCodeOrFromTheProfile) {
    OutgoingRecord record = quarter_hour();
    record.code = code("02-03-0000-023300-11");
    ProfileOptions fixed = shipped_profile("national");
    fixed.scope = CodeScope::enterprise;

    EXPECT_NE(members("national", record).find("\"scope\":3,"), std::string::npos);
    const auto narrower = writer(fixed).members(record, kSendTime);
    ASSERT_FALSE(narrower);
    EXPECT_EQ(narrower.error().kind, Failure::rejected);
    fixed.scope = CodeScope::equipment;
    EXPECT_NE(writer(fixed).members(record, kSendTime)->find("\"scope\":4,"), std::string::npos);
}

TEST(WireRecord, SendsASourceThatThePlatformKnows) {
    OutgoingRecord record = quarter_hour();
    record.record.input_type = static_cast<int>(InputType::supplier);

    EXPECT_NE(members("national", record).find("\"inputType\":1,"), std::string::npos);
    EXPECT_NE(members("yunnan", record).find("\"inputType\":\"6\""), std::string::npos);
}

TEST(WireRecord, ThatCannotBeSentSaysWhyAndWhichItIs) {
    OutgoingRecord without_value = quarter_hour();
    without_value.record.value.reset();
    OutgoingRecord too_long = quarter_hour();
    too_long.record.value = Decimal::parse("12345678901.1234").value();
    OutgoingRecord no_factor = quarter_hour();
    no_factor.factor = "1e5";
    OutgoingRecord huge = quarter_hour();
    huge.record.value = Decimal{5, 60};
    for (const auto& record : {without_value, too_long, no_factor, huge}) {
        const auto text = writer("yunnan").members(record, kSendTime);

        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().kind, Failure::rejected);
        EXPECT_NE(text.error().what.find("elec_purchased"), std::string::npos) << text.error().what;
    }
    too_long.record.value = Decimal::parse("1234567890.1234").value();
    EXPECT_TRUE(writer("yunnan").members(too_long, kSendTime));
}

TEST(WireRecord, TravelsInOneListWithWhoSendsIt) {
    const RecordWriter national = writer("national");
    const std::string one = national.members(quarter_hour(), kSendTime).value();

    const auto json = nlohmann::json::parse(national.body(std::vector{one, one, one}));

    EXPECT_EQ(json.at("deviceId"), "0f0e0d0c0b0a09080706050403020100");
    EXPECT_EQ(json.at("enterpriseCode"), kEnterprise);
    ASSERT_EQ(json.at("data").size(), 3U);
    EXPECT_EQ(json.at("data").at(2), as_json(one));
    EXPECT_EQ(json.size(), 3U);
}

TEST(WireRecord, TravelsAloneBesideWhoSendsIt) {
    const RecordWriter yunnan = writer("yunnan");
    const std::string one = yunnan.members(quarter_hour(), kSendTime).value();

    const auto json = nlohmann::json::parse(yunnan.body(std::vector{one}));

    EXPECT_EQ(json.at("enterpriseCode"), kEnterprise);
    EXPECT_EQ(json.at("regVersion"), "7");
    EXPECT_EQ(json.at("dicVersion"), "3");
    EXPECT_EQ(json.at("dataValue"), "0.0125");
    EXPECT_EQ(json.size(), 12U);
}

TEST(WireRecord, KeepsWhatPeopleWroteAsJsonText) {
    ProfileOptions profile = shipped_profile("yunnan");
    profile.record.fields[static_cast<std::size_t>(RecordField::remark)].sent = true;
    OutgoingRecord record = quarter_hour();
    record.remark = "磅单 \"7\"\n第二行\\";

    const auto json = as_json(writer(profile).members(record, kSendTime).value());

    EXPECT_EQ(json.at("remark"), record.remark);
}

TEST(WireRecord, IsNotWrittenWithoutAKeyWhereFieldsAreEncrypted) {
    const auto made = RecordWriter::create(shipped_profile("shandong"), {}, kChina);

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, Failure::refused);
}

}  // namespace
}  // namespace mg
