#pragma once

#include <functional>
#include <optional>

#include "gateway/accounting/coefficient_table.h"
#include "gateway/accounting/item_record.h"
#include "gateway/accounting/site_plan.h"

namespace mg {

/// Makes records of figures: rounds them so that they add up, evaluates ratios of sums, means and last
/// values, and checks limits. Pure. Everything given outlives it.
class RecordMaker {
public:
    struct Inputs {
        std::function<std::optional<FlowFigure>(FlowIndex, const StatPeriod&)> figure;
        /// The value of a point at an instant, its ratio applied; none: it has none, or none yet.
        std::function<std::optional<Exact>(const RegisterKey&, UtcTime)> point_at;
    };

    RecordMaker(const Options& options, const ItemGraph& graph, const SitePlan& plan,
                const CoefficientTable& coefficients, Inputs inputs);

    /// None: not of this item and period, or an input of it is not known yet.
    [[nodiscard]] std::optional<ItemRecord> record(const PlannedItem& item, const StatPeriod& period) const;

private:
    [[nodiscard]] std::optional<ItemRecord> additive(const PlannedItem& item, const ItemOptions& options,
                                                     const StatPeriod& period) const;
    [[nodiscard]] std::optional<ItemRecord> of(const PlannedItem& item, const ItemOptions& options,
                                               const StatPeriod& period, const RatioOfSums& ratio) const;
    [[nodiscard]] std::optional<ItemRecord> of(const PlannedItem& item, const ItemOptions& options,
                                               const StatPeriod& period, const SumOfMeans& means) const;
    [[nodiscard]] std::optional<ItemRecord> of(const PlannedItem& item, const ItemOptions& options,
                                               const StatPeriod& period, const LastValue& last) const;
    [[nodiscard]] Result<Exact> coefficient(const Reference& reference, UtcTime at) const;
    [[nodiscard]] ItemRecord rounded(const ItemOptions& options, const StatPeriod& period,
                                     const Result<Exact>& value, Marks marks) const;

    const Options& options_;
    const ItemGraph& graph_;
    const SitePlan& plan_;
    const CoefficientTable& coefficients_;
    Inputs inputs_;
};

}  // namespace mg
