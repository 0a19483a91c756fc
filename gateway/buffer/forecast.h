#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "gateway/buffer/day_file.h"
#include "gateway/buffer/retention.h"

namespace mg {

/// One day file, as far as a forecast needs it.
struct FileUse {
    FileKind kind{};
    std::chrono::local_days day{};
    std::uint64_t bytes{0};
    bool packed{false};
};

/// How long the disk lasts.
struct Forecast {
    /// By the files of the last seven whole days; 0: there are none of that sort.
    std::uint64_t hot_bytes_per_day{0};     ///< as first written
    std::uint64_t packed_bytes_per_day{0};  ///< after repacking
    /// Until the first sample must go to make room. None: never, because retention by age takes as much as
    /// comes; or unknown, because nothing was stored on a whole day yet (both figures above are 0).
    std::optional<int> days_left;
    bool operator==(const Forecast&) const = default;
};

inline constexpr std::chrono::days kForecastDays{7};
/// Beyond this nobody knows: counts as never.
inline constexpr int kLongestForecast = 3650;

/// Takes the days before `today` as what every day brings; what is packed there counts as packed. `room`: as
/// room_left() says. Pure.
Forecast forecast(const std::vector<FileUse>& files, std::chrono::local_days today, const RetentionRule& rule,
                  std::int64_t room);

}  // namespace mg
