#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/factors.h"

/// How the published factors are shown.
namespace mg {

struct FactorTable {
    FactorKind kind{};
    std::vector<ReferenceFactor> factors;
};

/// "coal", "heating-value", "carbon": as people type it.
std::string_view name_of(FactorKind kind);
std::vector<FactorKind> factor_kinds();

std::string factors_view(const std::vector<FactorTable>& tables);
std::string factors_to_json(const std::vector<FactorTable>& tables);

}  // namespace mg
