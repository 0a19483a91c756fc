#include "gateway/accounting/entered_values.h"

#include <algorithm>

namespace mg {

EnteredValues::EnteredValues(std::span<const DatedRecord> records) {
    for (const auto& record : records) {
        if (!record.in_force()) continue;
        if (const auto* value = std::get_if<EnteredValue>(&record.body)) {
            values_[value->item].insert_or_assign(value->period, *value);
        } else if (const auto* opening = std::get_if<OpeningAmount>(&record.body)) {
            openings_[opening->item].push_back(*opening);
        }
    }
}

const EnteredValue* EnteredValues::find(const std::string& item, const StatPeriod& period) const {
    const auto of_item = values_.find(item);
    if (of_item == values_.end()) return nullptr;
    const auto value = of_item->second.find(period);
    return value == of_item->second.end() ? nullptr : &value->second;
}

const OpeningAmount* EnteredValues::opening_from(const std::string& item, UtcTime from) const {
    const auto of_item = openings_.find(item);
    if (of_item == openings_.end()) return nullptr;
    const OpeningAmount* longest = nullptr;
    for (const auto& opening : of_item->second) {
        if (opening.from == from && (longest == nullptr || opening.to >= longest->to)) longest = &opening;
    }
    return longest;
}

const OpeningAmount* EnteredValues::opening_until(const std::string& item, UtcTime to) const {
    const auto of_item = openings_.find(item);
    if (of_item == openings_.end()) return nullptr;
    const OpeningAmount* longest = nullptr;
    for (const auto& opening : of_item->second) {
        if (opening.to == to && (longest == nullptr || opening.from <= longest->from)) longest = &opening;
    }
    return longest;
}

std::vector<StatPeriod> EnteredValues::periods_of(const std::string& item) const {
    std::vector<StatPeriod> periods;
    const auto of_item = values_.find(item);
    if (of_item == values_.end()) return periods;
    for (const auto& [period, value] : of_item->second) periods.push_back(period);
    return periods;
}

bool EnteredValues::any_in(const std::string& item, UtcTime from, UtcTime to) const {
    const auto of_item = values_.find(item);
    return of_item != values_.end() && std::ranges::any_of(of_item->second, [&](const auto& entry) {
               return entry.first.from < to && entry.first.to > from;
           });
}

}  // namespace mg
