#pragma once

#include <functional>
#include <vector>

#include "gateway/accounting/formula.h"
#include "gateway/accounting/units.h"

/// Which unit a formula comes out in. Pure.
namespace mg {

using UnitOf = std::function<Unit(const Reference&)>;

/// An expression in which every summand has the same unit, and the unit that its value has.
struct MeasuredExpression {
    Expression expression;
    Unit unit;
};

/// For the methods whose units the program converts: summands get the factor that brings them to the unit of
/// the first one, so that 1 - coef.moisture in % becomes 1 - coef.moisture * 0.01. A fault where they do not
/// convert.
FormulaResult<MeasuredExpression> with_conversions(const Expression& expression, const UnitOf& unit_of);

/// For ratios, whose numbers enter as they are: what the result is in. A number in the formula may be a
/// conversion (1000 kg/t) or just a number; each reading gives another size of the unit.
struct RatioUnit {
    Unit quantity;             ///< its factor does not count
    std::vector<Exact> sizes;  ///< in terms of Unit::factor(); the likeliest first
};
/// A fault where summands are of different quantities, or of different size whatever the reading.
FormulaResult<RatioUnit> unit_of_ratio(const Expression& formula, const UnitOf& unit_of);

/// A power of ten from 100 on, or down from 1/100: what conversions look like.
bool looks_like_conversion(const Exact& number);

}  // namespace mg
