#include "gateway/acceptance/sample_record.h"

#include <algorithm>
#include <utility>

#include "gateway/base/language.h"

namespace mg {
namespace {

/// Of all kinds of periods the one that ended last; of those that end together the shortest.
Result<std::optional<ItemRecord>> newest_of(const EnrolledItem& carried, Books& books, UtcTime now) {
    std::optional<ItemRecord> best;
    for (const StatType type : carried.types) {
        auto found = books.newest(carried.item, type, now);
        if (!found) return tl::unexpected<Error>(found.error());
        if (!*found || !(*found)->value) continue;
        if (!best || best->period.to < (*found)->period.to) best = std::move(*found);
    }
    return best;
}

const ItemOptions* item_at(const Options& options, const std::string& id, UtcTime at) {
    const auto found = std::ranges::find_if(
        options.items, [&](const ItemOptions& item) { return item.id == id && item.valid_at(at); });
    return found == options.items.end() ? nullptr : &*found;
}

}  // namespace

std::vector<EnrolledItem> carried_items(const Options& options, const ProvincialOptions& uplink,
                                        const ProfileOptions& profile, UtcTime now) {
    const OutboxPlan plan = CarriedItems{options, uplink}.plan(profile, now);
    std::vector<EnrolledItem> carried;
    for (const ItemOptions& item : options.items) {
        const auto found = std::ranges::find_if(plan.items, [&](const EnrolledItem& each) {
            return each.item == item.id && each.from == item.valid_from;
        });
        if (found != plan.items.end() && item.valid_at(now)) carried.push_back(*found);
    }
    return carried;
}

SampleRecord newest_record(const Options& options, const ProvincialOptions& uplink,
                           const ProfileOptions& profile, const std::string& item, Books* books,
                           const FactorOfRecord& factor, UtcTime now) {
    SampleRecord sample;
    sample.why_none = item.empty()
                          ? std::string(tr("the books have no record of any item of this uplink yet",
                                           "核算库中还没有该上传目标任何采集项的记录"))
                          : trf("the books have no record of {} yet", "核算库中还没有 {} 的记录", item);
    const CarriedItems carried{options, uplink};
    for (const EnrolledItem& each : carried_items(options, uplink, profile, now)) {
        if (!item.empty() && each.item != item) continue;
        if (sample.item.empty()) sample.item = each.item;
        if (books == nullptr) continue;
        auto newest = newest_of(each, *books, now);
        if (!newest) {
            sample.why_none = newest.error().what;
            return sample;
        }
        if (!*newest) continue;
        const auto its_factor = factor(**newest);
        auto outgoing = carried.outgoing(std::move(**newest));
        if (!outgoing || !its_factor) {
            sample.why_none = outgoing ? its_factor.error().what : outgoing.error().what;
            continue;
        }
        outgoing->factor = *its_factor;
        return {.item = each.item, .record = std::move(*outgoing), .is_invented = false, .why_none = {}};
    }
    return sample;
}

SampleRecord invented_record(SampleRecord none, const Options& options, const ProvincialOptions& uplink,
                             const ProfileOptions& profile, UtcTime now) {
    if (none.record || none.item.empty()) return none;
    const auto carried = carried_items(options, uplink, profile, now);
    const auto plan = std::ranges::find(carried, none.item, &EnrolledItem::item);
    const ItemOptions* item = item_at(options, none.item, now);
    if (plan == carried.end() || item == nullptr || plan->types.empty()) return none;
    const SiteCalendar calendar{
        .utc_offset = options.site.utc_offset,
        .real_time = item->interval > milliseconds{0} ? item->interval : options.site.boundary};
    ItemRecord record;
    record.item = item->id;
    record.period = calendar.before(calendar.containing(*plan->types.begin(), now));
    const std::string fraction = std::string("456789012").substr(0, static_cast<std::size_t>(item->decimals));
    record.value = Decimal::parse(fraction.empty() ? "123" : "123." + fraction).value_or(Decimal{});
    record.input_type = static_cast<int>(item->source);
    auto outgoing = CarriedItems{options, uplink}.outgoing(std::move(record));
    if (!outgoing) return none;
    none.record = std::move(*outgoing);
    none.is_invented = true;
    return none;
}

}  // namespace mg
