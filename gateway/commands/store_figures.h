#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/drop_tally.h"
#include "gateway/buffer/forecast.h"
#include "gateway/buffer/retention.h"

namespace mg {

/// The figures of `metergate buffer stats`.
struct StoreFigures {
    struct OfKind {
        std::uint64_t files{0};
        std::uint64_t packed_files{0};
        std::uint64_t days{0};
        std::uint64_t items{0};
        std::uint64_t bytes{0};
        /// Over the files of that sort; none: there are no such files, or nothing in them.
        std::optional<double> hot_bytes_per_reading;
        std::optional<double> packed_bytes_per_reading;
    };
    struct Consumer {
        UplinkId id;
        bool configured{false};
        Sequence through{0};
        std::uint64_t backlog{0};  ///< at most
        std::uint64_t set_aside{0};
        std::uint64_t never_sent{0};  ///< dropped before it had them
    };
    std::string folder;
    Sequence newest{0};
    std::optional<Slot> first_slot;
    std::optional<Slot> last_slot;
    std::array<OfKind, kFileKinds> kinds;
    std::uint64_t other_bytes{0};  ///< of meta.db and whatever else lies there
    std::vector<std::string> set_aside_files;
    std::vector<std::string> unusable_files;
    std::vector<Consumer> consumers;
    DropTally drops;
    DiskUse disk;
    std::int64_t room{0};
    Forecast forecast;
};

/// Reads what is needed, while a daemon runs or without one. Blocks for the disk.
Result<StoreFigures> store_figures(const StorageOptions& storage, const SiteOptions& site,
                                   const std::vector<UplinkOptions>& uplinks, UtcTime now);

/// "the disk lasts 143 days at this rate".
std::string forecast_text(const std::optional<int>& days_left, bool known);
/// For people; `all_drops`: each meter, not only the most.
std::string figures_view(const StoreFigures& figures, std::chrono::minutes utc_offset, bool all_drops);
std::string figures_json(const StoreFigures& figures, std::chrono::minutes utc_offset);

}  // namespace mg
