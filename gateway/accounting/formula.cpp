#include "gateway/accounting/formula.h"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/base/language.h"

namespace mg {
namespace {

constexpr std::size_t kMostBits = 16'384;

bool same_operand(const Expression::Operand& a, const Expression::Operand& b) {
    return a.inverse == b.inverse && a.expression == b.expression;
}

/// A number whose decimals do not end, such as 27315/29315, is a quotient when it is written.
bool needs_brackets(const Expression& operand, Expression::Kind inside) {
    using Kind = Expression::Kind;
    switch (operand.kind) {
        case Kind::reference:
        case Kind::part:
            return false;
        case Kind::number:
            return operand.number.sign() < 0 || operand.number.readable().find('/') != std::string::npos;
        case Kind::sum:
            return true;
        case Kind::product:
            return inside == Kind::product;
    }
    return true;
}

std::string in_brackets(const Expression& operand, Expression::Kind inside) {
    return needs_brackets(operand, inside) ? fmt::format("({})", to_string(operand)) : to_string(operand);
}

std::string joined(const Expression& expression, std::string_view plain, std::string_view inverse) {
    std::string text;
    for (const Expression::Operand& operand : expression.operands) {
        if (!text.empty()) {
            text += operand.inverse ? inverse : plain;
        } else if (operand.inverse) {
            text += expression.kind == Expression::Kind::sum ? "-" : "1 / ";
        }
        text += in_brackets(operand.expression, expression.kind);
    }
    return text;
}

void collect(const Expression& expression, std::vector<Reference>& references) {
    if (expression.kind == Expression::Kind::reference &&
        std::ranges::find(references, expression.reference) == references.end()) {
        references.push_back(expression.reference);
    }
    for (const auto& operand : expression.operands) collect(operand.expression, references);
}

Result<Exact> not_too_long(Exact value) {
    if (value.bits() <= kMostBits) return value;
    return fail(Failure::rejected, std::string(tr("the number becomes too long", "数值过长")));
}

Result<Exact> evaluate_sum(const Expression& sum, const FormulaValues& values) {
    Exact total;
    for (const auto& operand : sum.operands) {
        const auto value = evaluate(operand.expression, values);
        if (!value) return value;
        if (operand.inverse) {
            total -= *value;
        } else {
            total += *value;
        }
    }
    return not_too_long(std::move(total));
}

Result<Exact> evaluate_product(const Expression& product, const FormulaValues& values) {
    Exact total{1};
    for (const auto& operand : product.operands) {
        const auto value = evaluate(operand.expression, values);
        if (!value) return value;
        auto next = operand.inverse ? total.divided_by(*value) : Result<Exact>{total * *value};
        if (next) next = not_too_long(std::move(*next));
        if (!next) return next;
        total = std::move(*next);
    }
    return total;
}

}  // namespace

std::string Reference::to_string() const {
    switch (kind) {
        case Kind::point:
            return name + "." + point;
        case Kind::item:
            return name;
        case Kind::coefficient:
            return "coef." + name;
    }
    return name;
}

Expression Expression::of(Exact number) {
    Expression expression;
    expression.number = std::move(number);
    return expression;
}

Expression Expression::of(Reference reference) {
    Expression expression;
    expression.kind = Kind::reference;
    expression.reference = std::move(reference);
    return expression;
}

bool operator==(const Expression& a, const Expression& b) {
    return a.kind == b.kind && a.number == b.number && a.reference == b.reference && a.part == b.part &&
           std::ranges::equal(a.operands, b.operands, same_operand);
}

std::string to_string(const Expression& expression) {
    switch (expression.kind) {
        case Expression::Kind::number:
            return expression.number.readable();
        case Expression::Kind::reference:
            return expression.reference.to_string();
        case Expression::Kind::sum:
            return joined(expression, " + ", " - ");
        case Expression::Kind::product:
            return joined(expression, " * ", " / ");
        case Expression::Kind::part:
            return fmt::format("[{}]", expression.part + 1);
    }
    return {};
}

std::vector<Reference> references_of(const Expression& expression) {
    std::vector<Reference> references;
    collect(expression, references);
    return references;
}

Result<Exact> evaluate(const Expression& expression, const FormulaValues& values) {
    switch (expression.kind) {
        case Expression::Kind::number:
            return expression.number;
        case Expression::Kind::reference:
            return values.reference(expression.reference);
        case Expression::Kind::sum:
            return evaluate_sum(expression, values);
        case Expression::Kind::product:
            return evaluate_product(expression, values);
        case Expression::Kind::part:
            return values.part(expression.part);
    }
    return Exact{};
}

}  // namespace mg
