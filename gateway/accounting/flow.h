#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/exact.h"
#include "gateway/accounting/formula.h"
#include "gateway/accounting/item_record.h"
#include "gateway/accounting/register_bank.h"
#include "gateway/base/clock.h"

/// What is summed over periods: each additive item is a flow, and so is each part of a ratio.
namespace mg {

using FlowIndex = std::size_t;

/// One summand: input × constant × weight.
struct FlowTerm {
    std::variant<RegisterKey, FlowIndex> input;
    Exact constant{1};  ///< sign, numbers, and the conversion to the unit of the flow
    /// Of coefficients only; taken at the begin of each piece of a period.
    Expression weight{Expression::of(Exact{1})};
    Exact conversion{1};  ///< the part of `constant` that the program put for the units
};

/// What holds in [from, to).
struct FlowVersion {
    UtcTime from{UtcTime::min()};
    UtcTime to{UtcTime::max()};
    std::vector<FlowTerm> terms;  ///< none: values are entered
    int input_type{4};
    /// Months and years come from elsewhere than days (stock-taking): they are entered.
    bool months_entered{false};
};

struct Flow {
    std::string id;                      ///< of the item; "item/0" for a part of a ratio
    StatType base{StatType::real_time};  ///< the shortest period that is summed
    milliseconds interval{900'000};      ///< of real-time periods
    std::vector<FlowVersion> versions;   ///< by time, without overlap

    [[nodiscard]] const FlowVersion* version_at(UtcTime time) const {
        for (const auto& version : versions) {
            if (version.from <= time && time < version.to) return &version;
        }
        return nullptr;
    }
    [[nodiscard]] bool is_metered() const {
        for (const auto& version : versions) {
            if (!version.terms.empty()) return true;
        }
        return false;
    }
};

/// The amount of one flow in one period.
struct FlowFigure {
    Exact amount;
    Exact total;  ///< running since the year's start, at the period's end
    Marks marks;
    int input_type{4};
    bool operator==(const FlowFigure&) const = default;
};

}  // namespace mg
