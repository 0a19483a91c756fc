#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "gateway/accounting/dated_record.h"
#include "gateway/reading/stat_period.h"

namespace mg {

/// Values that were entered for whole periods, and opening amounts, of those records that are in force; of
/// several for one period the latest holds. Pure.
class EnteredValues {
public:
    EnteredValues() = default;
    explicit EnteredValues(std::span<const DatedRecord> records);

    [[nodiscard]] const EnteredValue* find(const std::string& item, const StatPeriod& period) const;
    /// Of those that begin then, the one that ends last.
    [[nodiscard]] const OpeningAmount* opening_from(const std::string& item, UtcTime from) const;
    [[nodiscard]] const OpeningAmount* opening_until(const std::string& item, UtcTime to) const;
    /// All of one item, by type and begin.
    [[nodiscard]] std::vector<StatPeriod> periods_of(const std::string& item) const;
    [[nodiscard]] bool any_in(const std::string& item, UtcTime from, UtcTime to) const;

private:
    std::map<std::string, std::map<StatPeriod, EnteredValue>> values_;
    std::map<std::string, std::vector<OpeningAmount>> openings_;
};

}  // namespace mg
