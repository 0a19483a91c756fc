#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "gateway/accounting/explanation.h"
#include "gateway/accounting/reckoning.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"

namespace mg {

/// The accounting of one stretch of time once more, beside the accounting itself, with the samples at hand
/// that it was given. Reads the store and the books and changes neither. One thread.
class Rerun {
public:
    /// What is computed again. Everything given outlives the rerun.
    struct Scope {
        std::vector<FlowIndex> flows;    ///< with those that they are made of
        std::vector<RegisterKey> lasts;  ///< points whose value at the end is wanted
        UtcTime from{};
        UtcTime to{};
    };

    /// Figures as the books have them, nothing is computed.
    static Result<std::unique_ptr<Rerun>> of_books(const AccountingBasis& basis, Books& books);
    /// Blocks for the disk, as long as reading the days takes: two months behind `to` at most, where a bridge
    /// is that long.
    static Result<std::unique_ptr<Rerun>> of(const AccountingBasis& basis, Books& books, History& store,
                                             const Scope& scope);

    [[nodiscard]] const AccountingBasis& basis() const { return basis_; }
    [[nodiscard]] const Reckoning& reckoning() const { return *reckoning_; }
    /// False: figures are those of the books, and there are no samples.
    [[nodiscard]] bool is_computed() const { return is_computed_; }
    /// Readings that were passed over.
    [[nodiscard]] const std::vector<std::pair<RegisterKey, OddReading>>& passed_over() const { return odd_; }

    /// What was read of a point at a slot; none: nothing with a value, or not of a meter of the scope.
    [[nodiscard]] std::optional<ExplainedSample> sample(const RegisterKey& point, UtcTime slot) const;
    /// All with a value in [from, to), by slot.
    [[nodiscard]] std::vector<ExplainedSample> samples(const RegisterKey& point, UtcTime from,
                                                       UtcTime to) const;

private:
    Rerun(const AccountingBasis& basis, Books& books) : basis_{basis}, books_{books} {}
    Result<> compute(History& store, const Scope& scope);
    Result<UtcTime> take_up(std::vector<DatedRecord> records, const Scope& scope);
    Result<> feed(History& store, const HistoryQuery& query);
    Result<> fetch_what_it_rests_on(History& store, UtcTime day);
    void keep(const StoredItem& item);
    [[nodiscard]] bool is_settled(const Scope& scope) const;
    [[nodiscard]] std::optional<ExplainedSample> explained(const RegisterKey& point,
                                                           const StoredSample& stored) const;
    [[nodiscard]] UtcTime day_of(UtcTime time) const;

    AccountingBasis basis_;
    Books& books_;
    std::unique_ptr<Reckoning> reckoning_;
    bool is_computed_{false};
    std::map<MeterId, std::map<UtcTime, StoredSample>> samples_;
    std::vector<std::pair<RegisterKey, OddReading>> odd_;
};

}  // namespace mg
