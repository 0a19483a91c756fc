#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>

#include "config/load.h"
#include "gateway/uplink/provincial/answer.h"
#include "gateway/uplink/provincial/registration.h"

/// Makers for the tests of the provincial uplink. Codes, ids and keys are invented.
namespace mg {

inline const ProfileOptions& shipped_profile(const std::string& id) {
    const auto& profiles = shipped_profiles();
    const auto found = std::ranges::find(profiles, id, &ProfileOptions::id);
    if (found == profiles.end()) throw std::runtime_error{"no profile " + id};
    return *found;
}

inline PlatformAnswer answered(const std::string& body, const std::string& profile = "national",
                               int status = 200) {
    return read_answer(
        {.status = status, .content_type = "application/json;charset=UTF-8", .body = body, .complete = true},
        shipped_profile(profile));
}

inline constexpr std::string_view kEnterprise = "91530000TESTCODE0X";

inline PlatformQuestion asked(
    const std::string& url = "https://platform.example:8443/sx/inf/upload/register") {
    return {.asked = parse_platform_address(url).value(),
            .enterprise_code = std::string(kEnterprise),
            .utc_offset = std::chrono::hours{8}};
}

/// 2026-03-02 10:30:05 at the site.
inline constexpr UtcTime kSendTime{milliseconds{1'772'418'605'000}};

}  // namespace mg
