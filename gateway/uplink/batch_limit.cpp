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

BatchLimit::Next BatchLimit::unsendable() {
    if (set_aside_ == kMostSetAside) return Next::hold;
    ++set_aside_;
    return Next::set_aside;
}

}  // namespace mg
