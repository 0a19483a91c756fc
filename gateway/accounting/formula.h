#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "gateway/accounting/exact.h"
#include "gateway/base/result.h"

/// The language of items.csv: what may stand in the column 计算公式. Pure.
namespace mg {

inline constexpr std::size_t kLongestFormula = 4096;
inline constexpr std::size_t kMostFormulaNodes = 1000;
inline constexpr int kDeepestFormula = 100;

/// What a formula calculates with.
struct Reference {
    enum class Kind : std::uint8_t {
        point,        ///< grid_in1.energy_import
        item,         ///< elec_used
        coefficient,  ///< coef.elec_tce
    };
    Kind kind{};
    std::string name;   ///< of the meter, the item, the coefficient
    std::string point;  ///< of the meter
    auto operator<=>(const Reference&) const = default;

    /// As it stands in a formula.
    [[nodiscard]] std::string to_string() const;
};

/// A formula: a value type that owns its parts. Numbers are not negative; a minus is a sum of one operand.
struct Expression {
    enum class Kind : std::uint8_t {
        number,
        reference,
        sum,      ///< operands, those that are inverse subtracted
        product,  ///< operands, those that are inverse divided by
        part,     ///< never written: see formula_terms.h
    };
    struct Operand;

    Kind kind{Kind::number};
    Exact number{};
    Reference reference{};
    std::size_t part{0};
    std::vector<Operand> operands;
    int column{0};  ///< where it begins, in characters from 1; no part of its identity

    static Expression of(Exact number);
    static Expression of(Reference reference);
};

struct Expression::Operand {
    bool inverse{false};
    Expression expression;
};

bool operator==(const Expression& a, const Expression& b);

/// What is wrong with a formula, and where.
struct FormulaFault {
    int column{0};  ///< in characters from 1; 0: the formula as a whole
    std::string what;
};
template <class T>
using FormulaResult = tl::expected<T, FormulaFault>;
[[nodiscard]] inline tl::unexpected<FormulaFault> fault(int column, std::string what) {
    return tl::unexpected<FormulaFault>({column, std::move(what)});
}

///     sum     = ["-"] product { ("+" | "-") product }
///     product = factor { ("*" | "/") factor }
///     factor  = number | meter.point | item | coef.name | "(" sum ")" | "-" factor
/// Full-width signs and × ÷ are the same as theirs. Takes up to the limits above.
FormulaResult<Expression> parse_formula(std::string_view text);

/// Reads back as the same expression, where there is no `part` in it.
std::string to_string(const Expression& expression);

/// Each once, in the order in which they are written.
std::vector<Reference> references_of(const Expression& expression);

/// What an expression calculates with, when it does.
struct FormulaValues {
    std::function<Result<Exact>(const Reference&)> reference;
    std::function<Result<Exact>(std::size_t)> part;
};
/// rejected: division by zero, a number of more than 16,384 bits, whatever `values` reports.
Result<Exact> evaluate(const Expression& expression, const FormulaValues& values);

}  // namespace mg
