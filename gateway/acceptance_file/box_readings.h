#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/history.h"
#include "gateway/reading/decimal.h"
#include "gateway/reading/ids.h"

namespace mg {

/// What was stored of an index, as its display would show it.
struct BoxReading {
    UtcTime taken_at{};
    Decimal displayed;
};

/// The last reading at or before a moment, and the first after it.
struct BoxReadings {
    std::optional<BoxReading> before;
    std::optional<BoxReading> after;
};

/// Metering point and point.
using PointName = std::pair<MeterId, PointId>;

/// How far from a moment stored readings may lie to say something about it.
inline constexpr std::chrono::hours kNearMoment{1};
/// How old the newest reading may be that is shown where no moment is asked for.
inline constexpr std::chrono::hours kRecent{24};

/// For each point the readings around its moment, at most kNearMoment away; around `now`, kRecent away.
/// Readings without a value do not count. Goes once through what is stored from the earliest moment on;
/// blocks for the disk; `progress` gets the share that is done. Errors as those of the store.
Result<std::map<PointName, BoxReadings>> box_readings(History& history,
                                                      const std::map<PointName, UtcTime>& moments,
                                                      UtcTime now,
                                                      const std::function<void(double)>& progress = {});

}  // namespace mg
