#include "config/coal_basis.h"

namespace mg {

std::string_view to_string(CoalBasis basis) {
    switch (basis) {
        case CoalBasis::calorific:
            return "calorific";
        case CoalBasis::equivalent:
            return "equivalent";
        case CoalBasis::measured:
            return "measured";
        case CoalBasis::reference:
            return "reference";
    }
    return {};
}

std::string text_of(const CoalFactor& factor) {
    if (const auto* number = std::get_if<Decimal>(&factor.value)) return number->to_string();
    return "coef." + std::get<std::string>(factor.value);
}

}  // namespace mg
