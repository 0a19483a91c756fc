#include "gateway/uplink/batch_limit.h"

#include <algorithm>

namespace mg {

BatchLimit::Next BatchLimit::rejected(std::size_t items) {
    if (items > 1) {
        items_ = std::max<std::size_t>(1, std::min(items_, items) / 2);
        return Next::smaller;
    }
    items_ = 1;
    return unsendable();
}

void BatchLimit::delivered() {
    set_aside_ = 0;
    if (ceiling_ < most_ && ++deliveries_ >= until_higher_) {
        ceiling_ = std::min(ceiling_ * 2, most_);
        deliveries_ = 0;
    }
    items_ = std::min(items_ * 2, ceiling_);
}

void BatchLimit::broke_at(std::size_t items) {
    ceiling_ = std::max<std::size_t>(1, std::min(ceiling_, items) / 2);
    items_ = std::min(items_, ceiling_);
    deliveries_ = 0;
    until_higher_ = std::min(until_higher_ * 2, kMostUntilHigher);
}

BatchLimit::Next BatchLimit::unsendable() {
    if (set_aside_ == kMostSetAside) return Next::hold;
    ++set_aside_;
    return Next::set_aside;
}

}  // namespace mg
