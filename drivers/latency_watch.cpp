#include "drivers/latency_watch.h"

#include <algorithm>
#include <limits>

namespace mg {

void LatencyWatch::add(std::chrono::microseconds took) {
    const auto number = std::clamp<std::int64_t>(took.count(), 0, std::numeric_limits<std::uint32_t>::max());
    kept_[count_ % kKept] = static_cast<std::uint32_t>(number);
    ++count_;
    longest_ = std::max(took, longest_ - longest_ / 1000);
}

std::optional<LatencyFigures> LatencyWatch::figures() const {
    if (count_ == 0) return std::nullopt;
    auto sorted = kept_;
    const auto end = sorted.begin() + static_cast<std::ptrdiff_t>(std::min(count_, kKept));
    std::sort(sorted.begin(), end);
    const auto last = static_cast<std::size_t>(end - sorted.begin()) - 1;
    const auto at = [&](std::size_t percent) {
        return std::chrono::microseconds{sorted[(last * percent + 99) / 100]};
    };
    return LatencyFigures{at(50), at(95), at(100)};
}

milliseconds LatencyWatch::timeout(milliseconds configured) const {
    return learned(3, kFloor, configured);
}

milliseconds LatencyWatch::probe_timeout(milliseconds configured) const {
    return learned(2, kProbeFloor, configured);
}

milliseconds LatencyWatch::learned(int times, milliseconds floor, milliseconds configured) const {
    if (count_ < kEnough) return configured;
    return std::min(configured, std::max(floor, std::chrono::ceil<milliseconds>(longest_ * times)));
}

}  // namespace mg
