#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/options.h"
#include "gateway/base/result.h"
#include "gateway/reading/stat_period.h"

namespace mg {

class Books;

/// The newest real-time and day record of an item that a platform accepted, and what the books say today
/// (端设备 ↔ 平台). The third side, what the page of the platform shows, a person writes beside it.
struct PlatformComparison {
    UplinkId uplink;
    std::string item;
    std::string name;
    std::string code;  ///< the data-item code that it was sent under
    std::string unit;
    std::optional<StatPeriod> period;    ///< none: nothing was accepted lately
    std::optional<Decimal> sent;         ///< what was accepted
    std::optional<UtcTime> accepted_at;  ///< first
    std::optional<Decimal> in_books;     ///< the newest revision
    std::string words;                   ///< of the platform

    /// A newer revision has another figure: it is on its way, or was refused.
    [[nodiscard]] bool differs() const { return sent && in_books && *sent != *in_books; }
};

/// For each provincial uplink and item that goes there at `now`. Looks at real-time values of two days and
/// days of a week. Blocks for the disk; errors as those of the books.
Result<std::vector<PlatformComparison>> platform_comparisons(Books& books, const Options& options,
                                                             UtcTime now);

}  // namespace mg
