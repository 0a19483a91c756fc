#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "gateway/base/clock.h"

namespace mg {

/// Lets one line of a kind through now and then and counts the others. One thread only.
class LogLimit {
public:
    LogLimit(const Clock& clock, milliseconds pause) : clock_{clock}, pause_{pause} {}

    /// How many were kept back since the last one; nothing: keep this one back, too.
    std::optional<std::uint64_t> may_say() {
        const auto now = clock_.steady();
        if (next_ && now < *next_) {
            ++kept_back_;
            return std::nullopt;
        }
        next_ = now + pause_;
        return std::exchange(kept_back_, 0);
    }

private:
    const Clock& clock_;
    milliseconds pause_;
    std::optional<SteadyTime> next_;
    std::uint64_t kept_back_{0};
};

}  // namespace mg
