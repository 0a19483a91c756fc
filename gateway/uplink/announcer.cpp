#include "gateway/uplink/announcer.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace mg {
namespace {

constexpr std::chrono::hours kSparedFor{24};

}  // namespace

void Announcer::begin(UtcTime now) {
    under_way_.clear();
    denied_ = false;
    const bool known = sparing_ && all_taken_ && now >= *all_taken_ && now - *all_taken_ < kSparedFor;
    next_ = known ? options_.meters.size() : 0;
    if (!known) all_taken_.reset();
}

std::string Announcer::status(Presence presence, UtcTime now) const {
    return status_message(options_.site, presence, now);
}

std::optional<Announcer::Description> Announcer::next(std::size_t most_bytes) {
    while (!denied_ && next_ < options_.meters.size()) {
        const MeterOptions& meter = options_.meters[next_++];
        if (!selection_.takes(meter.id)) continue;
        std::string text = meter_description(options_, meter);
        if (text.size() <= std::min(most_bytes, most_bytes_)) return Description{meter.id, std::move(text)};
    }
    return std::nullopt;
}

std::optional<MeterId> Announcer::broke(bool alone) {
    const auto last = std::exchange(last_, std::nullopt);
    if (!last || !under_way_.contains(last->ticket)) return std::nullopt;
    careful_ = true;
    if (!alone) return std::nullopt;
    if (std::exchange(suspect_, last->meter) != last->meter) breaks_ = 0;
    if (++breaks_ < kBreaks) return std::nullopt;
    breaks_ = 0;
    most_bytes_ = last->bytes - 1;
    return last->meter;
}

void Announcer::note_progress(UtcTime now) {
    const bool all = next_ == options_.meters.size() && under_way_.empty() && !denied_;
    if (all) careful_ = false;
    if (all && !all_taken_) all_taken_ = now;
}

}  // namespace mg
