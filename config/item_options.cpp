#include "config/item_options.h"

namespace mg {

const ItemCode* ItemCodes::of(const UplinkId& uplink) const {
    const auto own = by_uplink.find(uplink);
    if (own != by_uplink.end()) return &own->second;
    return standard ? &*standard : nullptr;
}

}  // namespace mg
