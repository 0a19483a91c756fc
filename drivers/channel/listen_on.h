#pragma once

#include <cstdint>
#include <string>

#include "gateway/base/result.h"
#include "gateway/base/unique_fd.h"

namespace mg {

struct ListeningPort {
    UniqueFd socket;  ///< non-blocking
    int family{};     ///< AF_INET6 takes calls of both versions where no address was given
    std::uint16_t port{};
};

/// Listens at a numeric address, or at every address of this machine when it is empty. Port 0: any free one.
/// transient: in use, or not this machine's address (yet).
Result<ListeningPort> listen_on(const std::string& address, std::uint16_t port);

}  // namespace mg
