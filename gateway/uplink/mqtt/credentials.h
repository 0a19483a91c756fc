#pragma once

#include <string>

#include "gateway/base/result.h"

namespace mg {

struct Credentials {
    std::string user;
    std::string password;
};

/// Reads `user = …` and `password = …` lines; `#` starts a comment line. `where` with a slash is a file that
/// nobody but its owner may read (0600); a bare name is looked up in systemd's $CREDENTIALS_DIRECTORY, which
/// guards its files itself. Empty: none. All errors are invalid_config and never show the contents.
Result<Credentials> read_credentials(const std::string& where);

}  // namespace mg
