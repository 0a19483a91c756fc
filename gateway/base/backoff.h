#pragma once

#include <chrono>
#include <cstdint>

namespace mg {

struct BackoffLimits {
    std::chrono::milliseconds first{1000};
    std::chrono::milliseconds most{60'000};
};

/// Waiting times that double from `first` to `most`, each with jitter: the returned delay lies
/// between one half and the whole of the step. Hundreds of boxes that lost the same broker must not
/// come back in step. Pure: the random number comes from a seed.
class Backoff {
public:
    explicit Backoff(BackoffLimits limits, std::uint64_t seed) : limits_{limits}, state_{seed | 1U} {}

    std::chrono::milliseconds next();
    void reset() { step_ = std::chrono::milliseconds{0}; }

private:
    BackoffLimits limits_;
    std::uint64_t state_;
    std::chrono::milliseconds step_{0};
};

}  // namespace mg
