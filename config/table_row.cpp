#include "config/table_row.h"

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

}  // namespace mg
