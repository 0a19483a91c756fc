#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/options.h"
#include "gateway/uplink/provincial/platform_body.h"

/// Bodies of the calls that ask something. Pure.
namespace mg {

std::string registration_question(const ProfileOptions& profile, const std::string& enterprise_code,
                                  const std::string& region_code);
/// By the device id, or where there is a token, by the enterprise's code.
std::string version_question(const ProfileOptions& profile, const PlatformIdentity& identity);
/// `table`: which of profile.base_tables or public_base_tables; none: all there is.
std::string base_data_question(const ProfileOptions& profile, const PlatformIdentity& identity,
                               std::optional<std::uint64_t> table);
/// `old_key`: the one that is to be replaced; empty: there is none.
std::string working_key_question(const ProfileOptions& profile, const PlatformIdentity& identity,
                                 const std::string& old_key);
/// `encrypted_password`: as profile.password says, by sm4_password() or as it is.
std::string token_question(const ProfileOptions& profile, const PlatformIdentity& identity,
                           const std::string& encrypted_password);
std::string addresses_question(const ProfileOptions& profile, const PlatformIdentity& identity);

}  // namespace mg
