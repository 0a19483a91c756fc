#include "gateway/accounting/boundary_strips.h"

#include <algorithm>
#include <utility>

namespace mg {
namespace {

std::optional<BoundaryFound> found_in(const StoredItem& item) {
    if (const auto* stored = std::get_if<StoredGap>(&item)) {
        const Gap& gap = stored->gap;
        return BoundaryFound{gap.meter, gap.from.at, gap.to.at, {true, gap.reason, false, false}, true};
    }
    const Sample& sample = std::get<StoredSample>(item).sample;
    if (!sample.boundary) return std::nullopt;
    return BoundaryFound{sample.meter(), sample.slot.at, sample.slot.at + milliseconds{1}, slot_of(sample),
                         false};
}

}  // namespace

Result<> BoundaryStrips::meet(SampleStore& store, Books& books) {
    const auto cursor = books.boundary_cursor();
    if (!cursor) return pass_on(cursor.error());
    const bool is_known = *cursor && ((*cursor)->store == store.id() || (*cursor)->store.empty());
    through_ = is_known ? std::min((*cursor)->through, store.newest()) : 0;
    found_.clear();
    store_ = store.id();
    return {};
}

void BoundaryStrips::feed(Sequence after, const Peeked& peeked) {
    if (after > through_ || peeked.through <= through_) return;
    for (const StoredItem& item : peeked.items) {
        if (sequence_of(item) <= through_) continue;
        if (auto found = found_in(item)) found_.push_back(std::move(*found));
    }
    through_ = peeked.through;
}

BoundaryChange BoundaryStrips::take() {
    return {{store_.value_or(std::string{}), through_}, boundary_, std::exchange(found_, {})};
}

}  // namespace mg
