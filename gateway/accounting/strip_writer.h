#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/accounting/day_strip.h"
#include "gateway/accounting/item_record.h"
#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/base/sqlite.h"

namespace mg::books {

inline constexpr milliseconds kDay{std::chrono::hours{24}};

/// Writes the strips of one transaction: each row is read once, changed in memory, and written by flush().
class StripWriter {
public:
    StripWriter(sqlite::Database& file, std::chrono::minutes utc_offset)
        : file_{file}, utc_offset_{utc_offset} {}

    /// A revision of a real-time record was made; of its revision 0 computed_at says when it was first
    /// computed.
    Result<> take(const ItemRecord& revision);
    Result<> take(const BoundaryFound& found, milliseconds each);
    Result<> flush();
    [[nodiscard]] std::size_t rows() const { return rows_.size(); }

private:
    struct Subject {
        std::int64_t number{0};
        UtcTime first{UtcTime::max()};
        bool first_is_new{false};
    };
    struct Row {
        std::vector<std::uint8_t> slots;
        bool changed{false};
    };
    struct RowKey {
        UtcTime day{};
        std::int64_t subject{0};
        milliseconds each{0};
        auto operator<=>(const RowKey&) const = default;
    };
    Result<Subject*> subject(StripKind kind, std::string_view name);
    Result<Row*> row(const RowKey& key);
    static void put(Row& row, std::size_t slot, std::uint8_t byte);

    sqlite::Database& file_;
    std::chrono::minutes utc_offset_;
    std::map<std::pair<StripKind, std::string>, Subject> subjects_;
    std::map<RowKey, Row> rows_;
};

/// The strips of the real-time records that are there, for books that had none. Midnights are where the
/// records of days begin.
Result<> make_strips(sqlite::Database& file);

}  // namespace mg::books
