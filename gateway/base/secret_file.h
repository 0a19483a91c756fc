#pragma once

#include <string>
#include <vector>

#include "gateway/base/result.h"

namespace mg {

struct SecretLine {
    std::string key;
    std::string value;
    int number{0};  ///< of the line, from 1
};

/// The lines of a small file with secrets, and what messages call it.
struct SecretFile {
    std::string path;
    std::vector<SecretLine> lines;
};

/// Reads `key = value` lines; `#` starts a comment line. `where` with a slash is a file that nobody but its
/// owner may read (0600); a bare name is looked up in systemd's $CREDENTIALS_DIRECTORY, which guards its
/// files itself. All errors are invalid_config and never show the contents. A line without `=` has an empty
/// key.
Result<SecretFile> read_secret_file(const std::string& where);

}  // namespace mg
