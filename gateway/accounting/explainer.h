#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gateway/accounting/books.h"
#include "gateway/accounting/explanation.h"
#include "gateway/accounting/rerun.h"
#include "gateway/base/result.h"
#include "gateway/buffer/sample_store.h"

namespace mg {

/// From a reported figure back to what it rests on. Computes the period once more, beside the accounting, and
/// gives the numbers that were used on the way; store and books are read only. Days and shorter periods go
/// down to the samples, longer ones to the figures that they are sums of. Everything given outlives it; each
/// call blocks for the disk and takes as long as reading the days does.
class Explainer {
public:
    Explainer(const AccountingBasis& basis, Books& books, History& store)
        : basis_{basis}, books_{books}, store_{store} {}

    /// The newest revision when none is named; of an older one the figures only, because what it rested on
    /// has changed since. rejected: no such item, or no record of it for this period and revision.
    Result<Explanation> explain(const std::string& item, const StatPeriod& period,
                                std::optional<std::uint32_t> revision);

private:
    Result<std::unique_ptr<Rerun>> rerun(const PlannedItem& item, const ItemVersion& version,
                                         const StatPeriod& period);

    AccountingBasis basis_;
    Books& books_;
    History& store_;
};

}  // namespace mg
