#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "gateway/accounting/coefficient_table.h"
#include "gateway/accounting/entered_values.h"
#include "gateway/accounting/flow.h"
#include "gateway/accounting/flow_working.h"
#include "gateway/accounting/span_series.h"
#include "gateway/reading/stat_period.h"

namespace mg {

/// The figures that the books hold already.
class StoredFigures {
public:
    virtual ~StoredFigures() = default;
    virtual std::optional<FlowFigure> find(const std::string& flow, const StatPeriod& period) const = 0;
    /// The running total of the figure of any type that ends last in [from, until]; none: there is none.
    virtual std::optional<Exact> last_total(const std::string& flow, UtcTime from, UtcTime until) const = 0;
    /// The figures of this period stay as they are.
    virtual bool is_closed(const StatPeriod& /*period*/) const { return false; }
    /// What the figure of a closed period would be; none: what it is.
    virtual std::optional<FlowFigure> wanted(const std::string& /*flow*/,
                                             const StatPeriod& /*period*/) const {
        return std::nullopt;
    }
};

struct ComputedFigure {
    FlowIndex flow{};
    StatPeriod period;  ///< where it is closed: the figure is what it would be
    FlowFigure figure;
};

/// Sums flows over periods, in the order of time, each as far as its inputs are known (docs/adr/0009). Pure;
/// one thread. Everything given outlives it.
///
/// Amounts: of the shortest period of a flow from its terms, cut where a coefficient or a version changes; of
/// longer ones the sum of the shorter; an entered value stands in place of either.
/// Totals: since the year's start. A shorter period's total starts from that of the longer one that ends
/// where it begins, so that parts add up again after a period whose value was entered.
/// Closed periods: open ones are made of what is stored of them, so that parts add up; beside it, what they
/// would be is computed from what they would be made of.
class FlowCalculator {
public:
    using SeriesOf = std::function<const SpanSeries*(const RegisterKey&)>;

    /// `flows` in an order in which each comes after those it is made of.
    FlowCalculator(std::span<const Flow> flows, const CoefficientTable& coefficients,
                   const EnteredValues& entered, const StoredFigures& stored, SeriesOf series_of,
                   std::chrono::minutes utc_offset);

    /// Where the flow goes on; a flow that was not begun starts with the first period that its registers
    /// cover.
    void begin(FlowIndex flow, UtcTime at);
    /// From then on, shortest periods that are stored are taken as they are, with a new total.
    void reuse_from(UtcTime from) { reuse_from_ = from; }
    /// Everything that can be computed now, in the order of the flows, and of each in the order of time; a
    /// longer period behind its last part. Of metered flows nothing that ends after `until`; what was entered
    /// counts at once.
    void go_on(UtcTime until, std::vector<ComputedFigure>& out);
    /// Up to where the shortest periods are computed.
    [[nodiscard]] std::optional<UtcTime> reached(FlowIndex flow) const;
    /// Figures before are looked up in what is stored from now on.
    void forget_before(UtcTime time);

    /// How the figure of a period comes about; none: an input is not known.
    [[nodiscard]] std::optional<FlowWorking> working(FlowIndex flow, const StatPeriod& period) const;
    /// The same of any [from, to) by the terms alone, whatever was entered.
    [[nodiscard]] std::optional<FlowWorking> working(FlowIndex flow, UtcTime from, UtcTime to) const;

private:
    using Key = std::tuple<FlowIndex, StatType, UtcTime>;
    struct Piece {
        UtcTime from;
        UtcTime to;
        const FlowVersion* version;  ///< nullptr: none holds, nothing flows
    };

    [[nodiscard]] SiteCalendar calendar_of(FlowIndex flow) const;
    [[nodiscard]] std::optional<UtcTime> first_known(FlowIndex flow) const;
    [[nodiscard]] std::optional<FlowFigure> find(FlowIndex flow, const StatPeriod& period) const;
    using AmountOf = std::optional<FlowFigure> (FlowCalculator::*)(FlowIndex, const StatPeriod&,
                                                                   FlowWorking*) const;
    /// Computes a figure and keeps it; false: it is not known.
    bool make(FlowIndex flow, const StatPeriod& period, AmountOf amount_of, std::vector<ComputedFigure>& out);

    void go_on(FlowIndex flow, UtcTime until, std::vector<ComputedFigure>& out);
    void go_on_entered(FlowIndex flow, std::vector<ComputedFigure>& out);
    [[nodiscard]] bool lacks_only_entries(FlowIndex flow, const StatPeriod& period) const;
    void compute_longer(FlowIndex flow, StatType than, UtcTime end, std::vector<ComputedFigure>& out);

    // Each notes how it came to its result where it is asked to.
    [[nodiscard]] std::optional<FlowFigure> shortest(FlowIndex flow, const StatPeriod& period,
                                                     FlowWorking* noted = nullptr) const;
    [[nodiscard]] std::optional<FlowFigure> longer(FlowIndex flow, const StatPeriod& period,
                                                   FlowWorking* noted = nullptr) const;
    [[nodiscard]] std::optional<FlowFigure> entered(FlowIndex flow, const StatPeriod& period) const;
    /// The figures of the parts put together; none: one is not known.
    [[nodiscard]] std::optional<FlowFigure> sum_of_parts(FlowIndex flow, const StatPeriod& period,
                                                         FlowWorking* noted = nullptr) const;
    /// What the inputs' figures of a longer period are more than the sum of their parts. False: one is not
    /// known.
    bool add_entered_inputs(FlowIndex flow, const StatPeriod& period, FlowFigure& figure,
                            FlowWorking* noted = nullptr) const;

    [[nodiscard]] std::vector<Piece> pieces(FlowIndex flow, UtcTime from, UtcTime to) const;
    [[nodiscard]] std::optional<PeriodAmount> amount(FlowIndex flow, UtcTime from, UtcTime to,
                                                     FlowWorking* noted = nullptr) const;
    [[nodiscard]] std::optional<PeriodAmount> input_amount(const FlowTerm& term, StatType type, UtcTime from,
                                                           UtcTime to) const;
    [[nodiscard]] std::optional<PeriodAmount> flow_amount(FlowIndex flow, StatType type, UtcTime from,
                                                          UtcTime to) const;
    [[nodiscard]] std::optional<Exact> weight(const FlowTerm& term, UtcTime at) const;
    [[nodiscard]] Exact total_at(FlowIndex flow, StatType type, UtcTime at) const;

    std::span<const Flow> flows_;
    const CoefficientTable& coefficients_;
    const EnteredValues& entered_;
    const StoredFigures& stored_;
    SeriesOf series_of_;
    std::chrono::minutes utc_offset_;
    UtcTime reuse_from_{UtcTime::max()};
    std::vector<std::optional<UtcTime>> reached_;
    std::map<Key, FlowFigure> figures_;
    std::map<Key, FlowFigure> wanted_;  ///< of closed periods
    bool as_wanted_{false};             ///< figures of closed periods are looked up as they would be
    UtcTime forgotten_before_{UtcTime::min()};
};

}  // namespace mg
