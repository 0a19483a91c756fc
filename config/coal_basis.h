#pragma once

#include <array>
#include <string>
#include <string_view>

#include "config/options.h"

/// Coal factors as items.csv writes them.
namespace mg {

inline constexpr std::array kCoalBases{CoalBasis::calorific, CoalBasis::equivalent, CoalBasis::measured,
                                       CoalBasis::reference};
/// The key of the choice: "calorific".
std::string_view to_string(CoalBasis basis);

/// "1.229", "coef.elec_tce".
std::string text_of(const CoalFactor& factor);

}  // namespace mg
