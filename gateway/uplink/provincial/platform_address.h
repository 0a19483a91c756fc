#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/options.h"
#include "gateway/base/result.h"

/// Addresses of a platform's calls: what it hands out is never followed blindly. Pure.
namespace mg {

struct PlatformAddress {
    bool tls{true};
    std::string host;  ///< a name, or a numeric address (IPv6 without brackets)
    std::uint16_t port{443};
    std::string path;  ///< with the leading /, and a query where there is one

    [[nodiscard]] std::string to_string() const;
    bool operator==(const PlatformAddress&) const = default;
};

/// An absolute http or https address without user, password and fragment, at most 2048 characters of
/// printable ASCII. Errors (refused) say in one line what is wrong.
Result<PlatformAddress> parse_platform_address(std::string_view url);

/// This machine itself, by any of its usual names and numbers, or nobody: localhost, 127/8, ::1, 0.0.0.0, ::,
/// link-local.
bool is_own_machine(const PlatformAddress& address);

/// An address that the platform at `asked` gave, if records may go there: neither to this machine (unless
/// `asked` is on it) nor without TLS (unless `asked` is without). Another host is allowed: platforms have
/// several.
Result<PlatformAddress> given_address(std::string_view url, const PlatformAddress& asked);

/// Where `path` of a profile leads: from the root of the server with a leading /, otherwise beside `asked`
/// (registration) or below it (token).
PlatformAddress beside(const PlatformAddress& asked, std::string_view path, PlatformFlow flow);
/// `path` in the folder `folder`.
PlatformAddress below(const PlatformAddress& folder, std::string_view path);

}  // namespace mg
