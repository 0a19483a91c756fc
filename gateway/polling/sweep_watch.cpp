#include "gateway/polling/sweep_watch.h"

namespace mg {

void SweepWatch::answered(std::size_t instrument, Slot slot, UtcTime began, UtcTime taken_at) {
    if (newest_ != slot) {
        newest_ = slot;
        began_ = began;
    }
    ended_ = taken_at;
    auto& skew = skews_[instrument];
    const milliseconds now = taken_at - slot.at;
    std::optional<milliseconds> change;
    if (skew) change = now - skew->at_last;
    skew = Skew{now, change};
}

std::optional<milliseconds> SweepWatch::duration() const {
    if (!newest_) return std::nullopt;
    return ended_ - began_;
}

}  // namespace mg
