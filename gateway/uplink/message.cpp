#include "gateway/uplink/message.h"

#include <utility>

namespace mg {
namespace {

constexpr std::string_view kLane = R"(,"lane":")";
constexpr std::string_view kSamples = R"(","samples":[)";
constexpr std::string_view kLongestLane = "backlog";
constexpr std::string_view kBetween = R"(],"gaps":[)";
constexpr std::string_view kEnd = "]}";
// A meter changes its layout when its model file does: some per meter and year. Far more means that layouts
// are not shared, and the cache must not grow with the backlog then.
constexpr std::size_t kMostLayouts = 2 * kMostMeters;

Result<Decimal> times_all(const Result<Decimal>& value, const Decimal& factor) {
    return value ? value->times(factor) : value;
}

std::string copy_of(const json::Buffer& buffer) {
    return {buffer.data(), buffer.size()};
}

void separate(json::Buffer& out) {
    if (out.size() != 0) out.push_back(',');
}

}  // namespace

BatchEncoder::BatchEncoder(const Options& options, std::optional<Selection> selection)
    : options_{options}, selection_{std::move(selection)} {
    for (const MeterOptions& meter : options.meters) meters_.emplace(meter.id, &meter);
    json::Buffer head;
    json::text(head, R"({"schema":"metergate.samples.1","site":)");
    json::string(head, options.site.id);
    head_ = copy_of(head);
}

BatchEncoder::Added BatchEncoder::add(const StoredItem& item, std::size_t most_bytes) {
    const std::size_t samples_before = samples_.size();
    const std::size_t gaps_before = gaps_.size();
    std::visit([&](const auto& stored) { write(stored); }, item);
    if (payload_bytes() > most_bytes) {
        samples_.resize(samples_before);
        gaps_.resize(gaps_before);
        return empty() ? Added::too_large : Added::full;
    }
    const auto* sample = std::get_if<StoredSample>(&item);
    const UtcTime slot = sample != nullptr ? sample->sample.slot.at : std::get<StoredGap>(item).gap.from.at;
    if (empty()) {
        batch_.first = sequence_of(item);
        batch_.oldest_slot = slot;
    }
    batch_.last = sequence_of(item);
    batch_.listed.push_back(batch_.last);
    ++(sample != nullptr ? batch_.samples : batch_.gaps);
    return Added::yes;
}

Batch BatchEncoder::take(Lane lane) {
    batch_.payload.reserve(payload_bytes());
    batch_.payload.append(head_).append(kLane).append(to_string(lane)).append(kSamples);
    batch_.payload.append(samples_.data(), samples_.size());
    batch_.payload.append(kBetween);
    batch_.payload.append(gaps_.data(), gaps_.size());
    batch_.payload.append(kEnd);
    Batch taken = std::move(batch_);
    clear();
    return taken;
}

void BatchEncoder::clear() {
    samples_.clear();
    gaps_.clear();
    batch_ = {};
}

std::string BatchEncoder::probe(std::string_view nonce) const {
    json::Buffer out;
    json::text(out, head_);
    json::text(out, R"(,"probe":)");
    json::string(out, nonce);
    json::text(out, R"(,"samples":[)");
    json::text(out, kBetween);
    json::text(out, kEnd);
    return copy_of(out);
}

std::size_t BatchEncoder::payload_bytes() const {
    return head_.size() + kLane.size() + kLongestLane.size() + kSamples.size() + samples_.size() +
           kBetween.size() + gaps_.size() + kEnd.size();
}

void BatchEncoder::write(const StoredSample& stored) {
    const Sample& sample = stored.sample;
    const LayoutText& text = text_of(sample.layout);
    separate(samples_);
    json::text(samples_, R"({"seq":)");
    json::integer(samples_, stored.sequence);
    json::text(samples_, R"(,"rev":)");
    json::integer(samples_, stored.revision);
    json::text(samples_, text.before);
    json::time(samples_, sample.slot.at, options_.site.utc_offset, false);
    json::text(samples_, R"(,"taken_at":)");
    // A sample that was never taken has no time of its own; nothing dated 1970 leaves the gateway.
    if (sample.taken_at == UtcTime{}) {
        json::text(samples_, "null");
    } else {
        json::time(samples_, sample.taken_at, options_.site.utc_offset, true);
    }
    json::text(samples_, R"(,"epoch":)");
    json::integer(samples_, sample.epoch);
    json::text(samples_,
               sample.boundary ? R"(,"boundary":true,"points":{)" : R"(,"boundary":false,"points":{)");
    bool first = true;
    for (std::size_t i = 0; i < text.points.size() && i < sample.readings.size(); ++i) {
        if (!text.points[i].carried) continue;
        if (!std::exchange(first, false)) samples_.push_back(',');
        write_reading(sample, i, text.points[i]);
    }
    json::text(samples_, "}}");
}

void BatchEncoder::write_reading(const Sample& sample, std::size_t point, const PointText& text) {
    const Reading& reading = sample.readings[point];
    json::text(samples_, text.before);
    Quality quality = reading.quality;
    if (has_value(quality)) {
        const auto value =
            text.factor ? times_all(to_decimal(sample.layout->points[point].type, reading.bits), *text.factor)
                        : times_all(displayed_value(sample, point), text.multiplier);
        if (value) {
            json::decimal(samples_, *value);
        } else {
            json::text(samples_, "null");
            quality = Quality::corrupt_reply;
        }
    } else {
        json::text(samples_, "null");
    }
    if (quality == Quality::good) {
        json::text(samples_, text.good);
        return;
    }
    json::text(samples_, text.other);
    json::text(samples_, to_string(quality));
    json::text(samples_, R"("})");
}

void BatchEncoder::write(const StoredGap& stored) {
    const Gap& gap = stored.gap;
    separate(gaps_);
    json::text(gaps_, R"({"seq":)");
    json::integer(gaps_, stored.sequence);
    json::text(gaps_, R"(,"meter":)");
    json::string(gaps_, gap.meter.text);
    json::text(gaps_, R"(,"from":)");
    json::time(gaps_, gap.from.at, options_.site.utc_offset, false);
    json::text(gaps_, R"(,"to":)");
    json::time(gaps_, gap.to.at, options_.site.utc_offset, false);
    json::text(gaps_, R"(,"reason":)");
    json::string(gaps_, to_string(gap.reason));
    json::text(gaps_, R"(,"epoch":)");
    json::integer(gaps_, gap.epoch);
    gaps_.push_back('}');
}

const BatchEncoder::LayoutText& BatchEncoder::text_of(const LayoutRef& layout) {
    if (const auto found = layouts_.find(layout.get()); found != layouts_.end()) return found->second;
    if (layouts_.size() >= kMostLayouts) layouts_.clear();
    return layouts_.emplace(layout.get(), make_text(layout)).first->second;
}

BatchEncoder::LayoutText BatchEncoder::make_text(const LayoutRef& layout) const {
    LayoutText made;
    made.layout = layout;
    json::Buffer before;
    json::text(before, R"(,"meter":)");
    json::string(before, layout->meter.text);
    json::text(before, R"(,"slot":)");
    made.before = copy_of(before);
    const auto meter = meters_.find(layout->meter);
    for (const LayoutPoint& point : layout->points) {
        PointText text;
        text.carried = !selection_ || selection_->takes(point.id);
        json::Buffer out;
        json::string(out, point.id.text);
        json::text(out, R"(:{"value":)");
        text.before = copy_of(out);
        out.clear();
        json::text(out, R"(,"multiplier":)");
        // Of a meter that left the configuration the multiplier is not known any more: the value goes as
        // displayed, and null says so.
        std::optional<Decimal> multiplier;
        if (point.ratio == Ratio::none) {
            multiplier = Decimal{1, 0};
        } else if (meter != meters_.end()) {
            if (const auto of_ratio = meter->second->multiplier.of(point.ratio)) multiplier = *of_ratio;
        }
        if (multiplier) {
            json::decimal(out, *multiplier);
            text.multiplier = *multiplier;
        } else {
            json::text(out, "null");
        }
        json::text(out, R"(,"quality":")");
        text.other = copy_of(out);
        json::text(out, R"(good"})");
        text.good = copy_of(out);
        if (!point.exponent_from) {
            if (const auto factor = point.scale.times(text.multiplier)) text.factor = *factor;
        }
        made.points.push_back(std::move(text));
    }
    return made;
}

}  // namespace mg
