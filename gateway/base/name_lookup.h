#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace mg {

/// Host name → numeric addresses, with a deadline. getaddrinfo() itself has none and cannot be interrupted: a
/// lookup that hangs goes on behind our back, and the next resolve() of the same name waits for that same
/// one, so that at most one is ever under way. One thread.
class NameLookup {
public:
    explicit NameLookup(Clock& clock) : clock_{clock} {}
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;
    ~NameLookup();

    /// At most four numeric addresses in the system's order; at once for a numeric host. transient: not known
    /// now, or no answer by `deadline`.
    Result<std::vector<std::string>> resolve(const std::string& host, SteadyTime deadline,
                                             std::stop_token stop);

private:
    struct Request;
    void give_up();

    Clock& clock_;
    Request* request_{nullptr};
};

}  // namespace mg
