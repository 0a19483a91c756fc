#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/dated_record.h"
#include "gateway/accounting/exact.h"
#include "gateway/accounting/formula.h"
#include "gateway/base/clock.h"

namespace mg {

/// The dated values of all coefficients: those of coefficients.csv, and those on record, which hold instead
/// where both begin at the same instant. Pure.
class CoefficientTable {
public:
    struct Value {
        UtcTime from{};
        Exact value;
        DatedId record{0};  ///< 0: of coefficients.csv
    };

    CoefficientTable(std::span<const CoefficientOptions> options, std::span<const DatedRecord> records);

    /// What holds at `time`; none: nothing yet.
    [[nodiscard]] const Value* at(const std::string& name, UtcTime time) const;
    /// The instants inside (from, to) at which any of the names takes another value, in order.
    [[nodiscard]] std::vector<UtcTime> changes(std::span<const std::string> names, UtcTime from,
                                               UtcTime to) const;

private:
    std::map<std::string, std::vector<Value>> values_;
};

/// The coefficients in an expression, each once.
std::vector<std::string> coefficients_in(const Expression& weight);

}  // namespace mg
