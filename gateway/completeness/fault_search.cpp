#include "gateway/completeness/fault_search.h"

#include <algorithm>
#include <map>
#include <utility>

namespace mg {
namespace {

/// How far back the begin of a fault is looked for.
constexpr std::chrono::days kFaultsBack{62};

/// Since when each subject of a kind has no value.
class FaultSearch {
public:
    FaultSearch(StripKind kind, const FaultsAsked& asked)
        : kind_{kind},
          asked_{asked},
          from_{site_midnight_before(asked.now, asked.utc_offset) - kFaultsBack} {}

    Result<> read(Books& books) {
        auto begins = books.strips_begin(kind_);
        if (!begins) return pass_on(begins.error());
        begins_ = std::move(*begins);
        return books.strips({.kind = kind_, .subjects = {}, .from = from_, .to = asked_.now},
                            [&](const DayStrip& strip) { take(strip); });
    }

    [[nodiscard]] std::optional<Fault> of(const DueSubject& due) const {
        const auto begin = begins_.find(due.id);
        const auto each = due.slots_on(site_midnight_before(asked_.now, asked_.utc_offset));
        const auto excused = [&](const SlotSpan& span) { return span.contains(asked_.now); };
        if (begin == begins_.end() || !each || !due.is_sent) return std::nullopt;
        if (std::ranges::any_of(due.excused, excused)) return std::nullopt;
        Fault fault{.kind = kind_, .id = due.id, .name = due.name};
        fault.since = std::max(begin->second, from_);
        fault.or_longer = begin->second < from_;
        if (const auto seen = seen_.find(due.id); seen != seen_.end()) {
            if (seen->second.good_until) {
                fault.since = *seen->second.good_until;
                fault.or_longer = false;
            }
            if (seen->second.bad_until >= fault.since) fault.reason = seen->second.reason;
        }
        const milliseconds until_known = kind_ == StripKind::item ? *each : milliseconds{0};
        if (fault.since + until_known > asked_.now - kTimeToStore) return std::nullopt;
        fault.lasts = asked_.now - fault.since;
        fault.repair_until = working_days_after(fault.since, kRepairWithin, asked_.utc_offset);
        return fault;
    }

private:
    struct Seen {
        std::optional<UtcTime> good_until;  ///< end of the last slot with a value
        UtcTime bad_until{};
        std::optional<Quality> reason;
    };

    void take(const DayStrip& strip) {
        Seen& seen = seen_[strip.subject];
        for (std::size_t i = 0; i < strip.slots.size(); ++i) {
            const UtcTime end = strip.day + static_cast<std::int64_t>(i + 1) * strip.each;
            const auto boundary = BoundarySlot::from_byte(strip.slots[i]);
            const bool good = kind_ == StripKind::meter
                                  ? boundary.read()
                                  : has_figure(ItemSlot::from_byte(strip.slots[i]).state);
            if (good) {
                seen.good_until = std::max(seen.good_until.value_or(end), end);
            } else if (kind_ == StripKind::meter && boundary.known && end > seen.bad_until) {
                seen.bad_until = end;
                seen.reason = boundary.quality;
            }
        }
    }

    StripKind kind_;
    FaultsAsked asked_;
    UtcTime from_;
    std::map<std::string, UtcTime> begins_;
    std::map<std::string, Seen> seen_;
};

}  // namespace

Result<std::vector<Fault>> faults_of(Books& books, const std::vector<DueSubject>& subjects, StripKind kind,
                                     const FaultsAsked& asked) {
    FaultSearch search{kind, asked};
    if (auto read = search.read(books); !read) return pass_on(read.error());
    std::vector<Fault> faults;
    for (const DueSubject& due : subjects) {
        if (due.kind != kind) continue;
        if (auto fault = search.of(due)) faults.push_back(std::move(*fault));
    }
    return faults;
}

}  // namespace mg
