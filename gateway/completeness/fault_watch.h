#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/completeness/fault_clock.h"

namespace mg {

/// Says of each fault once that it has reached 24, 48, 72 hours or its deadline, and that it is over. What it
/// has said is not kept: after a restart it says of each fault once more how far it is. One thread.
class FaultWatch {
public:
    /// What has to be said now, in the language of the user. `faults`: all there are.
    std::vector<std::string> look(const std::vector<Fault>& faults, UtcTime now,
                                  std::chrono::minutes utc_offset);

private:
    struct Said {
        UtcTime since{};
        int hours{0};
        bool overdue{false};
        bool seen{false};
    };
    std::map<std::pair<StripKind, std::string>, Said> said_;
};

}  // namespace mg
