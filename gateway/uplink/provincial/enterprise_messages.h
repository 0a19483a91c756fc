#pragma once

#include <string>
#include <string_view>

#include "config/options.h"
#include "gateway/base/result.h"

/// What a platform is told of the enterprise itself, from [[enterprise]]. Pure. What says nothing is left
/// out.
namespace mg {

/// `enterprise` of the message of a registered box, under this credit code: the one that is in force.
std::string enterprise_json(const ProfileOptions& profile, const EnterpriseOptions& enterprise,
                            std::string_view enterprise_code);
/// `group` beside it.
std::string group_json(const ProfileOptions& profile, const EnterpriseOptions& enterprise);

/// The application of a platform with tokens: the first time, or with the data_index that it answered then,
/// the update. The code is enterprise.code: give as_of(). rejected: required keys say nothing, so that the
/// platform would not take it; they are named. Records do not depend on it: a plant may be admitted already.
Result<std::string> application_body(const ProfileOptions& profile, const EnterpriseOptions& enterprise,
                                     const std::string& encrypted_password, const std::string& data_index);

/// "[[enterprise]] phone, latitude: required by the platform"; empty: nothing is missing.
std::string missing_of_enterprise(const ProfileOptions& profile, const EnterpriseOptions& enterprise);

}  // namespace mg
