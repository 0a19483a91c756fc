#pragma once

#include <algorithm>
#include <cstddef>

#include "gateway/base/clock.h"

namespace mg {

/// How many messages of backlog and re-sent periods may be under way beside live data, so that what is new
/// does not queue behind them: one more for each quick answer, half as many after a slow one. Pure.
class SideWindow {
public:
    static constexpr milliseconds kQuick{100};

    [[nodiscard]] std::size_t messages() const { return messages_; }
    /// At most this many; not below one.
    void limit(std::size_t most) {
        most_ = std::max<std::size_t>(most, 1);
        messages_ = std::min(messages_, most_);
    }
    void answered(SteadyTime::duration after) {
        least_ = std::min(least_, after);
        // On a satellite link no answer is quick; twice the least ever seen is.
        const bool quick = after <= std::max<SteadyTime::duration>(kQuick, 2 * least_);
        messages_ = quick ? std::min(messages_ + 1, most_) : std::max<std::size_t>(messages_ / 2, 1);
    }

private:
    std::size_t most_{1};
    std::size_t messages_{1};
    SteadyTime::duration least_{std::chrono::hours{1}};
};

}  // namespace mg
