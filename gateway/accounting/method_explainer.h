#pragma once

#include "gateway/accounting/amount_explainer.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/compiled_item.h"
#include "gateway/accounting/explanation.h"
#include "gateway/accounting/rerun.h"

namespace mg {

/// The working of a figure by the method of its item: amounts, ratios of sums, means, values at the end.
/// Reads the books for the values of other items.
class MethodExplainer {
public:
    MethodExplainer(const Rerun& rerun, Books& books) : rerun_{rerun}, books_{books}, amounts_{rerun} {}

    /// Adds the working to an explanation that has its record; or why there is none, where what is known now
    /// does not give the figure of the record.
    void explain(const PlannedItem& item, const ItemVersion& version, Explanation& explanation);

private:
    // Each: whether everything is known. `value` is what the working comes to.
    bool add_amount(const PlannedItem& item, Explanation& explanation, Exact& value);
    bool add_ratio(const PlannedItem& item, const RatioOfSums& ratio, Explanation& explanation,
                   std::optional<Exact>& value);
    bool add_means(const PlannedItem& item, const SumOfMeans& means, Explanation& explanation,
                   std::optional<Exact>& value);
    bool add_last(const LastValue& last, Explanation& explanation, std::optional<Exact>& value);
    void add_samples(const RegisterKey& point, const StatPeriod& period, Explanation& explanation,
                     ExplainedMean& mean) const;
    [[nodiscard]] std::optional<Exact> value_of(const std::string& item, const StatPeriod& period);
    [[nodiscard]] Exact multiplier_at(const RegisterKey& point, UtcTime at) const;

    const Rerun& rerun_;
    Books& books_;
    AmountExplainer amounts_;
};

}  // namespace mg
