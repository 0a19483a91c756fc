#include "gateway/accounting/destination_plan.h"

#include <algorithm>

namespace mg::books {

bool DestinationPlan::covers(const RecordKey& key) const {
    const auto found = items.find(key.item);
    if (found == items.end()) return false;
    const std::int64_t end = key.start + key.length;
    const std::int64_t type = std::int64_t{1} << static_cast<unsigned>(key.type);
    return std::ranges::any_of(found->second, [&](const Span& span) {
        return (span.types & type) != 0 && span.from < end && end <= span.to;
    });
}

std::vector<std::int64_t> DestinationPlan::changed(const DestinationPlan& before,
                                                   const DestinationPlan& now) {
    std::vector<std::int64_t> changed;
    for (const auto& [item, spans] : now.items) {
        const auto old = before.items.find(item);
        if (old == before.items.end() || old->second != spans) changed.push_back(item);
    }
    for (const auto& [item, spans] : before.items) {
        if (!now.items.contains(item)) changed.push_back(item);
    }
    return changed;
}

}  // namespace mg::books
