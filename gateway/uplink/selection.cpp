#include "gateway/uplink/selection.h"

#include <algorithm>

namespace mg {
namespace {

std::unordered_set<MeterId> meters_of(const SelectionOptions& wanted, const Options& options) {
    std::unordered_set<MeterId> meters{wanted.meters.begin(), wanted.meters.end()};
    for (const MeterOptions& meter : options.meters) {
        const bool on_line = meter.line && std::ranges::count(wanted.lines, *meter.line) > 0;
        if (on_line) meters.insert(meter.id);
    }
    return meters;
}

bool has_slot_in(const Gap& gap, const SlotGrid& grid) {
    return grid.at_or_before(gap.to.at - milliseconds{1}) >= gap.from;
}

}  // namespace

Selection::Selection(const SelectionOptions& wanted, const Options& options)
    : carries_{wanted.carries},
      gaps_{wanted.gaps},
      meters_{meters_of(wanted, options)},
      points_{wanted.points.begin(), wanted.points.end()},
      boundaries_{.every = options.site.boundary, .utc_offset = options.site.utc_offset} {
    if (wanted.every > milliseconds{0}) {
        thinned_ = SlotGrid{.every = wanted.every, .utc_offset = options.site.utc_offset};
    }
}

bool Selection::takes(const StoredItem& item) const {
    if (const auto* stored = std::get_if<StoredSample>(&item)) return takes(stored->sample);
    return takes(std::get<StoredGap>(item).gap);
}

bool Selection::takes(const Sample& sample) const {
    switch (carries_) {
        case Carries::all:
            break;
        case Carries::boundary:
            if (!sample.boundary) return false;
            break;
        case Carries::other:
            if (sample.boundary) return false;
            break;
    }
    if (thinned_ && !sample.boundary && !thinned_->contains(sample.slot)) return false;
    if (!takes(sample.meter())) return false;
    return points_.empty() || std::ranges::any_of(sample.layout->points, [&](const LayoutPoint& point) {
               return points_.contains(point.id);
           });
}

bool Selection::takes(const Gap& gap) const {
    if (!gaps_ || !takes(gap.meter)) return false;
    if (carries_ == Carries::boundary) return has_slot_in(gap, boundaries_);
    return !thinned_ || has_slot_in(gap, *thinned_) || has_slot_in(gap, boundaries_);
}

bool Selection::is_boundary(const StoredItem& item) const {
    if (const auto* stored = std::get_if<StoredSample>(&item)) return stored->sample.boundary;
    return has_slot_in(std::get<StoredGap>(item).gap, boundaries_);
}

}  // namespace mg
