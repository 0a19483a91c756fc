#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include "gateway/uplink/provincial/enterprise_messages.h"
#include "gateway/uplink/provincial/instrument_messages.h"
#include "gateway/uplink/provincial/questions.h"
#include "tests/unit/uplink/provincial/stated_plant.h"

// Whatever people wrote into the tables of a site, what leaves it is JSON that says just that.
namespace mg {
namespace {

using nlohmann::json;

std::string utf8(std::uint32_t point) {
    const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
    if (point < 0x80) return {byte(point)};
    if (point < 0x800) return {byte(0xC0 | point >> 6), byte(0x80 | (point & 0x3F))};
    if (point < 0x10000)
        return {byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 0x3F)), byte(0x80 | (point & 0x3F))};
    return {byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 0x3F)), byte(0x80 | (point >> 6 & 0x3F)),
            byte(0x80 | (point & 0x3F))};
}

/// Quotes, backslashes, control characters, Chinese, and characters of four bytes; at least one character.
rc::Gen<std::string> hard_text() {
    const auto point = rc::gen::weightedOneOf<std::uint32_t>(
        {{3, rc::gen::elementOf(std::vector<std::uint32_t>{'"', '\\', '/', '{', '}', ',', ':', '%'})},
         {2, rc::gen::inRange<std::uint32_t>(1, 0x20)},
         {2, rc::gen::inRange<std::uint32_t>(0x20, 0x100)},
         {2, rc::gen::inRange<std::uint32_t>(0x4E00, 0x9FA6)},
         {1, rc::gen::elementOf(std::vector<std::uint32_t>{0x2028, 0xFEFF, 0xFFFD, 0x7F, 0xD7FF, 0xE000})},
         {1, rc::gen::inRange<std::uint32_t>(0x10000, 0x110000)}});
    return rc::gen::map(rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint32_t>>(point)),
                        [](const std::vector<std::uint32_t>& points) {
                            std::string text;
                            for (const std::uint32_t one : points) text += utf8(one);
                            return text;
                        });
}

const ProfileOptions& any_profile() {
    return shipped_profile(*rc::gen::element<std::string>("national", "shandong", "yunnan"));
}

RC_GTEST_PROP(MessageBodies, AreJsonWhateverTheTablesSay, ()) {
    const std::string text = *hard_text();
    const ProfileOptions& profile = any_profile();
    const StatedPlant plant{text};
    const ConfigurationScene scene = plant.scene(profile);
    const auto records = plant.records();

    for (const auto& made : {configuration_messages(scene), ledger_messages(scene),
                             replacement_messages(scene, records), verification_messages(scene)}) {
        for (const ConfigurationCall& call : made.calls) {
            const json body = json::parse(call.body);
            RC_ASSERT(body.at("enterpriseCode") == text);
            RC_ASSERT(call.body.find("never shown") == std::string::npos);
        }
    }
}

RC_GTEST_PROP(MessageBodies, SayTheTextsOfTheEnterpriseUnchanged, ()) {
    const std::string text = *hard_text();
    const StatedPlant plant{text};

    const json enterprise = json::parse(enterprise_json(shipped_profile("national"), plant.enterprise, text));
    for (const std::string_view name : {"code", "name", "typeName", "phone", "url", "corporationName",
                                        "energyRespName", "passOrg", "remark"})
        RC_ASSERT(enterprise.at(std::string(name)) == text);
    RC_ASSERT(json::parse(group_json(shipped_profile("national"), plant.enterprise)).at("name") == text);
    const auto application = application_body(shipped_profile("yunnan"), plant.enterprise, text, text);
    RC_ASSERT(application.has_value());
    for (const std::string_view name :
         {"password", "dataIndex", "cmpName", "groupName", "orgCode", "registerAddress"})
        RC_ASSERT(json::parse(*application).at(std::string(name)) == text);
}

RC_GTEST_PROP(MessageBodies, OfQuestionsAreJsonWhoeverAsks, ()) {
    const std::string text = *hard_text();
    const ProfileOptions& profile = any_profile();
    const PlatformIdentity who{.enterprise_code = text,
                               .device_id = text,
                               .secret_key = "never shown",
                               .reg_version = text,
                               .dic_version = text};
    const auto table = *rc::gen::arbitrary<std::uint64_t>();

    for (const std::string& question :
         {registration_question(profile, text, text), version_question(profile, who),
          base_data_question(profile, who, table), working_key_question(profile, who, text),
          token_question(profile, who, text), addresses_question(profile, who)}) {
        const json asked = json::parse(question);
        for (const auto& [name, value] : asked.items())
            RC_ASSERT(value == json(text) || value == json(table) || value == json(std::to_string(table)));
        RC_ASSERT(question.find("never shown") == std::string::npos);
    }
}

/// Any plain number of a table, digit for digit.
RC_GTEST_PROP(MessageBodies, KeepEveryDigitOfANumber, ()) {
    const auto whole = *rc::gen::inRange(-180, 180);
    const auto digits = *rc::gen::container<std::string>(rc::gen::inRange('0', static_cast<char>('9' + 1)));
    const std::string degrees =
        digits.empty() ? std::to_string(whole) : fmt::format("{}.{}", whole, digits.substr(0, 15));
    EnterpriseOptions enterprise = a_stated_enterprise();
    enterprise.longitude = Decimal::parse(degrees).value();

    const std::string written = enterprise_json(shipped_profile("national"), enterprise, kEnterprise);

    RC_ASSERT(json::accept(written));
    RC_ASSERT(written.find(fmt::format("\"longitude\":{},", degrees)) != std::string::npos);
}

}  // namespace
}  // namespace mg
