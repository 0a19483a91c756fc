#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/base/clock.h"

namespace mg {

/// One of the certificates that a server shows.
struct ServerCertificate {
    std::string subject;
    std::string issuer;
    UtcTime valid_from{};
    UtcTime valid_until{};
    std::vector<std::string> names;  ///< hosts and addresses that it is for
};

/// Why a connection is not to be trusted, or did not come about.
enum class PapersFault : std::uint8_t {
    none,
    unknown_ca,         ///< of a CA that we do not have
    self_signed,        ///< of nobody but itself
    expired,            ///< it or its CA
    not_yet_valid,      ///< it or its CA; or our clock is behind
    other_name,         ///< it is for another host
    old_tls,            ///< no version or cipher in common
    no_tls,             ///< what answers there does not speak TLS
    wants_certificate,  ///< it turned us away for want of a client certificate, or for the one we have
    other,
};

/// What a server proved when a connection was opened to it.
struct ServerPapers {
    std::string version;  ///< "TLSv1.3"; empty: without TLS, or the handshake did not end
    std::string cipher;
    std::vector<ServerCertificate> chain;  ///< as it sent them, its own first; also when they did not do
    PapersFault fault{PapersFault::none};
    std::string words;  ///< with a fault: the library's, one line
};

}  // namespace mg
