#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/unit/config/site.h"

namespace mg {
namespace {

constexpr std::string_view kEnterprise =
    "[[enterprise]]\nid = \"cement\"\nname = \"样例水泥厂\"\ncode = \"91130000XXXXXXXX0Y\"\n"
    "region_code = \"130000\"\nindustry_code = \"C3011\"\nlatitude = \"38.05\"\nphone = \"0311-0000000\"\n";
constexpr std::string_view kPlatform =
    "[[uplink]]\nid = \"province\"\nkind = \"provincial\"\nprofile = \"national\"\n"
    "url = \"https://10.0.0.7:8443/enterprise/register\"\n";

Loaded load_with(std::string_view sections) {
    TemporarySite site;
    site.file("gateway.toml", plain_gateway() + std::string(sections))
        .file("meters.csv", "id,name,energy\nmain,main,电力\n");
    return site.load();
}

std::string said_about(std::string_view further_keys, std::string_view enterprise = kEnterprise) {
    return text_of(load_with(std::string(enterprise).append(kPlatform).append(further_keys)).problems);
}

bool says(const std::string& said, std::string_view what) {
    return said.find(what) != std::string::npos;
}

TEST(ProvincialOptions, AreReadWithTheirDefaults) {
    const Loaded loaded = load_with(std::string(kEnterprise).append(kPlatform));

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    ASSERT_EQ(loaded.options.provincial.size(), 1U);
    const ProvincialOptions& platform = loaded.options.provincial.front();
    EXPECT_EQ(platform.id, UplinkId{"province"});
    EXPECT_EQ(platform.profile, "national");
    EXPECT_EQ(platform.enterprise, "cement") << "there is only one";
    EXPECT_FALSE(platform.tls.legacy);
    EXPECT_EQ(platform.real_time, RealTimeUpload::as_they_come);
    EXPECT_FALSE(platform.upload_time) << "the platform assigns it";
    EXPECT_EQ(platform.start.at, ProvincialStart::At::oldest);

    const EnterpriseOptions* enterprise = loaded.options.enterprise("cement");
    ASSERT_NE(enterprise, nullptr);
    EXPECT_EQ(enterprise->code, "91130000XXXXXXXX0Y");
    EXPECT_EQ(enterprise->latitude->to_string(), "38.05");
    EXPECT_EQ(enterprise->row.text("phone"), "0311-0000000") << "is sent as it is written";
}

TEST(ProvincialOptions, AreReadAsTheyAreWritten) {
    const Loaded loaded = load_with(
        std::string(kEnterprise)
            .append(kPlatform)
            .append("credentials = \"secret/province\"\ncertificate_file = \"box.p12\"\ntls_legacy = true\n"
                    "proxy = \"http://10.0.0.1:3128\"\ninterface = \"eth1\"\nreal_time = \"daily\"\n"
                    "upload_time = \"01:38:05\"\nstart = \"2026-11-01 00:00\"\nbatch = 200\n"));

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    const ProvincialOptions& platform = loaded.options.provincial.front();
    EXPECT_EQ(platform.credentials, (loaded.options.directory / "secret/province").string());
    EXPECT_EQ(platform.tls.certificate_file, loaded.options.directory / "box.p12");
    EXPECT_TRUE(platform.tls.legacy);
    EXPECT_EQ(platform.bind_interface, "eth1");
    EXPECT_EQ(platform.real_time, RealTimeUpload::daily);
    EXPECT_EQ(platform.upload_time, std::chrono::seconds{5885});
    EXPECT_EQ(platform.start.time,
              UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 10 / 31}} + std::chrono::hours{16});
    EXPECT_EQ(platform.batch, 200U);
}

TEST(ProvincialOptions, StandBesideBrokersInOneNamespace) {
    const std::string said = said_about("[[uplink]]\nid = \"province\"\nurl = \"mqtt://127.0.0.1\"\n");
    EXPECT_TRUE(says(said, "uplink.id: the id was used before")) << said;
}

TEST(ProvincialOptions, AProfileThatIsNotThereIsNamedWithTheNearest) {
    const std::string said = text_of(load_with(std::string(kEnterprise) +
                                               "[[uplink]]\nid = \"p\"\nkind = \"provincial\"\n"
                                               "profile = \"nationale\"\nurl = \"https://p.example/\"\n")
                                         .problems);
    EXPECT_TRUE(says(said, "uplink.profile: no such profile, nearest is 'national'")) << said;
}

TEST(ProvincialOptions, TakeNoKeysOfABroker) {
    const std::string said = said_about("topic_prefix = \"energy\"\n");
    EXPECT_TRUE(says(said, "topic_prefix")) << said;
}

TEST(ProvincialOptions, AnAddressIsOneOfTheWeb) {
    for (const std::string_view wrong :
         {"province.example", "mqtt://province.example", "https://", "https://:8"}) {
        const Loaded loaded =
            load_with(std::string(kEnterprise) +
                      "[[uplink]]\nid = \"p\"\nkind = \"provincial\"\nprofile = \"national\"\nurl = \"" +
                      std::string(wrong) + "\"\n");
        const std::string said = text_of(loaded.problems);
        EXPECT_TRUE(says(said, "uplink.url: not an address")) << wrong << ": " << said;
    }
}

TEST(ProvincialOptions, APasswordInTheAddressIsNotRepeated) {
    const std::string said =
        text_of(load_with(std::string(kEnterprise) +
                          "[[uplink]]\nid = \"p\"\nkind = \"provincial\"\nprofile = \"national\"\n"
                          "url = \"https://me:hunter2@province.example/\"\n")
                    .problems);
    EXPECT_TRUE(says(said, "do not belong into the address")) << said;
    EXPECT_FALSE(says(said, "hunter2")) << said;
}

TEST(ProvincialOptions, WhatWeakensTheConnectionIsWarnedOf) {
    EXPECT_TRUE(says(said_about("tls_legacy = true\n"), "uplink.tls_legacy"));

    const Loaded plain = load_with(std::string(kEnterprise) +
                                   "[[uplink]]\nid = \"p\"\nkind = \"provincial\"\nprofile = \"national\"\n"
                                   "url = \"http://10.0.0.7/register\"\n");
    EXPECT_TRUE(plain.ok()) << "old platforms have nothing else";
    EXPECT_TRUE(says(text_of(plain.problems), "not encrypted"));
}

TEST(ProvincialOptions, SomebodyMustBeThereToReportFor) {
    EXPECT_TRUE(says(said_about({}, {}), "uplink.enterprise: nobody is there"));
    EXPECT_TRUE(says(said_about("enterprise = \"cemnt\"\n"), "uplink.enterprise: no such"));
    EXPECT_TRUE(says(said_about({}, std::string(kEnterprise) +
                                        "[[enterprise]]\nid = \"power\"\nname = \"b\"\n"
                                        "code = \"91130000XXXXXXXX12\"\nregion_code = \"130000\"\n"),
                     "uplink.enterprise: is missing"));
}

TEST(ProvincialOptions, ATimeOfDayIsOne) {
    for (const std::string_view wrong : {"1:38", "24:00:00", "01:60:00", "01-38-00", "01:38:0x"}) {
        const std::string said = said_about("upload_time = \"" + std::string(wrong) + "\"\n");
        EXPECT_TRUE(says(said, "uplink.upload_time: not a time of day")) << wrong;
    }
}

TEST(EnterpriseOptions, AMistypedCreditCodeIsSeen) {
    const auto with_code = [](std::string_view code) {
        return text_of(
            load_with("[[enterprise]]\nid = \"a\"\nname = \"a\"\nregion_code = \"130000\"\ncode = \"" +
                      std::string(code) + "\"\n")
                .problems);
    };
    EXPECT_TRUE(says(with_code("9113000OXXXXXXXX0Y"), "not a credit code")) << "an O for a zero";
    EXPECT_TRUE(says(with_code("91130000XXXXXXXX0"), "not a credit code"));
    EXPECT_TRUE(says(with_code("91310000XXXXXXXX0Y"), "check digit")) << "two digits changed places";
}

TEST(EnterpriseOptions, WhatThePlatformRequiresAndIsNotWrittenIsWarnedOf) {
    const Loaded loaded = load_with(std::string(kEnterprise).append(kPlatform));

    const std::string said = text_of(loaded.problems);
    EXPECT_TRUE(loaded.ok()) << "figures are computed all the same";
    for (const std::string_view key : {"type_code", "type_name", "consumption_level", "longitude"}) {
        EXPECT_TRUE(says(said, "enterprise." + std::string(key) +
                                   ": is missing: required by the platform of "
                                   "province"))
            << key << "\n"
            << said;
    }
    EXPECT_FALSE(says(said, "enterprise.phone")) << said;
    EXPECT_FALSE(says(said, "enterprise.fax")) << said;
}

TEST(EnterpriseOptions, APlatformThatIsNotToldOfTheEnterpriseRequiresNothing) {
    const std::string said =
        text_of(load_with(std::string(kEnterprise) + "[[uplink]]\nid = \"p\"\nkind = \"provincial\"\n"
                                                     "profile = \"shandong\"\nurl = \"https://p.example/\"\n")
                    .problems);
    EXPECT_FALSE(says(said, "enterprise.")) << said;
}

TEST(EnterpriseOptions, ANewCreditCodeHoldsFromMidnightAtTheSite) {
    const Loaded loaded = load_with(std::string(kEnterprise)
                                        .append("next_code = \"91130000XXXXXXXX12\"\n"
                                                "next_code_from = 2026-07-01\n")
                                        .append(kPlatform));

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    const EnterpriseOptions* enterprise = loaded.options.enterprise("cement");
    ASSERT_NE(enterprise, nullptr);
    const UtcTime midnight =
        UtcTime{std::chrono::sys_days{std::chrono::year{2026} / 6 / 30}} + std::chrono::hours{16};
    EXPECT_EQ(enterprise->code_at(midnight - milliseconds{1}), "91130000XXXXXXXX0Y");
    EXPECT_EQ(enterprise->code_at(midnight), "91130000XXXXXXXX12");
    EXPECT_EQ(enterprise->as_of(midnight).code, "91130000XXXXXXXX12");
    EXPECT_EQ(enterprise->as_of(midnight).code_at(UtcTime{}), "91130000XXXXXXXX12");
}

TEST(EnterpriseOptions, ANewCreditCodeAndItsDateBelongTogether) {
    const auto with = [](std::string_view keys) {
        return text_of(load_with(std::string(kEnterprise).append(keys).append(kPlatform)).problems);
    };
    EXPECT_TRUE(says(with("next_code = \"91130000XXXXXXXX12\"\n"), "enterprise.next_code: from when on?"));
    EXPECT_TRUE(says(with("next_code_from = 2026-07-01\n"),
                     "enterprise.next_code_from: means nothing without the new code"));
    EXPECT_TRUE(says(with("next_code = \"91130000XXXXXXXX0Y\"\nnext_code_from = 2026-07-01\n"),
                     "enterprise.next_code: is the present code"));
    EXPECT_TRUE(says(with("next_code = \"9113000O\"\nnext_code_from = 2026-07-01\n"),
                     "enterprise.next_code: not a credit code"));
    EXPECT_TRUE(says(with("next_code = \"91130000XXXXXXXX12\"\nnext_code_from = \"2026-02-30\"\n"),
                     "enterprise.next_code_from: not a date"));
}

}  // namespace
}  // namespace mg
