#pragma once

#include <optional>
#include <string>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/coefficient_table.h"
#include "gateway/accounting/item_graph.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace mg {

/// The coal factor (折标系数) that goes with a record: tce by unit of the item, as its table or the books
/// have it at the end of the period. One thread; looks into the books at most once a minute.
class CoalFactors {
public:
    /// All outlive this.
    CoalFactors(const Options& options, const ItemGraph& graph, Books& books, Clock& clock)
        : options_{options}, graph_{graph}, books_{books}, clock_{clock} {}

    /// A plain number with at most six decimals, without zeros at its end; "1" of an item that has none, a
    /// total among them. Errors: those of the books; rejected: the coefficient has no value then.
    Result<std::string> of(const ItemRecord& record);

private:
    Result<> look_into_books();

    const Options& options_;
    const ItemGraph& graph_;
    Books& books_;
    Clock& clock_;
    std::optional<CoefficientTable> table_;
    SteadyTime table_due_{};
};

}  // namespace mg
