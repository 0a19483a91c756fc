#include "gateway/control/status.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mg {
namespace {

/// Ratios of a multiplier that overflows are refused by the loader, so an error here only hides one column.
std::string text_or_empty(const Result<Decimal>& value) {
    return value ? value->to_string() : std::string{};
}

}  // namespace

std::string_view to_string(LineState state) {
    switch (state) {
        case LineState::up:
            return "up";
        case LineState::down:
            return "down";
        case LineState::idle:
            return "idle";
        case LineState::not_supported:
            return "not_supported";
    }
    return "";
}

std::string_view to_string(MeterState state) {
    switch (state) {
        case MeterState::ok:
            return "ok";
        case MeterState::silent:
            return "silent";
        case MeterState::trouble:
            return "trouble";
        case MeterState::ledger_only:
            return "ledger_only";
        case MeterState::not_supported:
            return "not_supported";
    }
    return "";
}

std::string_view to_string(BufferState state) {
    switch (state) {
        case BufferState::ok:
            return "ok";
        case BufferState::disk_trouble:
            return "disk_trouble";
    }
    return "";
}

std::string_view to_string(UplinkState state) {
    switch (state) {
        case UplinkState::connecting:
            return "connecting";
        case UplinkState::connected:
            return "connected";
        case UplinkState::waiting:
            return "waiting";
        case UplinkState::held:
            return "held";
        case UplinkState::paused:
            return "paused";
        case UplinkState::not_begun:
            return "not_begun";
    }
    return "";
}

std::string_view to_string(LineKind kind) {
    switch (kind) {
        case LineKind::serial:
            return "serial";
        case LineKind::modbus_tcp:
            return "modbus_tcp";
        case LineKind::rtu_over_tcp:
            return "rtu_over_tcp";
        case LineKind::dtu:
            return "dtu";
    }
    return "";
}

BufferStatus buffer_status(const StoreStats& stats) {
    return {.state = stats.trouble.empty() ? BufferState::ok : BufferState::disk_trouble,
            .newest = stats.newest,
            .committed = stats.committed,
            .waiting = stats.waiting,
            .duplicates = stats.duplicates,
            .superseded = stats.superseded,
            .lost = stats.lost,
            .dropped = stats.dropped,
            .bytes_on_disk = stats.bytes_on_disk,
            .trouble = stats.trouble};
}

PointStatus point_status(const Sample& sample, std::size_t point, const Multiplier& multiplier) {
    const LayoutPoint& described = sample.layout->points[point];
    const Result<Decimal> ratio = multiplier.of(described.ratio);
    PointStatus status{.id = described.id,
                       .unit = described.unit,
                       .displayed = {},
                       .with_multiplier = {},
                       .multiplier = text_or_empty(ratio),
                       .quality = sample.readings[point].quality};
    if (!has_value(status.quality)) return status;
    const Result<Decimal> displayed = displayed_value(sample, point);
    if (!displayed) {
        status.quality = Quality::corrupt_reply;
        return status;
    }
    status.displayed = displayed->to_string();
    if (ratio) status.with_multiplier = text_or_empty(displayed->times(*ratio));
    return status;
}

std::vector<PointStatus> point_statuses(const Sample& sample, const Multiplier& multiplier) {
    std::vector<PointStatus> statuses;
    statuses.reserve(sample.readings.size());
    for (std::size_t i = 0; i < sample.readings.size(); ++i) {
        statuses.push_back(point_status(sample, i, multiplier));
    }
    return statuses;
}

std::optional<StatusDetail> status_detail_from(std::string_view name) {
    constexpr std::array kNames{std::pair{"summary", StatusDetail::summary},
                                std::pair{"meters", StatusDetail::meters},
                                std::pair{"points", StatusDetail::points}};
    const auto* found = std::ranges::find(kNames, name, [](const auto& entry) { return entry.first; });
    if (found == kNames.end()) return std::nullopt;
    return found->second;
}

}  // namespace mg
