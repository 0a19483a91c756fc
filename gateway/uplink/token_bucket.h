#pragma once

#include <algorithm>
#include <cstdint>

#include "gateway/base/clock.h"

namespace mg {

/// At most so much a second, with what one second brings as the longest burst. What is larger than a burst
/// passes when the bucket is full, and is paid for afterwards. Pure.
class TokenBucket {
public:
    /// 0: no limit.
    explicit TokenBucket(std::uint64_t per_second) : per_second_{static_cast<double>(per_second)} {}

    /// When `amount` may pass: not later than `now` means at once.
    [[nodiscard]] SteadyTime allowed_at(std::uint64_t amount, SteadyTime now) const;
    void take(std::uint64_t amount, SteadyTime now);

private:
    [[nodiscard]] double level_at(SteadyTime now) const;

    double per_second_;
    double level_{0};
    SteadyTime as_of_{};
    bool used_{false};
};

/// What one uplink may send: messages and bytes a second, both.
class Pacing {
public:
    Pacing(std::uint64_t messages_per_second, std::uint64_t bytes_per_second)
        : messages_{messages_per_second}, bytes_{bytes_per_second} {}

    /// A message of about `bytes`.
    [[nodiscard]] SteadyTime allowed_at(std::uint64_t bytes, SteadyTime now) const {
        return std::max(messages_.allowed_at(1, now), bytes_.allowed_at(bytes, now));
    }
    void sent(std::uint64_t bytes, SteadyTime now) {
        messages_.take(1, now);
        bytes_.take(bytes, now);
    }

private:
    TokenBucket messages_;
    TokenBucket bytes_;
};

}  // namespace mg
