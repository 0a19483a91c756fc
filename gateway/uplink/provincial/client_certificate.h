#pragma once

#include <filesystem>
#include <string>

#include "gateway/base/result.h"

namespace mg {

/// A client certificate with its chain and its key, as PEM texts. Secret: never in a log.
struct ClientCertificate {
    std::string chain;
    std::string key;
};

/// Reads PEM, or PKCS#12 also where it was made with ciphers that OpenSSL 3 has retired (RC2-40, as Windows
/// and old CAs still make them). `key_file` empty: the key stands in the same file. Blocks for the disk.
/// invalid_config: says which file, and whether it is the password.
Result<ClientCertificate> read_client_certificate(const std::filesystem::path& certificate_file,
                                                  const std::filesystem::path& key_file,
                                                  const std::string& password);

}  // namespace mg
