#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/formula.h"
#include "gateway/accounting/item_problem.h"
#include "gateway/accounting/units.h"

namespace mg {

/// What formulas may refer to. A view of the options, which must outlive it.
class ItemCatalogue {
public:
    /// Units of coefficients that are wrong are reported.
    ItemCatalogue(const Options& options, ItemProblems& problems);

    struct Point {
        const MeterOptions* meter{};
        const PointOptions* point{};
        Unit unit;  ///< with the state of the gas that the meter counts
    };
    struct Coefficient {
        std::optional<Unit> unit;  ///< none: it is wrong, and reported
        UtcTime first{};           ///< from when on it has a value
    };
    template <class T>
    using Found = tl::expected<T, std::string>;  ///< or why not, with the nearest

    [[nodiscard]] Found<Point> point(const Reference& reference) const;
    [[nodiscard]] Found<Coefficient> coefficient(const std::string& name) const;
    /// Its versions, by date.
    [[nodiscard]] Found<const std::vector<std::size_t>*> item(const std::string& id) const;

    [[nodiscard]] const std::map<std::string, std::vector<std::size_t>, std::less<>>& items() const {
        return items_;
    }
    /// "2026-03-01", at the site.
    [[nodiscard]] std::string date(UtcTime midnight) const;

private:
    [[nodiscard]] std::string nearest(std::string_view text, const std::vector<std::string>& names) const;

    const Options& options_;
    std::map<std::string, std::vector<std::size_t>, std::less<>> items_;
    std::map<std::string, const MeterOptions*, std::less<>> meters_;
    std::map<std::string, Coefficient, std::less<>> coefficients_;
    /// A table full of nonsense is not compared word by word.
    mutable int nearest_left_{200};
};

}  // namespace mg
