#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/compiled_item.h"
#include "gateway/accounting/item_catalogue.h"
#include "gateway/accounting/item_inputs.h"

namespace mg {

/// Turns rows of items.csv into what can be computed, one by one, inputs first. Totals are another matter:
/// see item_totals.h.
class ItemCompiler {
public:
    /// Reads all formulas and units.
    ItemCompiler(const Options& options, const ItemCatalogue& catalogue, ItemProblems& problems);

    /// The items that the formula of a version names; where there is a formula that can be read.
    [[nodiscard]] std::vector<Reference> references_of(std::size_t row) const;
    /// Complete where nothing was reported.
    ItemVersion compile(std::size_t row);

private:
    void compile_formula(const Expression& formula, ItemVersion& version);
    void compile_amounts(const Expression& formula, const ItemInputs& inputs, ItemVersion& version);
    void compile_means(const Expression& formula, const ItemInputs& inputs, ItemVersion& version);
    void compile_last(const Expression& formula, const ItemInputs& inputs, ItemVersion& version);
    void compile_ratio(const Expression& formula, const ItemInputs& inputs, ItemVersion& version);
    void compile_coal(ItemVersion& version);
    std::vector<ItemTerm> with_units(std::vector<LinearTerm> terms, const ItemInputs& inputs,
                                     ItemVersion& version);
    void check_literals(const ItemTerm& term, const Unit& unit, const ItemInput& input, std::size_t row,
                        std::set<int>& reported);
    void complain(std::size_t row, const FormulaFault& fault);

    const Options& options_;
    ItemProblems& problems_;
    std::vector<std::optional<Expression>> formulas_;
    std::vector<std::optional<Unit>> units_;
    InputCheck check_;
};

}  // namespace mg
