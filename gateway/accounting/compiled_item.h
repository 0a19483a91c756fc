#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gateway/accounting/exact.h"
#include "gateway/accounting/formula_terms.h"
#include "gateway/accounting/units.h"
#include "gateway/base/clock.h"

/// Versions of items, checked and ready to be computed. Amounts of points enter with their multiplier
/// applied, in the unit of the display; those of items in the item's unit.
namespace mg {

/// input × term.constant × value of term.weight × conversion is in the unit of the item. Coefficients enter
/// the weight as they are written in their table.
struct ItemTerm {
    LinearTerm term;
    Exact conversion{1};  ///< what the program puts: of units, 1/10000 for kWh in 万kWh
};

/// 累计差: the sum over all terms and over the pieces of a period, each by the coefficients of its time.
struct SumOfAmounts {
    std::vector<ItemTerm> terms;
};
/// 平均: of each point its mean over the period, coefficients as they are at its end.
struct SumOfMeans {
    std::vector<ItemTerm> terms;
};
/// 期末值: evaluated with what points and coefficients are at the end of the period.
struct LastValue {
    Expression expression;
    Exact conversion{1};
};
/// 比值: parts are summed over the period (terms as in SumOfAmounts, without conversion), then the tree is
/// evaluated. What enters it and what comes out are numbers in their own units.
struct RatioOfSums {
    RatioFormula formula;
};
/// 手工: only entries give it values.
struct EnteredByHand {};
/// 综合能耗: the amounts of these versions, each times its coal factor.
struct TotalOfItems {
    struct Summand {
        std::size_t row{0};
        bool minus{false};
    };
    std::vector<Summand> summands;
    Exact conversion{1};  ///< from tce
};
using Calculation =
    std::variant<SumOfAmounts, SumOfMeans, LastValue, RatioOfSums, EnteredByHand, TotalOfItems>;

/// amount × factor × conversion is in tce.
struct StandardCoal {
    Expression factor;  ///< a number or a coefficient
    Exact conversion{1};
};

struct ItemVersion {
    std::size_t row{0};  ///< in Options::items
    UtcTime from{};
    std::optional<UtcTime> to;
    Unit unit;  ///< with the state of the gas, where it is volumes of one
    Calculation calculation{EnteredByHand{}};
    std::optional<StandardCoal> coal;
    std::vector<Reference> references;  ///< of the formula, the coal factor, and a total's summands
};

}  // namespace mg
