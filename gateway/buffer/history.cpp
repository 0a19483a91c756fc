#include "gateway/buffer/history.h"

namespace mg {

bool HistoryQuery::matches(const StoredItem& item) const {
    if (const auto* stored = std::get_if<StoredSample>(&item)) {
        const Sample& sample = stored->sample;
        return sample.slot >= from && sample.slot < to &&
               (meters.empty() || meters.contains(sample.meter())) && (sample.boundary || !boundary_only);
    }
    if (boundary_only) return false;
    const Gap& gap = std::get<StoredGap>(item).gap;
    return gap.to > from && gap.from < to && (meters.empty() || meters.contains(gap.meter));
}

}  // namespace mg
