#pragma once

#include <string>

#include "gateway/base/result.h"

namespace mg {

/// Secrets of ours towards a platform. Never in a log.
struct PlatformCredentials {
    std::string password;              ///< of the account
    std::string certificate_password;  ///< of a PKCS#12 file or a key
};

/// `password = …` and `certificate_password = …`, either or both; `where` as for read_secret_file(), empty:
/// there are none. invalid_config: as there, or another key.
Result<PlatformCredentials> read_platform_credentials(const std::string& where);

}  // namespace mg
