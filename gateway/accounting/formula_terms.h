#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "gateway/accounting/formula.h"

/// The structure of a formula: which of its inputs are amounts, and how they enter. Pure.
namespace mg {

/// What a reference stands for.
enum class Nature : std::uint8_t {
    amount,  ///< flows over a period, and the parts of a period add up: an index point, an additive item
    state,   ///< holds at an instant, or for a period as a whole: a momentary point, a ratio, a mean
    factor,  ///< a dated coefficient
};
using NatureOf = std::function<Nature(const Reference&)>;

/// A number that stands in the formula as a factor of something.
struct Literal {
    Exact factor;  ///< inverted where it divides
    int column{0};
};

/// One summand of a linear formula: input × constant × weight.
struct LinearTerm {
    Reference input;
    Exact constant{1};  ///< the sign and all numbers together
    /// Of coefficients (and numbers inside brackets with them), with its value at the instant: "coef.heat",
    /// "(1 - coef.moisture) / coef.share". The number 1 where there are none.
    Expression weight{Expression::of(Exact{1})};
    std::vector<Literal> literals;  ///< what `constant` is made of, but for the sign
    int column{0};                  ///< of the input
};

/// A formula as the sum of its inputs of this nature (amount or state), so that the parts of a period can be
/// weighed one by one. A fault where it is not such a sum: an input divided by, two of them multiplied, a
/// summand without any, an input of the other nature.
FormulaResult<std::vector<LinearTerm>> linear_terms(const Expression& formula, const NatureOf& nature_of,
                                                    Nature wanted = Nature::amount);

/// What is known of a period before a ratio is calculated.
struct RatioPart {
    std::vector<LinearTerm> terms;   ///< amounts, summed over the period
    std::optional<Reference> state;  ///< or the value of this item for the period
};

/// A formula that is calculated from sums (先汇总再相除): `tree` has numbers and parts only.
struct RatioFormula {
    Expression tree;
    std::vector<RatioPart> parts;
};

/// Factors of a product go with its first amount above the line, so that a coefficient may change inside the
/// period. A fault where a coefficient stands without an amount, or nothing is divided by an amount.
FormulaResult<RatioFormula> ratio_formula(const Expression& formula, const NatureOf& nature_of);

}  // namespace mg
