#include "gateway/accounting/time_mask.h"

#include <algorithm>
#include <iterator>

namespace mg {

using std::chrono::days;

std::optional<std::size_t> TimeMask::slot_at(UtcTime time) const {
    return stretches(time, time + milliseconds{1}).front().slot;
}

std::vector<TimeMask::Stretch> TimeMask::stretches(UtcTime from, UtcTime to) const {
    std::vector<Stretch> all;
    // Versions begin at midnight: a day has one.
    for (UtcTime midnight = std::chrono::floor<days>(from + utc_offset_) - utc_offset_; midnight < to;
         midnight += days{1}) {
        for (Stretch& each : day_of(midnight)) {
            each.from = std::max(each.from, from);
            each.to = std::min(each.to, to);
            if (each.from >= each.to) continue;
            if (!all.empty() && all.back().slot == each.slot)
                all.back().to = each.to;
            else
                all.push_back(each);
        }
    }
    return all;
}

std::vector<TimeMask::Stretch> TimeMask::day_of(UtcTime midnight) const {
    const CalendarVersion* version = version_at(midnight);
    if (version == nullptr) return {{midnight, midnight + days{1}, std::nullopt}};
    std::vector<Stretch> stretches;
    for (const RuleStretch& each : stretches_of(*version, std::chrono::floor<days>(midnight + utc_offset_))) {
        Stretch stretch{midnight + each.from, midnight + each.to, std::nullopt};
        if (each.rule != nullptr) stretch.slot = each.rule->slot;
        stretches.push_back(stretch);
    }
    return stretches;
}

const CalendarVersion* TimeMask::version_at(UtcTime time) const {
    const auto later = std::ranges::upper_bound(calendar_.versions, time, {}, &CalendarVersion::valid_from);
    if (later == calendar_.versions.begin()) {
        // The first version without a date holds since ever, and before 1970 too.
        const bool since_ever = later != calendar_.versions.end() && later->valid_from == UtcTime{};
        return since_ever ? &*later : nullptr;
    }
    return &*std::prev(later);
}

}  // namespace mg
