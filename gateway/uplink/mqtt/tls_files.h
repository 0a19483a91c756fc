#pragma once

#include "config/options.h"
#include "gateway/base/result.h"

namespace mg {

/// Loads the certificates and the key as a connection would. invalid_config names the file and what OpenSSL
/// says about it. Paho loads them again, but keeps to itself what is wrong.
Result<> check_tls_files(const TlsOptions& tls);

}  // namespace mg
