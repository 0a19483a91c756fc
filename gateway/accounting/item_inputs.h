#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/formula_terms.h"
#include "gateway/accounting/item_catalogue.h"

namespace mg {

/// What one reference of a formula stands for.
struct ItemInput {
    Nature nature{};
    std::optional<Unit> unit;  ///< none: wrong where it is defined, and reported there
    const MeterOptions* meter{};
    const PointOptions* point{};
};
using ItemInputs = std::map<Reference, ItemInput>;

/// Looks up what the formula of one version refers to, and whether it may.
class InputCheck {
public:
    /// `units`: of each version, as far as they are known yet.
    InputCheck(const Options& options, const ItemCatalogue& catalogue,
               const std::vector<std::optional<Unit>>& units, ItemProblems& problems)
        : options_{options}, catalogue_{catalogue}, units_{units}, problems_{problems} {}

    /// None when a reference leads nowhere or does not fit the method; every such one is reported.
    std::optional<ItemInputs> inputs_of(std::size_t row, const Expression& formula);
    /// Of a coefficient that a version uses, in the formula or as coal factor.
    std::optional<ItemCatalogue::Coefficient> coefficient(std::size_t row, std::string_view field, int column,
                                                          const std::string& name);

private:
    std::optional<ItemInput> input(std::size_t row, const Expression& node);
    std::optional<ItemInput> point(std::size_t row, const Expression& node);
    std::optional<ItemInput> item(std::size_t row, const Expression& node);
    [[nodiscard]] std::string why_point_does_not_fit(ItemMethod method, const Reference& reference,
                                                     PointKind kind) const;
    [[nodiscard]] std::string why_item_does_not_fit(ItemMethod method, const ItemOptions& used) const;
    [[nodiscard]] std::string why_periods_do_not_fit(const ItemOptions& user, const ItemOptions& used) const;
    bool covers(std::size_t row, int column, const std::vector<std::size_t>& versions);
    void complain(std::size_t row, int column, const std::string& what);

    const Options& options_;
    const ItemCatalogue& catalogue_;
    const std::vector<std::optional<Unit>>& units_;
    ItemProblems& problems_;
};

/// "character 12: …"; without the place where there is none.
std::string at_character(int column, const std::string& what);
/// Some instant is in both.
bool overlap(const ItemOptions& a, const ItemOptions& b);
/// 累计差, 比值 …: as the tables say it.
std::string_view word_of(ItemMethod method);
/// 实时, 日 …
std::string_view word_of(StatType type);

}  // namespace mg
