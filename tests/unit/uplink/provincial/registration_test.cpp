#include "gateway/uplink/provincial/registration.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/uplink/provincial/platform.h"

namespace mg {
namespace {

using nlohmann::json;

json national_answer() {
    return {{"responseCode", "0"},
            {"responseMessage", "RECEIVE SUCCESS"},
            {"deviceId", "0f0e0d0c0b0a09080706050403020100"},
            {"loadConfigURL", "https://platform.example:8443/base"},
            {"loadDicVersionURL", "https://platform.example:8443/version"},
            {"centerInfoURL", "https://platform.example:8443/info"},
            {"centerDataURL", "https://data.example/uploadEnergyData"},
            {"centerMeteringDataURL", "https://platform.example:8443/ledger"},
            {"centerInfoDownloadURL", "https://platform.example:8443/own"},
            {"centerDataDownloadURL", "https://platform.example:8443/owndata"},
            {"uploadTime", "01:38:00"}};
}

Result<Registration> registered(const json& body, const std::string& profile = "national",
                                const PlatformQuestion& question = asked()) {
    return read_registration(answered(body.dump(), profile), shipped_profile(profile), question);
}

void expect_refused(const Result<Registration>& read, const std::string& word) {
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Failure::refused);
    EXPECT_NE(read.error().what.find(word), std::string::npos) << read.error().what;
    EXPECT_EQ(read.error().what.find('\n'), std::string::npos);
}

TEST(Registration, OfTheNationalPlatformGivesIdAddressesAndTime) {
    const auto read = registered(national_answer());

    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->device_id, "0f0e0d0c0b0a09080706050403020100");
    EXPECT_EQ(read->secret_key, "");
    EXPECT_EQ(read->addresses.size(), 7U);
    EXPECT_EQ(read->addresses.at(PlatformCall::data).to_string(), "https://data.example/uploadEnergyData");
    EXPECT_EQ(read->addresses.at(PlatformCall::base_data).path, "/base");
    EXPECT_EQ(read->upload_time, std::chrono::minutes{98});
    EXPECT_TRUE(read->remarks.empty());
}

TEST(Registration, OfShandongGivesAKeyAndItsOwnNames) {
    json body = national_answer();
    body["downloadBaseDataURL"] = "https://platform.example:8443/enterprise/downloadBaseData";
    body.erase("loadConfigURL");
    body["secretKey"] = "0123456789abcdeffedcba9876543210";

    const auto read = registered(body, "shandong");

    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->secret_key, "0123456789abcdeffedcba9876543210");
    EXPECT_EQ(read->addresses.at(PlatformCall::base_data).path, "/enterprise/downloadBaseData");
    EXPECT_FALSE(read->addresses.contains(PlatformCall::enterprise));
    for (const char* key : {"", "0123456789abcdef", "not hexadecimal, thirty-two long"}) {
        body["secretKey"] = key;
        const auto refused = registered(body, "shandong");
        expect_refused(refused, "secretKey");
        EXPECT_TRUE(*key == '\0' || refused.error().what.find(key) == std::string::npos);
    }
}

TEST(Registration, WithoutAnIdOrWithAnOddOneIsRefused) {
    for (const json& id :
         {json(nullptr), json(""), json("a b"), json("../x"), json(std::string(65, 'a')), json::array()}) {
        json body = national_answer();
        body["deviceId"] = id;
        expect_refused(registered(body), "deviceId");
    }
}

TEST(Registration, OfAnotherEnterpriseIsRefused) {
    json body = national_answer();
    body["enterpriseCode"] = "91110000OTHERCODE1";
    expect_refused(registered(body), "91110000OTHERCODE1");

    body["enterpriseCode"] = kEnterprise;
    EXPECT_TRUE(registered(body));
}

TEST(Registration, WithAnAddressThatCannotBeMeantIsRefused) {
    for (const char* url :
         {"/uploadEnergyData", "ftp://platform.example/", "http://localhost:22/upload",
          "https://127.0.0.1/upload", "https://[::1]/upload", "http://platform.example/upload",
          "https://u:p@platform.example/", "ht!tp:/\\nowhere"}) {
        json body = national_answer();
        body["centerDataURL"] = url;
        expect_refused(registered(body), "centerDataURL");
    }
}

TEST(Registration, OfASimulatedPlatformOnThisMachineIsTaken) {
    json body = national_answer();
    for (const char* name : {"loadConfigURL", "loadDicVersionURL", "centerInfoURL", "centerDataURL",
                             "centerMeteringDataURL", "centerInfoDownloadURL", "centerDataDownloadURL"}) {
        body[name] = std::string("http://127.0.0.1:8080/") + name;
    }

    EXPECT_TRUE(registered(body, "national", asked("http://localhost:8080/register")));
}

TEST(Registration, WithoutTheAddressForRecordsIsRefusedAndWithoutOthersIsNot) {
    json body = national_answer();
    body.erase("centerMeteringDataURL");
    EXPECT_TRUE(registered(body));

    body.erase("centerDataURL");
    expect_refused(registered(body), "centerDataURL");
    body["centerDataURL"] = {"https://platform.example/a"};
    expect_refused(registered(body), "centerDataURL");
}

TEST(Registration, ThatSendsRecordsWhereSomethingElseGoesIsRefused) {
    json body = national_answer();
    body["loadDicVersionURL"] = body["centerDataURL"];

    expect_refused(registered(body), "loadDicVersionURL");
}

TEST(Registration, ThatSaysAnAddressTwiceIsRefused) {
    for (const std::string name : {"centerDataURL", "centerMeteringDataURL", "deviceId"}) {
        std::string body = national_answer().dump();
        body.pop_back();
        body += ",\"" + name + "\":\"https://other.example/x\"}";

        const auto read = read_registration(answered(body), shipped_profile("national"), asked());

        expect_refused(read, name);
        EXPECT_NE(read.error().what.find("twice"), std::string::npos) << read.error().what;
    }
}

TEST(Registration, WithAnOddUploadTimeIsTakenWithARemark) {
    json body = national_answer();
    body["uploadTime"] = "25:00\n:00";

    const auto read = registered(body);

    ASSERT_TRUE(read);
    EXPECT_EQ(read->upload_time, std::nullopt);
    ASSERT_EQ(read->remarks.size(), 1U);
    EXPECT_EQ(read->remarks[0].find('\n'), std::string::npos);
}

// ---- the platform with tokens ----

PlatformQuestion yunnan_asked() {
    return asked("https://platform.example/YNEnergy");
}

Result<TokenGrant> granted(const json& data) {
    return read_token(answered(json{{"responseCode", 200}, {"data", data}}.dump(), "yunnan"),
                      shipped_profile("yunnan"), yunnan_asked(), kSendTime);
}

TEST(TokenGrant, HasATokenItsEndAndTheUploadTime) {
    const auto read = granted({{"token", "abc.def-123"},
                               {"akValidAt", "2026-03-02 10:30:05 000"},
                               {"akExpiresIn", "2026-03-02 12:30:05 250"},
                               {"enterpriseUploadTime", "02:05:00"}});

    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->token, "abc.def-123");
    EXPECT_EQ(read->until, kSendTime + std::chrono::hours{2} + milliseconds{250});
    EXPECT_EQ(read->upload_time, std::chrono::minutes{125});
}

TEST(TokenGrant, MayEndAfterSecondsOrSayNothing) {
    EXPECT_EQ(granted({{"token", "t"}, {"akExpiresIn", 3600}})->until, kSendTime + std::chrono::hours{1});
    EXPECT_EQ(granted({{"token", "t"}, {"akExpiresIn", "3600"}})->until, kSendTime + std::chrono::hours{1});
    EXPECT_EQ(granted({{"token", "t"}})->until, std::nullopt);
    EXPECT_EQ(granted({{"token", "t"}, {"akExpiresIn", "soon"}})->remarks.size(), 1U);
}

TEST(TokenGrant, WithoutATokenOrWithOneThatBreaksTheHeaderIsRefused) {
    EXPECT_FALSE(granted({{"akExpiresIn", 3600}}));
    EXPECT_FALSE(granted({{"token", ""}}));
    EXPECT_FALSE(granted({{"token", "a\r\nX-Evil: 1"}}));
    EXPECT_FALSE(granted({{"token", std::string(5000, 't')}}));
    EXPECT_FALSE(granted({{"token", "t"}, {"enterpriseCode", "91110000OTHERCODE1"}}));
}

TEST(WorkingKey, IsTakenWhenItHasSixteenCharacters) {
    const auto key = [](const json& data) {
        return read_working_key(answered(json{{"responseCode", "200"}, {"data", data}}.dump(), "yunnan"),
                                shipped_profile("yunnan"), yunnan_asked());
    };

    EXPECT_EQ(key({{"secretKey", "0123456789ABCDEF0123456789ABCDEF"}}), "0123456789ABCDEF0123456789ABCDEF");
    EXPECT_FALSE(key({{"secretKey", "0123456789"}}));
    EXPECT_FALSE(key(json::object()));
}

TEST(PlatformVersions, AreTextsWhateverTheyWereWrittenAs) {
    const auto answer = answered(R"({"responseCode":"0","regVersion":12,"dicVersion":"3"})");

    EXPECT_EQ(read_versions(answer, shipped_profile("national")), (PlatformVersions{"12", "3"}));
}

// ---- where calls go ----

std::string goes_to(PlatformCall call, const std::string& profile, const PlatformQuestion& question,
                    const PlatformAddresses& given) {
    const auto address = address_of(call, shipped_profile(profile), question.asked, given);
    return address ? address->to_string() : "nowhere";
}

TEST(PlatformCalls, GoToTheAddressesThatWereGiven) {
    const auto given = registered(national_answer())->addresses;

    EXPECT_EQ(goes_to(PlatformCall::registration, "national", asked(), given), asked().asked.to_string());
    EXPECT_EQ(goes_to(PlatformCall::data, "national", asked(), given),
              "https://data.example/uploadEnergyData");
    EXPECT_EQ(goes_to(PlatformCall::replacement, "national", asked(), given), "nowhere");
}

TEST(PlatformCalls, OfYunnanGoBelowItsBaseOrToWhatItGives) {
    const json body{{"responseCode", 200},
                    {"data",
                     {{"enterpriseDataURL", "https://data.example/YNEnergy/dataEnterpriseEnergy"},
                      {"enterpriseInfoURL", "https://info.example/YNEnergy"},
                      {"loadBaseDataURL", "https://platform.example/YNEnergy/dataDownload"}}}};
    const auto given =
        read_addresses(answered(body.dump(), "yunnan"), shipped_profile("yunnan"), yunnan_asked());
    ASSERT_TRUE(given) << given.error().what;

    EXPECT_EQ(goes_to(PlatformCall::token, "yunnan", yunnan_asked(), *given),
              "https://platform.example/YNEnergy/requestAK");
    EXPECT_EQ(goes_to(PlatformCall::data, "yunnan", yunnan_asked(), *given),
              "https://data.example/YNEnergy/dataEnterpriseEnergy");
    EXPECT_EQ(goes_to(PlatformCall::items, "yunnan", yunnan_asked(), *given),
              "https://info.example/YNEnergy/dataCollectConfigure");
    EXPECT_EQ(goes_to(PlatformCall::data, "yunnan", yunnan_asked(), {}),
              "https://platform.example/YNEnergy/dataEnterpriseEnergy");
}

TEST(PlatformCalls, GoIntoAFolderThatWasGivenWhereTheProfileSaysSo) {
    ProfileOptions profile = shipped_profile("national");
    profile.call(PlatformCall::data).folder = true;
    profile.call(PlatformCall::data).path = "uploadEnergyData";
    const PlatformAddresses given{
        {PlatformCall::data, parse_platform_address("https://data.example/api?x=1").value()}};

    EXPECT_EQ(address_of(PlatformCall::data, profile, asked().asked, given)->to_string(),
              "https://data.example/api/uploadEnergyData");
}

}  // namespace
}  // namespace mg
