#include "gateway/completeness/due_subjects.h"

#include <algorithm>
#include <variant>

#include "gateway/accounting/metered_items.h"

namespace mg {
namespace {

SlotSpan span_of(UtcTime from, const std::optional<UtcTime>& to) {
    return {from, to.value_or(UtcTime::max())};
}

/// `meter`: none for an item, which only a stop of the whole site excuses.
std::vector<SlotSpan> excused_of(const MeterId* meter, const std::vector<DatedRecord>& records) {
    std::vector<SlotSpan> spans;
    for (const DatedRecord& record : records) {
        if (!record.in_force()) continue;
        if (const auto* stop = std::get_if<ProductionStop>(&record.body)) {
            const bool whole_site = stop->meters.empty();
            const bool named =
                meter != nullptr && std::ranges::find(stop->meters, *meter) != stop->meters.end();
            if (whole_site || named) spans.push_back(span_of(stop->from, stop->to));
        } else if (const auto* out = std::get_if<OutOfService>(&record.body)) {
            if (meter != nullptr && out->meter == *meter) spans.push_back(span_of(out->from, out->to));
        }
    }
    return spans;
}

}  // namespace

const ItemOptions* DueSubject::version_at(UtcTime time) const {
    const auto found =
        std::ranges::find_if(versions, [&](const ItemOptions* version) { return version->valid_at(time); });
    return found == versions.end() ? nullptr : *found;
}

std::optional<milliseconds> DueSubject::slots_on(UtcTime day) const {
    if (kind == StripKind::meter) return each;
    const ItemOptions* version = version_at(day);
    const bool due = version != nullptr && version->method != ItemMethod::manual &&
                     version->periods.contains(StatType::real_time) && version->interval.count() > 0;
    return due ? std::optional{version->interval} : std::nullopt;
}

std::optional<StatType> DueSubject::recorded_by(UtcTime time) const {
    const ItemOptions* version = kind == StripKind::item ? version_at(time) : nullptr;
    if (version == nullptr || slots_on(time)) return std::nullopt;
    for (const StatType type : {StatType::day, StatType::month}) {
        if (version->periods.contains(type)) return type;
    }
    return std::nullopt;
}

std::vector<DueSubject> due_subjects(const Options& options, const std::vector<DatedRecord>& records) {
    std::vector<DueSubject> subjects;
    for (const MeterOptions& meter : options.meters) {
        if (!meter.line || meter.state == InstrumentState::disused) continue;
        DueSubject subject{.id = meter.id.text, .name = meter.name, .versions = {}, .excused = {}};
        subject.each = options.site.boundary;
        subject.excused = excused_of(&meter.id, records);
        subjects.push_back(std::move(subject));
    }
    for (const ItemOptions& item : options.items) {
        if (is_metered_item(item.id)) continue;
        const bool next_version =
            !subjects.empty() && subjects.back().kind == StripKind::item && subjects.back().id == item.id;
        if (!next_version) {
            DueSubject subject{
                .kind = StripKind::item, .id = item.id, .name = {}, .versions = {}, .excused = {}};
            subject.excused = excused_of(nullptr, records);
            subjects.push_back(std::move(subject));
        }
        DueSubject& subject = subjects.back();
        subject.name = item.name;
        subject.versions.push_back(&item);
        subject.is_sent = !item.codes.empty() && (item.uplinks.all || !item.uplinks.named.empty());
    }
    return subjects;
}

}  // namespace mg
