#include "gateway/uplink/batch_ceiling.h"

#include <algorithm>

namespace mg {

void BatchCeiling::delivered() {
    if (ceiling_ == most_ || ++deliveries_ < until_higher_) return;
    ceiling_ = std::min(ceiling_ * 2, most_);
    deliveries_ = 0;
}

void BatchCeiling::broke_at(std::size_t items) {
    ceiling_ = std::max<std::size_t>(1, std::min(ceiling_, items) / 2);
    deliveries_ = 0;
    until_higher_ = std::min(until_higher_ * 2, kMostUntilHigher);
}

}  // namespace mg
