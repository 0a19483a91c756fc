#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/accounting/item_record.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/base/sqlite.h"
#include "gateway/reading/stat_period.h"

/// Where records lie in books.db: by (type, bucket, item, start, length, revision).
namespace mg::books {

inline constexpr std::array kTypes{StatType::real_time, StatType::day, StatType::month, StatType::year};

/// The type as it is in the file.
inline std::int64_t code(StatType type) {
    return static_cast<std::int64_t>(type);
}

/// Periods of this type that begin in the same span of this length lie together.
milliseconds bucket_length(StatType type);
std::int64_t bucket_of(StatType type, UtcTime from);
/// Those that have any record, in order; of periods that begin in [from, to).
Result<std::vector<std::int64_t>> buckets_of(sqlite::Database& file, StatType type, UtcTime from, UtcTime to);

/// The number that stands for an item in the file; given where it has none yet.
Result<std::int64_t> item_number(sqlite::Database& file, std::string_view item);

/// None: there is no such item.
Result<std::optional<std::int64_t>> find_item(sqlite::Database& file, std::string_view item);

/// The place of a record, without its revision.
struct RecordKey {
    std::int64_t type;
    std::int64_t bucket;
    std::int64_t item;
    std::int64_t start;
    std::int64_t length;

    void bind_to(sqlite::Statement& statement, int first) const;
    [[nodiscard]] bool same_record(const RecordKey& other) const {
        return type == other.type && item == other.item && start == other.start && length == other.length;
    }
};
RecordKey key_of(std::int64_t item, const StatPeriod& period);

/// What a row says of a record, from `value` on: value, marks, input_type, exact, total, item_version.
Result<> read_figures(const sqlite::Statement& row, int first, ItemRecord& record);

}  // namespace mg::books
