#include "gateway/uplink/token_bucket.h"

#include <cmath>

namespace mg {

double TokenBucket::level_at(SteadyTime now) const {
    if (!used_) return per_second_;
    const double seconds = std::chrono::duration<double>(now - as_of_).count();
    return std::min(per_second_, level_ + std::max(seconds, 0.0) * per_second_);
}

SteadyTime TokenBucket::allowed_at(std::uint64_t amount, SteadyTime now) const {
    if (per_second_ <= 0) return now;
    const double missing = std::min(static_cast<double>(amount), per_second_) - level_at(now);
    if (missing <= 0) return now;
    // Rounded up: a wait that ends a moment too early would be followed by another one. Less than a
    // millionth of a millisecond is what doubles made of zero.
    constexpr double kNothing = 1e-6;
    return now + milliseconds{static_cast<std::int64_t>(std::ceil(missing / per_second_ * 1000 - kNothing))};
}

void TokenBucket::take(std::uint64_t amount, SteadyTime now) {
    if (per_second_ <= 0) return;
    level_ = level_at(now) - static_cast<double>(amount);
    as_of_ = now;
    used_ = true;
}

}  // namespace mg
