#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/uplink/provincial/answer.h"
#include "gateway/uplink/provincial/platform_address.h"

/// What the platform tells a box about itself, taken from accepted answers. Pure; all errors are refused, in
/// one line that names the field; nothing of a faulty answer is used.
namespace mg {

/// Whom we asked, as whom.
struct PlatformQuestion {
    PlatformAddress asked;
    std::string enterprise_code;
    std::chrono::minutes utc_offset{480};
};

using PlatformAddresses = std::map<PlatformCall, PlatformAddress>;

struct PlatformVersions {
    std::string reg;  ///< empty: the platform says none
    std::string dic;
    bool operator==(const PlatformVersions&) const = default;
};

struct Registration {
    std::string device_id;
    std::string secret_key;  ///< empty where the profile encrypts nothing
    PlatformAddresses addresses;
    std::optional<std::chrono::seconds> upload_time;  ///< after midnight at the site
    PlatformVersions versions;
    std::vector<std::string> remarks;  ///< what was wrong and could be passed over, one line each
};

struct TokenGrant {
    std::string token;
    std::optional<UtcTime> until;  ///< none: the platform does not say
    std::optional<std::chrono::seconds> upload_time;
    std::vector<std::string> remarks;
};

/// Refused: no or an odd device id, another enterprise's code, an address that is required and missing, that
/// is there twice, that given_address() does not take, that is the same for two of version, enterprise,
/// ledger and data; a secret key that is missing or has not its form.
Result<Registration> read_registration(const PlatformAnswer& answer, const ProfileOptions& profile,
                                       const PlatformQuestion& question);
/// The addresses alone, by the same rules.
Result<PlatformAddresses> read_addresses(const PlatformAnswer& answer, const ProfileOptions& profile,
                                         const PlatformQuestion& question);
/// Refused: no token, or one that is no header's value or above 4 KiB.
Result<TokenGrant> read_token(const PlatformAnswer& answer, const ProfileOptions& profile,
                              const PlatformQuestion& question, UtcTime now);
Result<std::string> read_working_key(const PlatformAnswer& answer, const ProfileOptions& profile,
                                     const PlatformQuestion& question);
PlatformVersions read_versions(const PlatformAnswer& answer, const ProfileOptions& profile);

/// Where a call goes: to the address given for it, in the folder given for it, or by its path. Configuration
/// calls (process to verification) also go into a folder given for `enterprise`. None: the platform has no
/// such call.
std::optional<PlatformAddress> address_of(PlatformCall call, const ProfileOptions& profile,
                                          const PlatformAddress& asked, const PlatformAddresses& given);

}  // namespace mg
