#pragma once

#include <string_view>

#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/base/result.h"

/// How dated records are written on a command line. Pure; rejected says what may be written.
namespace mg {

/// "80", "800/5", "800/5x10000/100": CT, or CT × PT, each a ratio or two sides of one; x, X, × or *.
Result<Multiplier> multiplier_from(std::string_view text);
/// "160 × 100"; the voltage transformer only where there is one.
std::string text_of(const Multiplier& multiplier);

Result<Decimal> decimal_from(std::string_view text);
/// "energy_import=54367.2:0", "energy_import=54367.2:0:35": end of the old index, start of the new one, and
/// what flowed in between.
Result<Replacement::Register> replaced_register_from(std::string_view text);
/// "energy_import=1234.5".
Result<MultiplierChange::Register> index_from(std::string_view text);

}  // namespace mg
