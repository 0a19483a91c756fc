#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "config/options.h"
#include "config/record.h"

/// How one file of profiles/ becomes ProfileOptions. Pure; only for load_profile.cpp.
namespace mg {

/// The sections of the file, each checked by the field table; all of them, empty where not written.
using ProfileParts = std::map<FieldSection, Record>;

/// "EnergySubstanceCodes=energy_types:03"; none when it is not of this form or there is no such pick-list.
std::optional<BaseList> base_list_from(std::string_view written);

/// Everything but the id; what is not written has its standard.
ProfileOptions read_profile(const ProfileParts& parts);

/// Reports what does not fit together.
void check_profile(const ProfileParts& parts, const ProfileOptions& profile, Reporter& report);

}  // namespace mg
