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

/// Says everything that the shipped profiles require, and some more.
inline EnterpriseOptions a_stated_enterprise() {
    EnterpriseOptions enterprise;
    enterprise.id = "cement";
    enterprise.name = "样例水泥厂";
    enterprise.code = kEnterprise;
    enterprise.region_code = "130100";
    enterprise.industry_code = "C3011";
    enterprise.type_code = "170";
    enterprise.consumption_level = 4;
    enterprise.latitude = Decimal::parse("38.0500").value();
    enterprise.longitude = Decimal::parse("114.48").value();
    enterprise.row = {"gateway.toml",
                      7,
                      {{"type_name", 1, "私营企业"},
                       {"phone", 1, "0311-0000000"},
                       {"registered_on", 1, "2004/3/9"},
                       {"energy_system_certified", 1, "true"},
                       {"certified_on", 1, "2025-06-01"},
                       {"group_name", 1, "样例集团"},
                       {"group_address", 1, "石家庄市"}}};
    return enterprise;
}

/// 2026-03-02 10:30:05 at the site.
inline constexpr UtcTime kSendTime{milliseconds{1'772'418'605'000}};

}  // namespace mg
