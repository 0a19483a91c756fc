#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/accounting/books.h"
#include "gateway/accounting/coefficient_table.h"
#include "gateway/accounting/entered_values.h"
#include "gateway/accounting/flow_calculator.h"
#include "gateway/accounting/item_graph.h"
#include "gateway/accounting/momentary_bank.h"
#include "gateway/accounting/record_maker.h"
#include "gateway/accounting/register_bank.h"
#include "gateway/accounting/site_plan.h"
#include "gateway/buffer/sample_store.h"

namespace mg {

/// What accounting rests on besides samples. All outlive those who get it.
struct AccountingBasis {
    const Options& options;
    const ItemGraph& graph;
    const SitePlan& plan;
};

/// One run of the accounting: stored samples in, records out, the same way for what is new and for what is
/// computed again. One thread; find() and last_total() of the books block for the disk.
class Reckoning final : public StoredFigures {
public:
    /// Of these flows only; the others' figures are those in the books.
    Reckoning(const AccountingBasis& basis, Books& books, std::vector<DatedRecord> records,
              std::vector<FlowIndex> flows);
    Reckoning(const Reckoning&) = delete;
    Reckoning& operator=(const Reckoning&) = delete;

    /// Takes up the registers as they were at the midnight `day`, and the flows where the books have them at
    /// or before that day; what is only entered from `entered` on, which may lie before every sample. Before
    /// anything is fed.
    Result<> resume(UtcTime day, UtcTime entered = UtcTime::max());
    /// When the site was first heard of: a value at the end of a period is due from the period on that
    /// contains this, and not of those before.
    void states_since(UtcTime first) { states_since_ = first; }
    /// The earliest of the last good readings of its registers, right after resume(): what is to come changes
    /// figures back to there.
    [[nodiscard]] UtcTime rests_on() const;
    /// From then on, stored amounts of the shortest periods stay as they are.
    void reuse_from(UtcTime from) { calculator_.reuse_from(from); }

    /// The items that have to be computed again from the slot of the sample on, because it came late.
    std::vector<std::string> feed(const StoredItem& item);
    /// Everything that can be computed now. Up to `until`, no sample will come but late ones.
    std::vector<ItemRecord> compute(UtcTime until);

    /// Since the last call.
    std::vector<LifeCheckpoint> take_checkpoints() { return registers_.take_checkpoints(); }
    std::vector<IndexBreak> take_breaks() { return registers_.take_breaks(); }
    /// The earliest instant from which a flow still needs spans; they are let go before its day.
    void forget_what_is_done();
    /// Up to where the flow is computed.
    [[nodiscard]] std::optional<UtcTime> reached(FlowIndex flow) const { return calculator_.reached(flow); }
    [[nodiscard]] const RegisterBank& registers() const { return registers_; }
    /// For explaining.
    [[nodiscard]] const FlowCalculator& flows() const { return calculator_; }
    [[nodiscard]] const MomentaryBank& momentary() const { return momentary_; }
    [[nodiscard]] const CoefficientTable& coefficients() const { return coefficients_; }
    [[nodiscard]] const std::vector<DatedRecord>& dated() const { return records_; }
    /// Readings that were passed over since the last call.
    std::vector<std::pair<RegisterKey, OddReading>> take_odd() { return registers_.take_odd(); }

    [[nodiscard]] std::optional<FlowFigure> find(const std::string& flow,
                                                 const StatPeriod& period) const override;
    [[nodiscard]] std::optional<Exact> last_total(const std::string& flow, UtcTime from,
                                                  UtcTime until) const override;
    [[nodiscard]] bool is_closed(const StatPeriod& period) const override;
    [[nodiscard]] std::optional<FlowFigure> wanted(const std::string& flow,
                                                   const StatPeriod& period) const override;

private:
    [[nodiscard]] const SpanSeries* series(const RegisterKey& key) const;
    /// Where a flow will begin whose registers have been read, but not all of them twice; none: one has never
    /// been.
    [[nodiscard]] std::optional<UtcTime> will_begin(const Flow& flow) const;
    [[nodiscard]] std::optional<FlowFigure> figure(FlowIndex flow, const StatPeriod& period) const;
    void make_records(std::span<const ComputedFigure> figures, std::vector<ItemRecord>& records);
    void make_last_values(UtcTime until, std::vector<ItemRecord>& records);

    AccountingBasis basis_;
    Books& books_;
    std::vector<DatedRecord> records_;
    std::vector<bool> mine_;
    CoefficientTable coefficients_;
    EnteredValues entered_;
    RegisterBank registers_;
    MomentaryBank momentary_;
    FlowCalculator calculator_;
    RecordMaker maker_;
    std::map<std::pair<FlowIndex, StatPeriod>, FlowFigure> fresh_;  ///< of this call of compute()
    UtcTime states_since_{UtcTime::min()};
    std::map<std::pair<std::string, StatType>, UtcTime> last_values_until_;
    UtcTime day_{UtcTime::min()};  ///< where it was taken up, or its first slot
};

}  // namespace mg
