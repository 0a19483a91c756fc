#pragma once

#include <string>
#include <string_view>

#include "config/options.h"

namespace mg {

/// Who sends: what the platform knows the box by.
struct PlatformIdentity {
    std::string enterprise_code;
    std::string device_id;
    std::string secret_key;
    std::string reg_version;
    std::string dic_version;
};

/// The members that stand beside the records in each message, without braces: profile.record.body.
std::string body_head(const ProfileOptions& profile, const PlatformIdentity& identity);

/// A message of these members (a JSON object) and body_head() in front of them.
std::string platform_body(const ProfileOptions& profile, const PlatformIdentity& identity,
                          std::string_view members);

/// The inputType itself, or what the platform takes for one that it does not know.
int known_input_type(const RecordFormOptions& form, int input_type);

}  // namespace mg
