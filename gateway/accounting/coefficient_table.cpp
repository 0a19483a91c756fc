#include "gateway/accounting/coefficient_table.h"

#include <algorithm>
#include <set>

namespace mg {

CoefficientTable::CoefficientTable(std::span<const CoefficientOptions> options,
                                   std::span<const DatedRecord> records) {
    std::map<std::string, std::map<UtcTime, Value>> dated;
    for (const auto& row : options) {
        dated[row.name][row.valid_from] = {row.valid_from, Exact{row.value}, 0};
    }
    for (const auto& record : records) {
        const auto* body = std::get_if<CoefficientValue>(&record.body);
        if (body == nullptr || !record.in_force()) continue;
        dated[body->name][body->from] = {body->from, Exact{body->value}, record.id};
    }
    for (auto& [name, by_time] : dated) {
        auto& values = values_[name];
        for (auto& [from, value] : by_time) values.push_back(value);
    }
}

const CoefficientTable::Value* CoefficientTable::at(const std::string& name, UtcTime time) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return nullptr;
    const auto& values = found->second;
    const auto after = std::ranges::upper_bound(values, time, {}, &Value::from);
    return after == values.begin() ? nullptr : &*std::prev(after);
}

std::vector<UtcTime> CoefficientTable::changes(std::span<const std::string> names, UtcTime from,
                                               UtcTime to) const {
    std::set<UtcTime> instants;
    for (const auto& name : names) {
        const auto found = values_.find(name);
        if (found == values_.end()) continue;
        for (const auto& value : found->second) {
            if (value.from > from && value.from < to) instants.insert(value.from);
        }
    }
    return {instants.begin(), instants.end()};
}

std::vector<std::string> coefficients_in(const Expression& weight) {
    std::vector<std::string> names;
    for (const auto& reference : references_of(weight)) {
        if (reference.kind == Reference::Kind::coefficient) names.push_back(reference.name);
    }
    return names;
}

}  // namespace mg
