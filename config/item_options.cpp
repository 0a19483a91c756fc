#include "config/item_options.h"

#include <algorithm>

namespace mg {

int TableRow::column_of(std::string_view key) const {
    const auto found = std::ranges::find(cells_, key, &Cell::key);
    return found == cells_.end() ? 0 : found->column;
}

std::string_view TableRow::text(std::string_view key) const {
    const auto found = std::ranges::find(cells_, key, &Cell::key);
    return found == cells_.end() ? std::string_view{} : std::string_view{found->text};
}

const ItemCode* ItemCodes::of(const UplinkId& uplink) const {
    const auto own = by_uplink.find(uplink);
    if (own != by_uplink.end()) return &own->second;
    return standard ? &*standard : nullptr;
}

}  // namespace mg
