#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "gateway/control/item_report.h"

/// Items and their records as people read them, in their language.
namespace mg {

/// A line an item, with its newest figures.
std::string items_view(const std::vector<ItemReport>& items, std::chrono::minutes utc_offset);
/// A line a record; marks in words.
std::string records_view(const std::vector<RecordReport>& records);
/// "record 17: steel 2026-10 = 1234.5 t, entered by li".
std::string entry_view(const EntryReport& entry);

}  // namespace mg
