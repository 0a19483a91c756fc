#include "gateway/uplink/provincial/questions.h"

#include "gateway/uplink/provincial/json_object.h"

namespace mg {
namespace {

bool has_token(const ProfileOptions& profile) {
    return profile.flow == PlatformFlow::token;
}

/// Who asks, where nothing else tells: platforms with tokens take every number as text.
JsonObject asked_by(const ProfileOptions& profile, const PlatformIdentity& identity) {
    JsonObject question{has_token(profile)};
    question.text(profile.names.enterprise_code, identity.enterprise_code);
    return question;
}

}  // namespace

std::string registration_question(const ProfileOptions& profile, const std::string& enterprise_code,
                                  const std::string& region_code) {
    return JsonObject{}
        .text(profile.names.enterprise_code, enterprise_code)
        .text(profile.names.region, region_code)
        .str();
}

std::string version_question(const ProfileOptions& profile, const PlatformIdentity& identity) {
    if (has_token(profile)) return asked_by(profile, identity).str();
    return JsonObject{}.text(profile.names.device_id, identity.device_id).str();
}

std::string base_data_question(const ProfileOptions& profile, const PlatformIdentity& identity,
                               std::optional<std::uint64_t> table) {
    JsonObject question{has_token(profile)};
    // What a registered box asks here was seen nowhere; its id goes into every message after registration.
    if (!has_token(profile)) question.text(profile.names.device_id, identity.device_id);
    question.text(profile.names.enterprise_code, identity.enterprise_code);
    if (table) question.number(profile.names.base_table, std::to_string(*table));
    return question.str();
}

std::string working_key_question(const ProfileOptions& profile, const PlatformIdentity& identity,
                                 const std::string& old_key) {
    return asked_by(profile, identity).optional(profile.names.secret_key, old_key).str();
}

std::string token_question(const ProfileOptions& profile, const PlatformIdentity& identity,
                           const std::string& encrypted_password) {
    return asked_by(profile, identity).text(profile.names.password, encrypted_password).str();
}

std::string addresses_question(const ProfileOptions& profile, const PlatformIdentity& identity) {
    return asked_by(profile, identity).str();
}

}  // namespace mg
