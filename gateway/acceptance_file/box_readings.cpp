#include "gateway/acceptance_file/box_readings.h"

#include <algorithm>

#include "gateway/reading/quality.h"

namespace mg {
namespace {

constexpr std::size_t kItemsAtOnce = 2000;

/// One point and its moment.
struct Wanted {
    UtcTime at{};
    milliseconds near{};
    BoxReadings readings;

    void take(const BoxReading& reading) {
        const auto closer = [&](std::optional<BoxReading>& known, bool is_later) {
            if (!known || (reading.taken_at > known->taken_at) == is_later) known = reading;
        };
        if (reading.taken_at <= at && at - reading.taken_at <= near) closer(readings.before, true);
        if (reading.taken_at > at && reading.taken_at - at <= near) closer(readings.after, false);
    }
};

class Search {
public:
    Search(const std::map<PointName, UtcTime>& moments, UtcTime now) {
        for (const auto& [name, at] : moments) {
            const milliseconds near{at >= now ? kRecent : kNearMoment};
            points_[name.first][name.second] = {.at = at, .near = near};
        }
    }

    [[nodiscard]] HistoryQuery query() const {
        HistoryQuery query{.from = Slot{UtcTime::max()}};
        for (const auto& [meter, points] : points_) {
            query.meters.insert(meter);
            for (const auto& [point, wanted] : points)
                query.from = std::min(query.from, Slot{wanted.at - wanted.near - kNearMoment});
        }
        return query;
    }

    void take(const Sample& sample) {
        const auto meter = points_.find(sample.meter());
        if (meter == points_.end()) return;
        for (std::size_t i = 0; i < sample.readings.size(); ++i) {
            if (!has_value(sample.readings[i].quality)) continue;
            const auto point = meter->second.find(sample.layout->points[i].id);
            if (point == meter->second.end()) continue;
            if (const auto displayed = displayed_value(sample, i))
                point->second.take({.taken_at = sample.taken_at, .displayed = *displayed});
        }
    }

    [[nodiscard]] std::map<PointName, BoxReadings> found() const {
        std::map<PointName, BoxReadings> found;
        for (const auto& [meter, points] : points_) {
            for (const auto& [point, wanted] : points) found[{meter, point}] = wanted.readings;
        }
        return found;
    }

private:
    std::map<MeterId, std::map<PointId, Wanted>> points_;
};

}  // namespace

Result<std::map<PointName, BoxReadings>> box_readings(History& history,
                                                      const std::map<PointName, UtcTime>& moments,
                                                      UtcTime now,
                                                      const std::function<void(double)>& progress) {
    Search search{moments, now};
    if (moments.empty()) return search.found();
    const HistoryQuery query = search.query();
    const Sequence newest = history.newest();
    Sequence first = 0;
    for (Sequence after = 0; after < newest;) {
        const auto part = history.read(query, after, kItemsAtOnce);
        if (!part) return tl::unexpected<Error>(part.error());
        for (const StoredItem& item : part->items) {
            if (const auto* stored = std::get_if<StoredSample>(&item)) search.take(stored->sample);
        }
        if (first == 0) first = part->through;
        after = part->through;
        if (progress) {
            progress(static_cast<double>(after - first) /
                     static_cast<double>(std::max<Sequence>(newest - first, 1)));
        }
    }
    return search.found();
}

}  // namespace mg
