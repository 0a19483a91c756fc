#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/code_tables.h"
#include "config/options.h"
#include "gateway/reading/decimal.h"

namespace mg {

/// A published factor, for those who fill in coefficients.csv. The program never computes with one by itself:
/// measured values come first, and a range is for the enterprise to decide.
struct ReferenceFactor {
    std::string name_zh;
    std::string name_en;
    Decimal value;
    std::optional<Decimal> most;     ///< of a range that begins at `value`
    std::string unit;                ///< "kgce/kg", "tCO2/万m3"
    std::optional<CoalBasis> basis;  ///< calorific or equivalent; none: there is no other
    std::string year;                ///< of the data, or of the edition of the standard
    std::string region;
    Certainty certainty{Certainty::unconfirmed};
    std::string source;
    std::string remark;
};

enum class FactorKind : std::uint8_t {
    coal,           ///< to standard coal: GB/T 2589
    heating_value,  ///< mean lower heating values: GB/T 2589
    carbon,         ///< CO2 emission
};

/// Those that are built into the program, in the order of their source.
const std::vector<ReferenceFactor>& reference_factors(FactorKind kind);

}  // namespace mg
