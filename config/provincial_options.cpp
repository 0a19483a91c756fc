#include "config/provincial_options.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace mg {
namespace {

struct TextMember {
    std::string_view key;
    std::string EnterpriseOptions::* text;
};
constexpr std::array kTexts{
    TextMember{"id", &EnterpriseOptions::id},
    TextMember{"name", &EnterpriseOptions::name},
    TextMember{"code", &EnterpriseOptions::code},
    TextMember{"region_code", &EnterpriseOptions::region_code},
    TextMember{"industry_code", &EnterpriseOptions::industry_code},
    TextMember{"type_code", &EnterpriseOptions::type_code},
};

std::string degrees(const std::optional<Decimal>& angle) {
    return angle ? angle->to_string() : std::string{};
}

}  // namespace

const std::string& EnterpriseOptions::code_at(UtcTime time) const {
    return next_code.empty() || time < next_code_from ? code : next_code;
}

EnterpriseOptions EnterpriseOptions::as_of(UtcTime time) const {
    EnterpriseOptions then = *this;
    if (next_code.empty() || time < next_code_from) return then;
    then.code = std::exchange(then.next_code, {});
    then.next_code_from = {};
    return then;
}

std::string EnterpriseOptions::text(std::string_view key) const {
    const auto member = std::ranges::find(kTexts, key, &TextMember::key);
    if (member != kTexts.end()) return this->*(member->text);
    if (key == "central") return central ? "true" : "false";
    if (key == "energy_conversion") return converts ? "true" : "false";
    if (key == "public_institution") return public_institution ? "true" : "false";
    if (key == "consumption_level") return consumption_level ? std::to_string(*consumption_level) : "";
    if (key == "latitude") return degrees(latitude);
    if (key == "longitude") return degrees(longitude);
    return std::string(row.text(key));
}

std::vector<std::string> unstated(const EnterpriseOptions& enterprise, const ProfileOptions& profile) {
    std::vector<std::string> keys;
    std::ranges::copy_if(profile.enterprise_required, std::back_inserter(keys),
                         [&](const std::string& key) { return enterprise.text(key).empty(); });
    return keys;
}

}  // namespace mg
