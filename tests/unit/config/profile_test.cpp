#include <gtest/gtest.h>

#include "config/shipped_files.h"
#include "tests/unit/config/site.h"

namespace mg {
namespace {

const ProfileOptions& shipped(const std::string& id) {
    const auto& profiles = shipped_profiles();
    const auto found = std::ranges::find(profiles, id, &ProfileOptions::id);
    if (found == profiles.end()) throw std::runtime_error{"no profile " + id};
    return *found;
}

std::string sent_fields(const ProfileOptions& profile, bool RecordFieldOptions::* mark) {
    std::string names;
    for (const auto& field : profile.record.fields) {
        if (field.sent && field.*mark) names += field.name + " ";
    }
    return names;
}

TEST(ShippedProfiles, AllLoadWithoutAProblemAndNameTheirSource) {
    EXPECT_EQ(shipped_profile_files().size(), 3U);
    for (const auto& [name, text] : shipped_profile_files()) {
        const LoadedProfile loaded = load_profile(text, std::string(name));

        EXPECT_TRUE(loaded.problems.empty()) << text_of(loaded.problems);
        ASSERT_TRUE(loaded.profile) << name;
        EXPECT_FALSE(loaded.profile->source.empty()) << name;
    }
}

TEST(ShippedProfiles, TheNationalOneSendsNumbersInAList) {
    const ProfileOptions& profile = shipped("national");

    EXPECT_EQ(profile.flow, PlatformFlow::registration);
    EXPECT_EQ(profile.record.list, "data");
    EXPECT_EQ(profile.record.batch, 500U);
    EXPECT_EQ(profile.record.code, CodeForm::hyphens);
    EXPECT_EQ(profile.record.valid, ValidForm::boolean);
    EXPECT_EQ(sent_fields(profile, &RecordFieldOptions::sent),
              "dataCode dataValue inputType statType statDate uploadDate scope valid ");
    EXPECT_EQ(sent_fields(profile, &RecordFieldOptions::encrypted), "");
    EXPECT_EQ(profile.call(PlatformCall::base_data).answer_names,
              (std::vector<std::string>{"loadConfigURL", "downloadBaseDataURL"}));
    EXPECT_EQ(profile.required, std::set{PlatformCall::data});
    EXPECT_EQ(profile.names.wrapper, "");
    EXPECT_EQ(profile.verdicts.success, std::set<std::string>{"0"});
}

TEST(ShippedProfiles, ShandongEncryptsEveryFieldOfARecord) {
    const ProfileOptions& profile = shipped("shandong");

    EXPECT_EQ(sent_fields(profile, &RecordFieldOptions::encrypted),
              sent_fields(profile, &RecordFieldOptions::sent));
    EXPECT_EQ(profile.secret_key, KeyForm::hexadecimal);
    EXPECT_EQ(profile.record.valid, ValidForm::digit);
    EXPECT_FALSE(profile.steps.contains(PlatformStep::items));
}

TEST(ShippedProfiles, YunnanSendsOneRecordACallWithAToken) {
    const ProfileOptions& profile = shipped("yunnan");

    EXPECT_EQ(profile.flow, PlatformFlow::token);
    EXPECT_EQ(profile.record.list, "");
    EXPECT_EQ(profile.record.batch, 1U);
    EXPECT_EQ(profile.record.code, CodeForm::digits);
    EXPECT_EQ(profile.record.field(RecordField::factor).name, "convertRation");
    EXPECT_TRUE(profile.record.field(RecordField::factor).sent);
    EXPECT_EQ(profile.record.field(RecordField::data_value).longest, 15U);
    EXPECT_EQ(profile.call(PlatformCall::token).path, "requestAK");
    EXPECT_EQ(profile.names.upload_time, "enterpriseUploadTime");
    EXPECT_EQ(profile.token_prefix, "Bearer ");
    EXPECT_EQ(profile.verdicts.expired, std::set<std::string>{"401"});
    EXPECT_EQ(profile.public_base_tables, (std::vector<std::uint64_t>{1, 2, 16}));
}

TEST(Profile, EveryKeyArrives) {
    const auto loaded = load_profile(R"(
[profile]
name = { zh = "某省", en = "a province" }
source = "协议 2.1"
verified = true
flow = "register"
steps = "version ledger"
stat_types = "day month"
scope = "enterprise"
backfill_days = 30
items_per_stat_type = false
items_with_code = true
ledger_list = "meters"
enterprise_required = "phone fax"
renames = ["ledger.meteringType=meterType", "item.remark="]
base_lists = ["Media=energy_types:03", "Uses=uses"]
secret_key = "characters"
content_type = "application/json;charset=UTF-8"
token_header = "X-Token"
token_prefix = "AK"
[record]
list = "records"
batch = 20
body = "enterprise_code reg_version"
sends = "data_code data_value stat_type stat_date valid remark"
texts = "data_value"
encrypted = "data_code"
code = "digits"
valid = "digit"
valid_inverted = true
dates = "yyyyMMddHHmmss"
most_input_type = 6
input_type_otherwise = 2
value_length = 12
factor_length = 8
[answers]
success = ["0", "00"]
expired = "E1"
transient = "BUSY"
refused = "9"
refused_words = "密钥"
taken_words = ["重复"]
[paths]
ledger = "/api/ledger"
version = "version"
[addresses]
data = ["uploadUrl", "dataUrl"]
required = "data"
folders = "data"
[names]
device_id = "sn"
data_index = "no"
add = "insert"
update = "modify"
delete = "remove"
wrapper = "result"
[fields]
data_code = "code"
)",
                                     "province-x.toml");

    ASSERT_TRUE(loaded.profile) << text_of(loaded.problems);
    const ProfileOptions& p = *loaded.profile;
    EXPECT_EQ(p.id, "province-x");
    EXPECT_EQ(p.name_zh, "某省");
    EXPECT_EQ(p.name_en, "a province");
    EXPECT_TRUE(p.verified);
    EXPECT_EQ(p.steps, (std::set{PlatformStep::version, PlatformStep::ledger}));
    EXPECT_EQ(p.stat_types, (std::set{StatType::day, StatType::month}));
    EXPECT_EQ(p.scope, CodeScope::enterprise);
    EXPECT_EQ(p.backfill_days, 30);
    EXPECT_FALSE(p.items_per_stat_type);
    EXPECT_TRUE(p.items_with_code);
    EXPECT_EQ(p.ledger_list, "meters");
    EXPECT_EQ(p.enterprise_required, (std::vector<std::string>{"phone", "fax"}));
    EXPECT_EQ(p.renames.at("ledger.meteringType"), "meterType");
    EXPECT_EQ(p.renames.at("item.remark"), "");
    EXPECT_EQ(p.base_lists, (std::vector<BaseList>{{"Media", "energy_types", "03"}, {"Uses", "uses", ""}}));
    EXPECT_EQ(p.names.data_index + p.names.add + p.names.update + p.names.remove, "noinsertmodifyremove");
    EXPECT_EQ(p.secret_key, KeyForm::characters);
    EXPECT_EQ(p.content_type, "application/json;charset=UTF-8");
    EXPECT_EQ(p.token_header, "X-Token");
    EXPECT_EQ(p.token_prefix, "AK ");
    EXPECT_EQ(p.record.list, "records");
    EXPECT_EQ(p.record.batch, 20U);
    EXPECT_EQ(p.record.body, (std::vector{BodyField::enterprise_code, BodyField::reg_version}));
    EXPECT_EQ(sent_fields(p, &RecordFieldOptions::sent), "code dataValue statType statDate valid remark ");
    EXPECT_EQ(sent_fields(p, &RecordFieldOptions::text), "dataValue ");
    EXPECT_EQ(sent_fields(p, &RecordFieldOptions::encrypted), "code ");
    EXPECT_TRUE(p.record.valid_inverted);
    EXPECT_EQ(p.record.dates, DateForm::digits);
    EXPECT_EQ(p.record.most_input_type, 6);
    EXPECT_EQ(p.record.input_type_otherwise, 2);
    EXPECT_EQ(p.record.field(RecordField::data_value).longest, 12U);
    EXPECT_EQ(p.record.field(RecordField::factor).longest, 8U);
    EXPECT_EQ(p.verdicts.success, (std::set<std::string>{"0", "00"}));
    EXPECT_EQ(p.verdicts.transient, std::set<std::string>{"BUSY"});
    EXPECT_EQ(p.verdicts.refused, std::set<std::string>{"9"});
    EXPECT_EQ(p.verdicts.refused_words, std::vector<std::string>{"密钥"});
    EXPECT_EQ(p.verdicts.taken_words, std::vector<std::string>{"重复"});
    EXPECT_EQ(p.call(PlatformCall::ledger).path, "/api/ledger");
    EXPECT_TRUE(p.call(PlatformCall::data).folder);
    EXPECT_EQ(p.names.device_id, "sn");
    EXPECT_EQ(p.names.wrapper, "result");
}

TEST(Profile, RenamesOnlyFieldsThatThereAreAndToNamesThatAreFree) {
    const auto said_of = [](std::string_view rename) {
        return text_of(load_profile("[profile]\nname = \"a\"\nsource = \"b\"\nflow = \"register\"\n"
                                    "renames = \"" +
                                        std::string(rename) + "\"\n[addresses]\ndata = \"u\"\n",
                                    "own.toml")
                           .problems);
    };
    EXPECT_EQ(said_of("ledger.meteringType=meterType"), "");
    EXPECT_EQ(said_of("ledger.meteringType="), "") << "it is not sent";
    EXPECT_NE(said_of("ledger.meterType=a").find("no such field, nearest is 'ledger.meteringType'"),
              std::string::npos);
    EXPECT_NE(said_of("ledger.meteringType").find("not of the form"), std::string::npos);
    EXPECT_NE(said_of("ledger.meteringType=type of it").find("not a name"), std::string::npos);
    EXPECT_NE(said_of("ledger.meteringType=dataCode").find("used already"), std::string::npos);
    EXPECT_EQ(said_of("ledger.meteringType=name"), "") << "of another object only";
}

TEST(Profile, NamesPickListsThatThereAreAndPartsOfAnAddressThatAreNames) {
    const auto said_of = [](const std::string& about, const std::string& names) {
        return text_of(load_profile("[profile]\nname = \"a\"\nsource = \"b\"\nflow = \"register\"\n" + about +
                                        "\n[addresses]\ndata = \"u\"\n[names]\n" + names + "\n",
                                    "own.toml")
                           .problems);
    };
    EXPECT_EQ(said_of("base_lists = \"Uses=uses\"", "add = \"insert\""), "");
    EXPECT_NE(said_of("base_lists = \"Uses=usages\"", "").find("array=table or array=table:class"),
              std::string::npos);
    EXPECT_NE(said_of("base_lists = \"Uses\"", "").find("energy_types"), std::string::npos);
    EXPECT_NE(said_of("", "delete = \"../x\"").find("names.delete: not a name"), std::string::npos)
        << said_of("", "delete = \"../x\"");
}

TEST(Profile, OfASiteTakesThePlaceOfAShippedOneAndMayBeNew) {
    TemporarySite site;
    const std::string text =
        "[profile]\nname = \"own\"\nsource = \"x\"\nflow = \"register\"\n[addresses]\ndata = \"u\"\n";
    site.file("gateway.toml", plain_gateway())
        .file("meters.csv", "id\nm1\n")
        .file("profiles/national.toml", text)
        .file("profiles/jilin.toml", text);

    const Loaded loaded = site.load();

    ASSERT_TRUE(loaded.ok()) << text_of(loaded.problems);
    ASSERT_NE(loaded.options.profile("national"), nullptr);
    EXPECT_EQ(loaded.options.profile("national")->name_en, "own");
    EXPECT_NE(loaded.options.profile("jilin"), nullptr);
    EXPECT_NE(loaded.options.profile("yunnan"), nullptr);
    EXPECT_EQ(loaded.options.profiles.size(), 4U);
}

TEST(Profile, TheExampleOfTheManualIsOneInBothLanguages) {
    for (const std::string page : {"docs/provincial.md", "docs/provincial.zh-CN.md"}) {
        const std::string text = read_all(std::filesystem::path{MG_SOURCE_DIR} / page);
        const auto begin = text.find("```toml\n") + 8;

        const auto loaded = load_profile(text.substr(begin, text.find("```", begin) - begin), "example.toml");

        EXPECT_TRUE(loaded.profile) << page << ": " << text_of(loaded.problems);
    }
}

TEST(Profile, AnyTextIsAProfileOrHasAProblem) {
    for (const std::string& text :
         {std::string(), std::string("\xFF"), std::string("[[[["), std::string("profile = 5\nrecord = 6\n"),
          std::string("[profile]\nsteps = [1, 2]\n"), std::string("[[profile]]\n"), std::string(5000, '['),
          std::string("paths = { data = 3 }\n"), std::string("[profile]\nname = 1979-05-27\n")}) {
        const LoadedProfile loaded = load_profile(text, "x.toml");
        EXPECT_FALSE(loaded.profile);
        EXPECT_FALSE(loaded.problems.empty());
    }
}

}  // namespace
}  // namespace mg
