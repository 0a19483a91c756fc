#include "gateway/accounting/formula_terms.h"

#include <algorithm>
#include <utility>

#include "gateway/base/check.h"
#include "gateway/base/language.h"

namespace mg {
namespace {

using Kind = Expression::Kind;
using Operand = Expression::Operand;

bool any_reference(const Expression& expression, const std::function<bool(const Reference&)>& is_so) {
    if (expression.kind == Kind::reference) return is_so(expression.reference);
    return std::ranges::any_of(expression.operands,
                               [&](const Operand& o) { return any_reference(o.expression, is_so); });
}

bool is_number(const Expression& expression) {
    return !any_reference(expression, [](const Reference&) { return true; });
}

/// Numbers and coefficients only.
bool is_weight(const Expression& expression, const NatureOf& nature_of) {
    return !any_reference(expression, [&](const Reference& r) { return nature_of(r) != Nature::factor; });
}

FormulaResult<Exact> number_of(const Expression& expression) {
    auto value = evaluate(expression, {});
    if (!value) return fault(expression.column, value.error().what);
    return *value;
}

/// weight × factor, or weight / factor, without a 1 in front.
void multiply(Expression& weight, const Expression& factor, bool inverse) {
    if (weight.kind == Kind::number && !inverse) {
        weight = factor;
        return;
    }
    if (weight.kind != Kind::product || weight.operands.empty()) {
        Expression product;
        product.kind = Kind::product;
        product.operands.push_back({false, std::move(weight)});
        weight = std::move(product);
    }
    weight.operands.push_back({inverse, factor});
}

/// Puts numbers and coefficients to a term, one by one, so that "coef.a * 2" is the coefficient and a number.
FormulaResult<void> weigh(LinearTerm& term, const Expression& factor, bool inverse) {
    if (is_number(factor)) {
        const auto number = number_of(factor);
        if (!number) return tl::unexpected(number.error());
        const auto value = inverse ? Exact{1}.divided_by(*number) : Result<Exact>{*number};
        if (!value) return fault(factor.column, value.error().what);
        term.constant *= *value;
        term.literals.push_back({*value, factor.column});
        return {};
    }
    if (factor.kind != Kind::product) {
        multiply(term.weight, factor, inverse);
        return {};
    }
    for (const Operand& operand : factor.operands) {
        if (auto put = weigh(term, operand.expression, operand.inverse != inverse); !put) return put;
    }
    return {};
}

tl::unexpected<FormulaFault> of_other_nature(const Expression& input, Nature wanted) {
    const std::string name = input.reference.to_string();
    if (wanted == Nature::amount) {
        return fault(input.column,
                     trf("{} is no amount that adds up over a period", "{} 不是可以按时段累加的量", name));
    }
    return fault(input.column, trf("{} is an amount of a period, not a momentary value",
                                   "{} 是时段累计量，不是瞬时值", name));
}

class Linear {
public:
    Linear(const NatureOf& nature_of, Nature wanted) : nature_of_{nature_of}, wanted_{wanted} {}

    FormulaResult<std::vector<LinearTerm>> terms(const Expression& expression) const {
        switch (expression.kind) {
            case Kind::reference:
                return input(expression);
            case Kind::sum:
                return sum(expression);
            case Kind::product:
                return product(expression);
            case Kind::number:
            case Kind::part:
                break;
        }
        return without_input(expression);
    }

private:
    [[nodiscard]] FormulaResult<std::vector<LinearTerm>> input(const Expression& expression) const {
        const Nature nature = nature_of_(expression.reference);
        if (nature == Nature::factor) return without_input(expression);
        if (nature != wanted_) return of_other_nature(expression, wanted_);
        return std::vector{LinearTerm{.input = expression.reference, .column = expression.column}};
    }

    [[nodiscard]] FormulaResult<std::vector<LinearTerm>> sum(const Expression& expression) const {
        std::vector<LinearTerm> all;
        for (const Operand& operand : expression.operands) {
            auto some = terms(operand.expression);
            if (!some) return some;
            for (LinearTerm& term : *some) {
                if (operand.inverse) term.constant = term.constant.negated();
                all.push_back(std::move(term));
            }
        }
        return all;
    }

    [[nodiscard]] FormulaResult<std::vector<LinearTerm>> product(const Expression& expression) const {
        const Operand* input = nullptr;
        for (const Operand& operand : expression.operands) {
            if (is_weight(operand.expression, nature_of_)) continue;
            if (operand.inverse) {
                return fault(
                    operand.expression.column,
                    std::string(tr("divides by an input: the parts of a period would not add up; the "
                                   "method 比值 divides sums",
                                   "除以了输入量，分段结果不能相加；应使用统计方法“比值”")));
            }
            if (input != nullptr) {
                return fault(operand.expression.column,
                             std::string(tr("multiplies two inputs: the parts of a period would not add up",
                                            "两个输入量相乘，分段结果不能相加")));
            }
            input = &operand;
        }
        if (input == nullptr) return without_input(expression);
        auto weighed = terms(input->expression);
        if (!weighed) return weighed;
        for (LinearTerm& term : *weighed) {
            for (const Operand& operand : expression.operands) {
                if (&operand == input) continue;
                if (auto put = weigh(term, operand.expression, operand.inverse); !put) {
                    return tl::unexpected(put.error());
                }
            }
        }
        return weighed;
    }

    static tl::unexpected<FormulaFault> without_input(const Expression& expression) {
        return fault(
            expression.column,
            trf("'{}' is added without a point or an item: it would count anew in every period",
                "“{}”没有乘以测点或采集项，会在每个时段重复计入", to_string(expression).substr(0, 80)));
    }

    const NatureOf& nature_of_;
    Nature wanted_;
};

/// Splits a formula into sums over the period and what is done with them afterwards.
class Ratio {
public:
    explicit Ratio(const NatureOf& nature_of) : nature_of_{nature_of} {}

    FormulaResult<RatioFormula> whole(const Expression& formula) {
        auto tree = of(formula);
        if (!tree) return tl::unexpected(tree.error());
        if (tree->kind == Kind::part && !parts_.front().state) {
            return fault(
                0, std::string(tr("nothing is divided by an amount: this is a sum, the method is 累计差",
                                  "没有除以累计量：这是求和，统计方法应为“累计差”")));
        }
        return RatioFormula{std::move(*tree), std::move(parts_)};
    }

private:
    FormulaResult<Expression> of(const Expression& expression) {
        if (is_number(expression)) return expression;
        if (is_linear(expression)) return sum_over_period(expression);
        switch (expression.kind) {
            case Kind::reference:
                return alone(expression);
            case Kind::sum:
                return sum(expression);
            case Kind::product:
                return product(expression);
            case Kind::number:
            case Kind::part:
                break;
        }
        return expression;
    }

    /// A sum or product of amounts with numbers and coefficients, nothing divided by an amount.
    [[nodiscard]] bool is_linear(const Expression& expression) const {
        return linear_terms(expression, nature_of_).has_value();
    }

    FormulaResult<Expression> sum_over_period(const Expression& expression) {
        auto terms = linear_terms(expression, nature_of_);
        if (!terms) return tl::unexpected(terms.error());
        return part({std::move(*terms), std::nullopt}, expression.column);
    }

    Expression part(RatioPart made, int column) {
        Expression leaf;
        leaf.kind = Kind::part;
        leaf.part = parts_.size();
        leaf.column = column;
        parts_.push_back(std::move(made));
        return leaf;
    }

    FormulaResult<Expression> alone(const Expression& expression) {
        if (nature_of_(expression.reference) == Nature::state) {
            return part({{}, expression.reference}, expression.column);
        }
        return fault(
            expression.column,
            trf("{} does not multiply an amount, so that it could not change inside a period",
                "{} 没有乘以累计量，时段内系数变化时无法分段计算", expression.reference.to_string()));
    }

    FormulaResult<Expression> sum(const Expression& expression) {
        Expression made;
        made.kind = Kind::sum;
        made.column = expression.column;
        for (const Operand& operand : expression.operands) {
            auto inside = of(operand.expression);
            if (!inside) return inside;
            made.operands.push_back({operand.inverse, std::move(*inside)});
        }
        return made;
    }

    FormulaResult<Expression> product(const Expression& expression) {
        const Operand* carrier = nullptr;
        std::vector<Operand> weights;
        std::vector<Operand> others;
        for (const Operand& operand : expression.operands) {
            const bool number = is_number(operand.expression);
            if (!number && is_weight(operand.expression, nature_of_)) {
                weights.push_back(operand);
            } else if (carrier == nullptr && !operand.inverse && !number && is_linear(operand.expression)) {
                carrier = &operand;
            } else {
                others.push_back(operand);
            }
        }
        Expression made;
        made.kind = Kind::product;
        made.column = expression.column;
        if (carrier != nullptr) {
            Expression weighed = carrier->expression;
            for (const Operand& weight : weights) multiply(weighed, weight.expression, weight.inverse);
            auto above = sum_over_period(weighed);
            if (!above) return above;
            made.operands.push_back({false, std::move(*above)});
        } else if (!weights.empty()) {
            return alone(first_reference(weights.front().expression));
        }
        for (const Operand& operand : others) {
            auto inside = of(operand.expression);
            if (!inside) return inside;
            made.operands.push_back({operand.inverse, std::move(*inside)});
        }
        if (made.operands.front().inverse) {
            made.operands.insert(made.operands.begin(), {false, Expression::of(Exact{1})});
        }
        return made;
    }

    static Expression first_reference(const Expression& expression) {
        const Expression* inside = &expression;
        while (inside->kind != Kind::reference) {
            const auto next = std::ranges::find_if(inside->operands,
                                                   [](const Operand& o) { return !is_number(o.expression); });
            MG_CHECK(next != inside->operands.end());
            inside = &next->expression;
        }
        return *inside;
    }

    const NatureOf& nature_of_;
    std::vector<RatioPart> parts_;
};

}  // namespace

FormulaResult<std::vector<LinearTerm>> linear_terms(const Expression& formula, const NatureOf& nature_of,
                                                    Nature wanted) {
    return Linear{nature_of, wanted}.terms(formula);
}

FormulaResult<RatioFormula> ratio_formula(const Expression& formula, const NatureOf& nature_of) {
    return Ratio{nature_of}.whole(formula);
}

}  // namespace mg
