#include "gateway/accounting/formula_units.h"

#include <algorithm>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

using Kind = Expression::Kind;
using Operand = Expression::Operand;

/// Beyond them a formula has so many numbers that only its plain reading counts.
constexpr std::size_t kMostReadings = 64;

FormulaResult<MeasuredExpression> sum_with_conversions(const Expression& sum, const UnitOf& unit_of) {
    MeasuredExpression whole{sum, {}};
    whole.expression.operands.clear();
    for (const Operand& operand : sum.operands) {
        auto summand = with_conversions(operand.expression, unit_of);
        if (!summand) return summand;
        if (whole.expression.operands.empty()) whole.unit = summand->unit;
        const auto factor = conversion(summand->unit, whole.unit);
        if (!factor) return fault(operand.expression.column, factor.error().what);
        if (*factor != Exact{1}) {
            Expression product;
            product.kind = Kind::product;
            product.column = operand.expression.column;
            product.operands.push_back({false, std::move(summand->expression)});
            product.operands.push_back({false, Expression::of(*factor)});
            summand->expression = std::move(product);
        }
        whole.expression.operands.push_back({operand.inverse, std::move(summand->expression)});
    }
    return whole;
}

FormulaResult<MeasuredExpression> product_with_conversions(const Expression& product, const UnitOf& unit_of) {
    MeasuredExpression whole{product, {}};
    whole.expression.operands.clear();
    for (const Operand& operand : product.operands) {
        auto factor = with_conversions(operand.expression, unit_of);
        if (!factor) return factor;
        whole.unit = operand.inverse ? whole.unit / factor->unit : whole.unit * factor->unit;
        whole.expression.operands.push_back({operand.inverse, std::move(factor->expression)});
    }
    return whole;
}

void add_once(std::vector<Exact>& sizes, const Exact& size) {
    if (std::ranges::find(sizes, size) == sizes.end()) sizes.push_back(size);
}

RatioUnit of_one_size(Unit unit, Exact size) {
    RatioUnit whole{std::move(unit), {}};
    whole.sizes.push_back(std::move(size));
    return whole;
}

RatioUnit unit_of_number(const Exact& number) {
    if (number.is_zero() || number == Exact{1}) return of_one_size({}, Exact{1});
    const Exact as_conversion = Exact{1}.divided_by(number).value();
    if (looks_like_conversion(number)) return of_one_size({}, as_conversion);
    RatioUnit both = of_one_size({}, Exact{1});
    both.sizes.push_back(as_conversion);
    return both;
}

std::vector<Exact> products(const std::vector<Exact>& a, const std::vector<Exact>& b, bool inverse) {
    std::vector<Exact> all;
    for (const Exact& one : a) {
        for (const Exact& other : b) {
            if (all.size() == kMostReadings) return all;
            add_once(all, one * (inverse ? Exact{1}.divided_by(other).value() : other));
        }
    }
    return all;
}

FormulaResult<RatioUnit> unit_of_product(const Expression& product, const UnitOf& unit_of) {
    RatioUnit whole = of_one_size({}, Exact{1});
    for (const Operand& operand : product.operands) {
        const auto factor = unit_of_ratio(operand.expression, unit_of);
        if (!factor) return factor;
        whole.quantity =
            operand.inverse ? whole.quantity / factor->quantity : whole.quantity * factor->quantity;
        whole.sizes = products(whole.sizes, factor->sizes, operand.inverse);
    }
    return whole;
}

Unit of_size(const Unit& unit, const Exact& size) {
    return unit.scaled(size.divided_by(unit.factor()).value());
}

tl::unexpected<FormulaFault> unlike(const Expression& first, const RatioUnit& whole, const Operand& operand,
                                    const RatioUnit& summand) {
    const Unit a = of_size(whole.quantity, whole.sizes.front());
    const Unit b = of_size(summand.quantity, summand.sizes.front());
    const std::string difference = Exact{b.factor()}.divided_by(a.factor()).value().readable();
    return fault(
        operand.expression.column,
        trf("'{0}' is in {1}, but '{2}' in {3}: write the factor {4} to it; numbers of a ratio are not "
            "converted",
            "“{0}”的单位是 {1}，“{2}”的单位是 {3}：请在后者乘以 {4}；“比值”公式中的数值不自动换算",
            to_string(first).substr(0, 60), a.text(), to_string(operand.expression).substr(0, 60), b.text(),
            difference));
}

FormulaResult<RatioUnit> unit_of_sum(const Expression& sum, const UnitOf& unit_of) {
    const Expression& first = sum.operands.front().expression;
    auto whole = unit_of_ratio(first, unit_of);
    for (std::size_t i = 1; whole && i < sum.operands.size(); ++i) {
        const Operand& operand = sum.operands[i];
        const auto summand = unit_of_ratio(operand.expression, unit_of);
        if (!summand) return summand;
        if (!whole->quantity.same_quantity(summand->quantity)) {
            const auto why = conversion(summand->quantity, whole->quantity);
            return fault(operand.expression.column,
                         why ? std::string(gas_states_differ()) : why.error().what);
        }
        RatioUnit both{whole->quantity, {}};
        std::ranges::copy_if(whole->sizes, std::back_inserter(both.sizes), [&](const Exact& size) {
            return std::ranges::find(summand->sizes, size) != summand->sizes.end();
        });
        if (both.sizes.empty()) return unlike(first, *whole, operand, *summand);
        *whole = std::move(both);
    }
    return whole;
}

}  // namespace

FormulaResult<MeasuredExpression> with_conversions(const Expression& expression, const UnitOf& unit_of) {
    switch (expression.kind) {
        case Kind::number:
        case Kind::part:
            return MeasuredExpression{expression, {}};
        case Kind::reference:
            return MeasuredExpression{expression, unit_of(expression.reference)};
        case Kind::sum:
            return sum_with_conversions(expression, unit_of);
        case Kind::product:
            return product_with_conversions(expression, unit_of);
    }
    return MeasuredExpression{};
}

FormulaResult<RatioUnit> unit_of_ratio(const Expression& formula, const UnitOf& unit_of) {
    switch (formula.kind) {
        case Kind::number:
            return unit_of_number(formula.number);
        case Kind::part:
            break;
        case Kind::reference: {
            const Unit unit = unit_of(formula.reference);
            return of_one_size(unit, unit.factor());
        }
        case Kind::sum:
            return unit_of_sum(formula, unit_of);
        case Kind::product:
            return unit_of_product(formula, unit_of);
    }
    return of_one_size({}, Exact{1});
}

bool looks_like_conversion(const Exact& number) {
    Exact power{100};
    for (int exponent = 2; exponent <= 12; ++exponent, power *= Exact{10}) {
        if (number == power || number * power == Exact{1}) return true;
    }
    return false;
}

}  // namespace mg
