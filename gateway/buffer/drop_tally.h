#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <stop_token>
#include <utility>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/buffer/day_file.h"
#include "gateway/buffer/file_reader.h"
#include "gateway/buffer/progress.h"
#include "gateway/buffer/retention.h"
#include "gateway/reading/ids.h"

namespace mg {

/// Of which meter and class, and why.
struct DropKey {
    MeterId meter;  ///< empty: nobody can tell any more (a damaged file)
    FileKind kind{};
    DropReason reason{};
    auto operator<=>(const DropKey&) const = default;
};
struct DropCount {
    std::uint64_t samples{0};
    std::uint64_t gaps{0};
    Slot first{UtcTime::max()};
    Slot last{UtcTime::min()};
    UtcTime at{};  ///< when the last of them went
    bool operator==(const DropCount&) const = default;
};

/// Items that are no longer stored, counted per meter; and how many of them a consumer had not settled.
struct DropTally {
    std::map<DropKey, DropCount> dropped;
    std::map<std::pair<UplinkId, MeterId>, std::uint64_t> unsettled;

    void add(const DropTally& more);
    [[nodiscard]] std::uint64_t items() const;
};

/// Counts what is in a file before it goes, by reading all of it: some minutes for a day of a large site.
/// Items that cannot be read are counted without a meter. transient: stopped.
Result<DropTally> tally_of(FileReader& reader, const FileEntry& file, DropReason reason,
                           const std::map<UplinkId, Progress>& consumers, UtcTime now,
                           const std::stop_token& stop);

/// Of a file that nobody can read.
DropTally unread_tally(const FileEntry& file, DropReason reason, UtcTime now);

}  // namespace mg
