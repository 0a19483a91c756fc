#pragma once

#include <optional>
#include <string_view>

#include "config/fields.h"
#include "config/problem.h"

namespace mg {

struct Damage {
    Severity severity{Severity::error};
    Complaint complaint;  ///< what the spreadsheet did, and how to write the cell so that it survives
};

/// What Excel or WPS did to the text of this cell; nothing when it looks as it was typed. The damage cannot
/// be undone here: digits are gone, so the cell is named and never repaired by guessing.
std::optional<Damage> spreadsheet_damage(const Field& field, std::string_view cell);

}  // namespace mg
