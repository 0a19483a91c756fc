#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/base/result.h"
#include "gateway/base/sqlite.h"
#include "gateway/buffer/day_tables.h"
#include "gateway/reading/sample.h"

namespace mg {

/// What lies in a file: samples at boundary slots and all gaps (kept for years), or all other samples.
enum class FileKind : std::uint8_t { boundary, other };
inline constexpr int kFileKinds = 2;

std::string_view to_string(FileKind kind);

/// boundary-20261122-0001.db: kind, site-local day of its commits, running number of that kind and day.
struct FileName {
    FileKind kind{};
    std::chrono::local_days day{};
    int number{1};
    auto operator<=>(const FileName&) const = default;

    [[nodiscard]] std::string text() const;
    static std::optional<FileName> from(std::string_view text);
};

/// The site's calendar day; the site has a fixed offset.
std::chrono::local_days local_day(UtcTime time, std::chrono::minutes utc_offset);

/// What is in a file, without reading its rows. In the header of the file as of its last tidying.
struct FileSummary {
    Sequence first{0};  ///< of samples and gaps; 0 when there are none
    Sequence last{0};
    std::int64_t items{0};
    Slot first_slot{UtcTime::max()};  ///< covered by samples or gaps; first > last when there are none
    Slot last_slot{UtcTime::min()};
    UtcTime last_taken_at{};
    ClockEpoch last_epoch{0};
    bool closed{false};   ///< no row will ever be added
    bool packed{false};   ///< its samples are in groups (packed_file.h); closed as well
    bool earlier{false};  ///< of an earlier format: readable, but nobody adds a row

    void add(Sequence sequence, Slot from, Slot to, UtcTime taken_at, ClockEpoch epoch);
};

using LastSlots = std::unordered_map<MeterId, Slot>;

/// The newest row of one slot and meter.
struct LatestRow {
    std::uint32_t revision{0};
    ClockEpoch epoch{0};
    std::vector<std::uint8_t> packed;
};

/// The tables of a new file, its header row included.
Result<> make_tables(sqlite::Database& file, const FileName& name, const std::string& store_id);
/// The one row of the header, as the summary says.
Result<> write_header_row(sqlite::Database& file, const FileName& name, const std::string& store_id,
                          const FileSummary& summary);

/// What a file holds: its header plus the rows that came after the header was last written. Damaged rows
/// count as items and say nothing else: one wrong bit in a time must not become the newest time of the store.
struct Inspected {
    FileSummary summary;
    std::string store_id;
    LastSlots last_slots;
    LastSlots unsaved_last_slots;  ///< of the rows after the header: the part that `meters` does not know yet
};
Result<Inspected> inspect(sqlite::Database& file, const FileName& name);

/// For a start, when nobody has the file open: opens it in the way that suits its state, checks the pages if
/// it is unfinished, and inspects it. Works on a full disk. Blocks for the disk; an unfinished file is read
/// as a whole. invalid_config: a later version of the program wrote it.
Result<Inspected> inspect_at_start(const std::filesystem::path& path, const FileName& name);

/// The instant inside the last slot that a gap covers. The store does not know the meter's interval: any
/// instant before the end belongs to the last slot's interval.
inline Slot last_covered(const Gap& gap) {
    return {gap.to.at - milliseconds{1}};
}

/// Columns of time are whole milliseconds since 1970, UTC.
inline std::int64_t stored(UtcTime time) {
    return time.time_since_epoch().count();
}
inline UtcTime time_from(std::int64_t value) {
    return UtcTime{milliseconds{value}};
}

}  // namespace mg
