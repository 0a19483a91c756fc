#include "drivers/modbus/heard_points.h"

#include <algorithm>
#include <utility>

#include "drivers/modbus/read_plan.h"
#include "drivers/modbus/register_codec.h"

namespace mg {
namespace {

bool brings(const HeardQuestion& question, const PointOptions& point) {
    return question.table == point.table && point.address >= question.first &&
           point.address + register_count(point) <= question.first + question.count;
}

}  // namespace

HeardPoints::HeardPoints(const ModelOptions& model, std::vector<std::vector<std::size_t>> points_of_layout)
    : model_{model}, points_of_layout_{std::move(points_of_layout)}, points_(model.points.size()) {}

void HeardPoints::asked(const HeardQuestion& question) {
    ++figures_.asked;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        if (brings(question, model_.points[i])) points_[i].asked = true;
    }
}

void HeardPoints::answered(const HeardQuestion& question, std::span<const std::uint8_t> registers,
                           SteadyTime at) {
    ++figures_.answered;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const PointOptions& point = model_.points[i];
        if (!brings(question, point)) continue;
        const auto offset = 2U * static_cast<std::size_t>(point.address - question.first);
        const Reading reading =
            decode(point, registers.subspan(offset, std::size_t{2} * register_count(point)));
        const bool said = has_value(reading.quality) || reading.quality == Quality::not_available;
        (said ? points_[i].said : points_[i].failed) = Event{reading, at};
    }
}

void HeardPoints::failed(const HeardQuestion& question, Quality why, SteadyTime at) {
    if (why == Quality::refused) {
        ++figures_.exceptions;
    } else if (why == Quality::no_reply) {
        ++figures_.timeouts;
    } else {
        ++figures_.corrupt;
    }
    for (std::size_t i = 0; i < points_.size(); ++i) {
        if (brings(question, model_.points[i])) points_[i].failed = Event{{0, why}, at};
    }
}

Reading HeardPoints::reading_of(const Point& point, SteadyTime since) {
    if (point.said && point.said->at >= since) return point.said->reading;
    if (point.failed && point.failed->at >= since) return point.failed->reading;
    return {0, Quality::not_asked};
}

HeardReadings HeardPoints::since(SteadyTime since) const {
    HeardReadings heard{.readings = {}, .any = false, .complete = true, .newest = {}};
    for (const auto& indexes : points_of_layout_) {
        auto& readings = heard.readings.emplace_back();
        readings.reserve(indexes.size());
        for (const auto index : indexes) {
            const Point& point = points_[index];
            readings.push_back(reading_of(point, since));
            if (point.said && point.said->at >= since) {
                heard.any = true;
                heard.newest = std::max(heard.newest, point.said->at);
            } else {
                heard.complete = false;
            }
        }
    }
    return heard;
}

std::vector<PointId> HeardPoints::never_asked() const {
    std::vector<PointId> never;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const bool wanted = std::ranges::any_of(points_of_layout_, [&](const auto& indexes) {
            return std::ranges::find(indexes, i) != indexes.end();
        });
        if (wanted && !points_[i].asked) never.push_back(model_.points[i].id);
    }
    return never;
}

}  // namespace mg
