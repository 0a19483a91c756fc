#pragma once

#include <unordered_set>

#include "config/options.h"
#include "gateway/buffer/sample_store.h"
#include "gateway/reading/layout.h"
#include "gateway/reading/slot.h"

namespace mg {

/// What of the stored items an uplink carries (docs/mqtt.md). Pure; may be shared between threads.
class Selection {
public:
    /// `wanted` refers to lines and meters of `options`.
    Selection(const SelectionOptions& wanted, const Options& options);

    [[nodiscard]] bool takes(const StoredItem& item) const;
    [[nodiscard]] bool takes(const MeterId& meter) const {
        return meters_.empty() || meters_.contains(meter);
    }
    [[nodiscard]] bool takes(const PointId& point) const {
        return points_.empty() || points_.contains(point);
    }
    /// A sample of a boundary, or a gap that has one in it.
    [[nodiscard]] bool is_boundary(const StoredItem& item) const;

private:
    [[nodiscard]] bool takes(const Sample& sample) const;
    [[nodiscard]] bool takes(const Gap& gap) const;

    Carries carries_;
    bool gaps_;
    std::unordered_set<MeterId> meters_;
    std::unordered_set<PointId> points_;
    std::optional<SlotGrid> thinned_;  ///< none: every slot
    SlotGrid boundaries_;
};

}  // namespace mg
