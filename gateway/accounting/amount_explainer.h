#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/accounting/explanation.h"
#include "gateway/accounting/flow_working.h"
#include "gateway/accounting/rerun.h"

namespace mg {

/// The workings of flows in words of the site: which point, which coefficient, whose entry. Pure; one thread.
class AmountExplainer {
public:
    explicit AmountExplainer(const Rerun& rerun) : rerun_{rerun} {}

    /// None: an input is not known.
    std::optional<ExplainedAmount> explain(FlowIndex flow, const StatPeriod& period);
    /// The coefficients of an expression as they are at an instant.
    [[nodiscard]] std::vector<ExplainedCoefficient> coefficients(const Expression& weight, UtcTime at) const;

    /// Spans that were not given, because there are too many.
    [[nodiscard]] std::size_t left_out() const { return left_out_; }

private:
    ExplainedAmount explained(FlowIndex flow, StatType type, const FlowWorking& working);
    ExplainedTerm explained(FlowIndex flow, StatType type, const FlowWorking::Piece& piece,
                            const FlowWorking::Term& term);
    [[nodiscard]] ExplainedMore explained(const FlowWorking& working, const FlowWorking::More& more) const;
    std::optional<ExplainedAmount> explain_input(FlowIndex flow, StatType type, UtcTime from, UtcTime to);
    void add_parts(FlowIndex flow, StatType type, const FlowWorking& working, ExplainedAmount& amount);
    [[nodiscard]] bool reads_registers(FlowIndex flow) const;
    [[nodiscard]] SiteCalendar calendar_of(FlowIndex flow) const;
    [[nodiscard]] std::string name_of(const FlowTerm& term) const;
    [[nodiscard]] std::string unit_of(const FlowTerm& term, UtcTime at) const;
    [[nodiscard]] DatedId entry_of(const std::string& item, UtcTime from, UtcTime to) const;
    [[nodiscard]] DatedId opening_of(const std::string& item, UtcTime from, UtcTime to) const;

    const Rerun& rerun_;
    int depth_{0};
    std::size_t spans_{0};
    std::size_t left_out_{0};
};

/// "1" for an expression without coefficients is not worth a word.
std::string weight_text(const Expression& weight);

}  // namespace mg
