#include "gateway/uplink/provincial/carried_items.h"

#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

bool carries(const Options& options, const ProvincialOptions& uplink, const ItemOptions& item) {
    if (item.codes.of(uplink.id) == nullptr || !item.uplinks.contains(uplink.id)) return false;
    // An item without one belongs to the only enterprise, or to the first of several.
    const std::string& owner = item.enterprise.empty() && !options.enterprises.empty()
                                   ? options.enterprises.front().id
                                   : item.enterprise;
    return owner == uplink.enterprise;
}

UtcTime start_of(const ProvincialStart& start, UtcTime now) {
    switch (start.at) {
        case ProvincialStart::At::oldest:
            return UtcTime::min();
        case ProvincialStart::At::now:
            return now;
        case ProvincialStart::At::time:
            return start.time;
    }
    return UtcTime::min();
}

InputType source_of(const ItemOptions& item, StatType type) {
    switch (type) {
        case StatType::real_time:
        case StatType::day:
            return item.source;
        case StatType::month:
        case StatType::year:
            return item.month_source;
    }
    return item.source;
}

}  // namespace

CarriedItems::CarriedItems(const Options& options, const ProvincialOptions& uplink) : uplink_{uplink} {
    for (const ItemOptions& item : options.items) {
        if (carries(options, uplink, item)) versions_[item.id].push_back(&item);
    }
}

OutboxPlan CarriedItems::plan(const ProfileOptions& profile, UtcTime now) const {
    OutboxPlan plan{.start = start_of(uplink_.start, now), .items = {}};
    for (const auto& [id, versions] : versions_) {
        for (const ItemOptions* item : versions) {
            EnrolledItem enrolled{.item = id, .types = {}, .from = item->valid_from, .to = item->valid_to};
            for (const StatType type : item->periods) {
                const bool typed_in = source_of(*item, type) == InputType::manual;
                if (!profile.stat_types.contains(type) || (type == StatType::real_time && typed_in)) continue;
                enrolled.types.insert(type);
            }
            if (!enrolled.types.empty()) plan.items.push_back(std::move(enrolled));
        }
    }
    return plan;
}

Result<OutgoingRecord> CarriedItems::outgoing(ItemRecord record) const {
    const UtcTime last = record.period.to - milliseconds{1};
    if (const auto found = versions_.find(record.item); found != versions_.end()) {
        for (const ItemOptions* item : found->second) {
            if (!item->valid_at(last)) continue;
            return OutgoingRecord{.record = std::move(record),
                                  .code = *item->codes.of(uplink_.id),
                                  .factor = "1",
                                  .remark = {}};
        }
    }
    return fail(Failure::rejected, trf("{}: no code for this destination at that time",
                                       "{}：当时没有用于该目标的采集编码", record.item));
}

ProfileOptions profile_for(const ProfileOptions& profile, const ProvincialOptions& uplink) {
    ProfileOptions used = profile;
    if (uplink.batch > 0 && !used.record.list.empty()) used.record.batch = uplink.batch;
    return used;
}

}  // namespace mg
