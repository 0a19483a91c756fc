#include "gateway/accounting/record_key.h"

#include <chrono>

#include "gateway/accounting/books_rows.h"

namespace mg::books {
namespace {

constexpr std::string_view kNextBucket =
    "SELECT bucket FROM records WHERE type = ? AND bucket >= ? ORDER BY bucket LIMIT 1";
constexpr std::string_view kFindItem = "SELECT number FROM items WHERE name = ?";
constexpr std::string_view kAddItem = "INSERT INTO items(name) VALUES(?) RETURNING number";

}  // namespace

milliseconds bucket_length(StatType type) {
    switch (type) {
        case StatType::real_time:
            return std::chrono::hours{4};
        case StatType::day:
            return std::chrono::days{32};
        case StatType::month:
        case StatType::year:
            break;
    }
    return std::chrono::days{36'600};
}

std::int64_t bucket_of(StatType type, UtcTime from) {
    const std::int64_t length = bucket_length(type).count();
    return number(from) / length - (number(from) % length < 0 ? 1 : 0);
}

Result<std::vector<std::int64_t>> buckets_of(sqlite::Database& file, StatType type, UtcTime from,
                                             UtcTime to) {
    auto next = file.prepare(kNextBucket);
    if (!next) return pass_on(next.error());
    const std::int64_t last = bucket_of(type, to - milliseconds{1});
    std::vector<std::int64_t> buckets;
    for (std::int64_t bucket = bucket_of(type, from); bucket <= last; ++bucket) {
        const auto row = next->bind(1, code(type)).bind(2, bucket).step();
        if (!row) return pass_on(row.error());
        if (!*row) break;
        bucket = next->integer(0);
        next->reset();
        if (bucket <= last) buckets.push_back(bucket);
    }
    return buckets;
}

Result<std::int64_t> item_number(sqlite::Database& file, std::string_view item) {
    return find_or_add(file, kFindItem, kAddItem,
                       [&](sqlite::Statement& statement) { statement.bind(1, item); });
}

Result<std::optional<std::int64_t>> find_item(sqlite::Database& file, std::string_view item) {
    auto find = file.prepare(kFindItem);
    if (!find) return pass_on(find.error());
    const auto row = find->bind(1, item).step();
    if (!row) return pass_on(row.error());
    if (!*row) return std::nullopt;
    return find->integer(0);
}

void RecordKey::bind_to(sqlite::Statement& statement, int first) const {
    statement.bind(first, type)
        .bind(first + 1, bucket)
        .bind(first + 2, item)
        .bind(first + 3, start)
        .bind(first + 4, length);
}

RecordKey key_of(std::int64_t item, const StatPeriod& period) {
    return {code(period.type), bucket_of(period.type, period.from), item, number(period.from),
            (period.to - period.from).count()};
}

Result<> read_figures(const sqlite::Statement& row, int first, ItemRecord& record) {
    auto value = value_in(row, first);
    if (!value) return pass_on(value.error());
    record.value = *value;
    record.marks = Marks{static_cast<std::uint32_t>(row.integer(first + 1))};
    record.input_type = static_cast<int>(row.integer(first + 2));
    record.exact = row.text(first + 3);
    record.total = row.text(first + 4);
    record.item_version = time(row.integer(first + 5));
    return {};
}

}  // namespace mg::books
