#include "gateway/base/backoff.h"

#include <algorithm>

namespace mg {

std::chrono::milliseconds Backoff::next() {
    step_ = step_.count() == 0 ? limits_.first : std::min(step_ * 2, limits_.most);
    // xorshift64: enough to spread boxes apart.
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    const auto half = step_ / 2;
    const auto spread = static_cast<std::uint64_t>((step_ - half).count()) + 1;
    return half + std::chrono::milliseconds{static_cast<std::int64_t>(state_ % spread)};
}

}  // namespace mg
