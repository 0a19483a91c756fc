#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>

#include "config/options.h"
#include "gateway/buffer/history.h"

/// Stored items as lines of a table or of JSON. Pure.
namespace mg {

struct ExportOptions {
    std::chrono::minutes utc_offset{480};
    std::map<MeterId, Multiplier> multipliers;  ///< as configured now; a meter without one has empty cells
    std::set<PointId> points;                   ///< empty: all
};

/// The heading of the table, in the language of the user.
std::string csv_heading();
/// One line a point; one line for a gap, without a point. Empty when none of the points is asked for.
std::string csv_rows(const StoredItem& item, const ExportOptions& options);
/// One line an item, its points in an array; docs/commands.md. Empty like csv_rows().
std::string json_row(const StoredItem& item, const ExportOptions& options);

}  // namespace mg
