#include "gateway/accounting/momentary_bank.h"

#include <algorithm>

#include "gateway/accounting/site_plan.h"

namespace mg {
namespace {

IndexSpan span_of(UtcTime from, UtcTime to, Exact amount) {
    IndexSpan span;
    span.from.at = from;
    span.to.at = to;
    span.amount = std::move(amount);
    return span;
}

}  // namespace

MomentaryBank::MomentaryBank(const Options& options, std::span<const DatedRecord> records,
                             const std::vector<RegisterKey>& means, const std::vector<RegisterKey>& lasts)
    : boundary_{options.site.boundary}, utc_offset_{options.site.utc_offset} {
    const auto add = [&](const RegisterKey& key, bool wants_mean) {
        const MeterOptions* meter = options.meter(key.meter);
        const ModelOptions* model = meter == nullptr ? nullptr : options.model(meter->model);
        if (model == nullptr) return;
        const auto point = std::ranges::find(model->points, key.point, &PointOptions::id);
        if (point == model->points.end()) return;
        auto& points = meters_[key.meter].points;
        const auto known = std::ranges::find(points, key, &Point::key);
        if (known != points.end()) {
            known->wants_mean = known->wants_mean || wants_mean;
            return;
        }
        points.push_back(
            {.key = key,
             .ratios = {rules_of(*meter, *model, *point, records), records_of(key, point->ratio, records)},
             .wants_mean = wants_mean});
    };
    for (const auto& key : means) add(key, true);
    for (const auto& key : lasts) add(key, false);
}

UtcTime MomentaryBank::interval_of(UtcTime time) const {
    return SlotGrid{.every = boundary_, .utc_offset = utc_offset_}.at_or_before(time).at;
}

void MomentaryBank::begin(UtcTime at) {
    for (auto& [id, meter] : meters_) meter.heard_until = at - milliseconds{1};
}

void MomentaryBank::go_on_from(UtcTime at, const Flow& flow) {
    for (const auto& version : flow.versions) {
        for (const auto& term : version.terms) {
            const auto* key = std::get_if<RegisterKey>(&term.input);
            if (key == nullptr || series(*key) == nullptr) continue;
            meters_.at(key->meter).interval = at;
        }
    }
}

bool MomentaryBank::feed(const StoredSample& stored) {
    const Sample& sample = stored.sample;
    const auto found = meters_.find(sample.meter());
    if (found == meters_.end()) return false;
    Meter& meter = found->second;
    if (meter.heard_until && sample.slot.at <= *meter.heard_until) return true;
    meter.heard_until = sample.slot.at;
    if (!meter.interval) meter.interval = interval_of(sample.slot.at);
    close_intervals(meter, sample.slot.at);
    for (auto& point : meter.points) {
        const auto& points = sample.layout->points;
        const auto place = std::ranges::find(points, point.key.point, &LayoutPoint::id);
        if (place == points.end()) continue;
        const auto value = displayed_value(sample, static_cast<std::size_t>(place - points.begin()));
        if (!value) continue;
        const Exact primary = Exact{*value} * point.ratios.multiplier_at(sample.slot.at);
        point.sum += primary;
        ++point.count;
        if (sample.boundary) point.at_boundaries.insert_or_assign(sample.slot.at, primary);
    }
    return false;
}

void MomentaryBank::feed(const StoredGap& gap) {
    const auto found = meters_.find(gap.gap.meter);
    if (found == meters_.end() || !found->second.interval) return;
    Meter& meter = found->second;
    // The slot at its end was asked again.
    const UtcTime last = gap.gap.to.at - milliseconds{1};
    meter.heard_until = std::max(meter.heard_until.value_or(last), last);
    close_intervals(meter, gap.gap.to.at);
}

/// Everything before `until` is in: a value at the end of an interval belongs to the next.
void MomentaryBank::close_intervals(Meter& meter, UtcTime until) const {
    const UtcTime now = interval_of(until);
    while (*meter.interval < now) {
        const UtcTime end = *meter.interval + boundary_;
        for (auto& point : meter.points) {
            if (!point.wants_mean) continue;
            point.sums.add(span_of(*meter.interval, end, std::exchange(point.sum, Exact{})));
            point.counts.add(span_of(*meter.interval, end, Exact{std::exchange(point.count, 0)}));
        }
        meter.interval = end;
    }
}

const SpanSeries* MomentaryBank::series(const RegisterKey& key) const {
    const auto found = meters_.find(key.meter);
    if (found == meters_.end()) return nullptr;
    for (const auto& point : found->second.points) {
        if (key == sum_of(point.key.meter, point.key.point)) return &point.sums;
        if (key == count_of(point.key.meter, point.key.point)) return &point.counts;
    }
    return nullptr;
}

std::optional<Exact> MomentaryBank::value_at(const RegisterKey& key, UtcTime boundary) const {
    const auto found = meters_.find(key.meter);
    if (found == meters_.end()) return {};
    for (const auto& point : found->second.points) {
        if (point.key != key) continue;
        const auto value = point.at_boundaries.find(boundary);
        return value == point.at_boundaries.end() ? std::nullopt : std::optional{value->second};
    }
    return {};
}

std::optional<UtcTime> MomentaryBank::heard_until(const MeterId& meter) const {
    const auto found = meters_.find(meter);
    return found == meters_.end() ? std::nullopt : found->second.heard_until;
}

void MomentaryBank::forget_before(UtcTime time) {
    for (auto& [id, meter] : meters_) {
        for (auto& point : meter.points) {
            point.sums.forget_before(time);
            point.counts.forget_before(time);
            std::erase_if(point.at_boundaries, [&](const auto& entry) { return entry.first < time; });
        }
    }
}

}  // namespace mg
