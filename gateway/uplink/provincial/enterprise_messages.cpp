#include "gateway/uplink/provincial/enterprise_messages.h"

#include <array>
#include <span>

#include <fmt/ranges.h>

#include "gateway/base/language.h"
#include "gateway/uplink/provincial/json_object.h"
#include "gateway/uplink/provincial/platform_time.h"

namespace mg {
namespace {

enum class Written : std::uint8_t {
    text,
    number,
    truth,
    day,  ///< 2026-03-02
};

/// A field of a platform, and the key of [[enterprise]] it comes from.
struct EnterpriseField {
    std::string_view name;
    std::string_view key;
    Written written{Written::text};
};

constexpr std::array kEnterprise{
    EnterpriseField{"name", "name"},
    EnterpriseField{"typeCode", "type_code"},
    EnterpriseField{"typeName", "type_name"},
    EnterpriseField{"industryCode", "industry_code"},
    EnterpriseField{"regionCode", "region_code"},
    EnterpriseField{"regionName", "region_name"},
    EnterpriseField{"fieldCode", "field_code"},
    EnterpriseField{"fieldName", "field_name"},
    EnterpriseField{"center", "central", Written::truth},
    EnterpriseField{"jgzh", "energy_conversion", Written::truth},
    EnterpriseField{"energyConsumeLevel", "consumption_level", Written::number},
    EnterpriseField{"latitude", "latitude", Written::number},
    EnterpriseField{"longitude", "longitude", Written::number},
    EnterpriseField{"phone", "phone"},
    EnterpriseField{"fax", "fax"},
    EnterpriseField{"email", "email"},
    EnterpriseField{"address", "address"},
    EnterpriseField{"zipCode", "zip_code"},
    EnterpriseField{"url", "website"},
    EnterpriseField{"corporationName", "corporation"},
    EnterpriseField{"registerDate", "registered_on", Written::day},
    EnterpriseField{"registerPrincipal", "registered_by"},
    EnterpriseField{"energyOffice", "energy_office"},
    EnterpriseField{"energyOfficial", "energy_official"},
    EnterpriseField{"energyOfficialPosition", "energy_official_position"},
    EnterpriseField{"energyOfficialPhone", "energy_official_phone"},
    EnterpriseField{"energyRespName", "energy_manager"},
    EnterpriseField{"energyRespPhone", "energy_manager_phone"},
    EnterpriseField{"energyPass", "energy_system_certified", Written::truth},
    EnterpriseField{"passDate", "certified_on", Written::day},
    EnterpriseField{"passOrg", "certified_by"},
    EnterpriseField{"productionLine", "production_line"},
    EnterpriseField{"leadingProduct", "leading_product"},
    EnterpriseField{"remark", "remark"},
};

constexpr std::array kGroup{
    EnterpriseField{"name", "group_name"},
    EnterpriseField{"address", "group_address"},
};

constexpr std::array kApplication{
    EnterpriseField{"isorg", "public_institution", Written::truth},
    EnterpriseField{"cmpName", "name"},
    EnterpriseField{"address", "address"},
    EnterpriseField{"zipCode", "zip_code"},
    EnterpriseField{"corporationName", "corporation"},
    EnterpriseField{"regionCode", "region_code"},
    EnterpriseField{"registerAddress", "registered_address"},
    EnterpriseField{"registerDate", "registered_on", Written::day},
    EnterpriseField{"registerPrincipal", "registered_by"},
    EnterpriseField{"typeCode", "type_code"},
    EnterpriseField{"industryCode", "industry_code"},
    EnterpriseField{"fieldCode", "field_code"},
    EnterpriseField{"energyConsumeLevel", "consumption_level", Written::number},
    EnterpriseField{"center", "central", Written::truth},
    EnterpriseField{"jgzh", "energy_conversion", Written::truth},
    EnterpriseField{"latitude", "latitude", Written::number},
    EnterpriseField{"longitude", "longitude", Written::number},
    EnterpriseField{"phone", "phone"},
    EnterpriseField{"fax", "fax"},
    EnterpriseField{"email", "email"},
    EnterpriseField{"url", "website"},
    EnterpriseField{"productionLine", "production_line"},
    EnterpriseField{"leadingProduct", "leading_product"},
    EnterpriseField{"groupName", "group_name"},
    EnterpriseField{"groupAddress", "group_address"},
    EnterpriseField{"orgType", "institution_type"},
    EnterpriseField{"orgCode", "institution_code"},
    EnterpriseField{"remark", "remark"},
};

void write(JsonObject& out, std::span<const EnterpriseField> fields, const EnterpriseOptions& enterprise,
           ValidForm truth) {
    for (const auto& [name, key, written] : fields) {
        const std::string text = enterprise.text(key);
        if (text.empty()) continue;
        switch (written) {
            case Written::text:
                out.text(name, text);
                break;
            case Written::number:
                out.number(name, text);
                break;
            case Written::truth:
                if (truth == ValidForm::boolean)
                    out.ready(name, text == "true" ? "true" : "false");
                else
                    out.text(name, text == "true" ? "1" : "0");
                break;
            case Written::day:
                out.optional(name, platform_day(text));
                break;
        }
    }
}

}  // namespace

std::string enterprise_json(const ProfileOptions& profile, const EnterpriseOptions& enterprise,
                            std::string_view enterprise_code) {
    JsonObject out{profile, "enterprise"};
    out.text("code", enterprise_code).text("corporationCode", enterprise_code);
    write(out, kEnterprise, enterprise, ValidForm::boolean);
    return out.str();
}

std::string group_json(const ProfileOptions& profile, const EnterpriseOptions& enterprise) {
    JsonObject out{profile, "group"};
    write(out, kGroup, enterprise, ValidForm::boolean);
    return out.str();
}

std::string missing_of_enterprise(const ProfileOptions& profile, const EnterpriseOptions& enterprise) {
    const auto keys = unstated(enterprise, profile);
    if (keys.empty()) return {};
    return trf("[[enterprise]] {}: required by the platform, and nothing is written",
               "[[enterprise]] {}：平台必填，尚未填写", fmt::join(keys, ", "));
}

Result<std::string> application_body(const ProfileOptions& profile, const EnterpriseOptions& enterprise,
                                     const std::string& encrypted_password, const std::string& data_index) {
    if (std::string missing = missing_of_enterprise(profile, enterprise); !missing.empty())
        return fail(Failure::rejected, std::move(missing));
    JsonObject out{profile, "application"};
    out.text(profile.names.enterprise_code, enterprise.code)
        .text(profile.names.password, encrypted_password)
        .optional(profile.names.data_index, data_index);
    write(out, kApplication, enterprise, profile.record.valid);
    return out.str();
}

}  // namespace mg
