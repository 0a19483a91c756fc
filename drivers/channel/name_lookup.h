#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/base/stop_event.h"

namespace mg {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length{0};
    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    [[nodiscard]] int family() const { return storage.ss_family; }
};

/// Finds the addresses of a host without ever hanging on a dead name server. One thread only.
class NameLookup {
public:
    NameLookup();
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;
    ~NameLookup();

    /// Numeric hosts at once; names by the system's resolver, for which it waits until `due` or stop. A
    /// question that is not answered by then goes on in the background, and the next call waits for the same
    /// one. session_lost: unknown name, or no answer yet.
    Result<std::vector<SocketAddress>> find(const std::string& host, std::uint16_t port, SteadyTime due,
                                            const StopEvent& stop, const Clock& clock);

private:
    struct Question;
    std::unique_ptr<Question> asked_;
};

}  // namespace mg
